#include "rows.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "lanes.h"
#include "op_step.h"

namespace silverpoint {
namespace {

using Tensors = std::vector<at::Tensor>;

// Some of the rows: what a lane computes from and to, and with gradients the graph between.
struct Part {
  int64_t first;
  int64_t count;
  Tensors inputs;
  Tensors outputs;
  Tensors gradients;  // of the inputs

  at::Tensor of(const at::Tensor& whole) const { return whole.defined() ? whole.narrow(0, first, count) : whole; }
};

using Parts = std::vector<Part>;

Parts split(int64_t rows, int64_t lanes) {
  Parts parts(lanes);
  for (int64_t i = 0; i < lanes; ++i) {
    parts[i].first = rows * i / lanes;
    parts[i].count = rows * (i + 1) / lanes - parts[i].first;
  }
  return parts;
}

void inLanes(Parts& parts, const std::function<void(Part&)>& job) {
  const int threads = std::max(1, at::get_num_threads() / static_cast<int>(parts.size()));
  Lanes::instance().run(parts.size(), threads, [&](size_t lane) { job(parts[lane]); });
}

// The tensors of all parts, one part's rows under the other's; undefined where they are in every part.
Tensors join(const Parts& parts, Tensors Part::* tensors) {
  Tensors joined;
  for (size_t i = 0; i < (parts[0].*tensors).size(); ++i) {
    Tensors rows;
    for (const auto& part : parts) rows.push_back((part.*tensors)[i]);
    joined.push_back(rows[0].defined() ? at::cat(rows) : rows[0]);
  }
  return joined;
}

// Takes each part's share of the inputs through the module: with gradients as the leaves of a graph of its own.
void forward(Network& network, Parts& parts, at::TensorList inputs, bool gradients) {
  for (auto& part : parts) {
    for (const auto& input : inputs) {
      part.inputs.push_back(part.of(input.detach()).requires_grad_(gradients && input.requires_grad()));
    }
  }
  inLanes(parts, [&](Part& part) {
    c10::AutoGradMode mode(gradients);
    part.outputs = forwardWhole(network, part.inputs);
  });
}

// One node of the graph outside; the parts' own graphs lie inside it.
class RowsFunction : public torch::autograd::Function<RowsFunction> {
 public:
  static Tensors forward(torch::autograd::AutogradContext* context, Network& network, Parts parts,
                         at::TensorList inputs) {
    silverpoint::forward(network, parts, inputs, true);
    auto results = join(parts, &Part::outputs);
    auto graph = c10::make_intrusive<Graph>(std::move(parts));
    context->saved_data["graph"] = c10::IValue::make_capsule(std::move(graph));
    return results;
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& gradients) {
    const auto graph = c10::static_intrusive_pointer_cast<Graph>(context->saved_data["graph"].toCapsule());
    auto parts = std::move(graph->parts);
    TORCH_CHECK(!parts.empty(), "Trying to backward through the graph a second time");
    inLanes(parts, [&](Part& part) { differentiate(part, gradients); });
    auto results = join(parts, &Part::gradients);
    results.insert(results.begin(), 2, at::Tensor());  // the arguments before the inputs have none
    return results;
  }

 private:
  struct Graph : torch::CustomClassHolder {
    explicit Graph(Parts made) : parts(std::move(made)) {}
    Parts parts;
  };

  static void differentiate(Part& part, const Tensors& gradients) {
    Tensors outputs, given, wanted;
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined() || !part.outputs[i].requires_grad()) continue;
      outputs.push_back(part.outputs[i]);
      given.push_back(part.of(gradients[i]));
    }
    for (const auto& input : part.inputs) {
      if (input.requires_grad()) wanted.push_back(input);
    }
    const auto found = torch::autograd::grad(outputs, wanted, given, std::nullopt, false, true);
    auto next = found.begin();
    for (const auto& input : part.inputs) part.gradients.push_back(input.requires_grad() ? *next++ : at::Tensor());
    part.inputs.clear();
    part.outputs.clear();
  }
};

}  // namespace

Tensors forwardWhole(Network& network, const Tensors& inputs) {
  // Of this thread: the profiling executor would spend 345-600 ms on its first calls to gain some 5 % on long runs.
  torch::jit::setGraphExecutorOptimize(false);
  if (network.segments && torch::autograd::compute_requires_grad(at::TensorList(inputs))) return network.segments->forward(inputs);
  return tensorsIn({network.module.forward({inputs.begin(), inputs.end()})});
}

Tensors forwardRows(Network& network, const Tensors& inputs) {
  for (const auto& input : inputs) {
    TORCH_CHECK(input.dim() > 0 && input.size(0) == inputs[0].size(0),
                "expected as many rows in every input as in the first, ", inputs[0].size(0),
                ", but received the shape ", input.sizes());
  }
  const auto rows = inputs[0].size(0);
  const auto lanes = std::min<int64_t>(rows, at::get_num_threads());
  if (lanes < 2 || !inputs[0].is_cpu()) return forwardWhole(network, inputs);
  auto parts = split(rows, lanes);
  if (torch::autograd::compute_requires_grad(at::TensorList(inputs))) return RowsFunction::apply(network, std::move(parts), at::TensorList(inputs));
  forward(network, parts, inputs, false);
  return join(parts, &Part::outputs);
}

}  // namespace silverpoint

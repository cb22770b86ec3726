#include "segments.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <unordered_map>

#include "op_step.h"

namespace silverpoint {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
using Segment = Segments::Segment;
using Values = Segments::Values;

// Enough that a segment's own tensors are few beside those that are kept.
constexpr size_t kSegments = 16;
constexpr int64_t kNever = 1'000'000;

// One that nothing is put into later.
bool isList(const Node* node) {
  if (node->kind() != torch::jit::prim::ListConstruct && node->kind() != torch::jit::prim::TupleConstruct) return false;
  return std::ranges::none_of(node->output()->uses(), [](const torch::jit::Use& use) {
    const auto* schema = use.user->maybeSchema();
    return schema && schema->is_mutable();
  });
}

// What every segment makes for itself: constants, what is read from the module, and lists, of which autograd would know nothing.
bool isCopied(const Value* value) {
  const auto* node = value->node();
  if (value == node->owningGraph()->inputs()[0] || node->kind() == torch::jit::prim::Constant || isList(node)) return true;
  return node->kind() == torch::jit::prim::GetAttr && isCopied(node->input(0));
}

using Look = std::function<void(const Value*)>;

// The value, or those that are in the list.
void forEachOf(const Value* value, const Look& look) {
  if (!isList(value->node())) return look(value);
  for (const auto* element : value->node()->inputs()) forEachOf(element, look);
}

void forEachInput(const Node* node, const Look& look) {
  for (const auto* input : node->inputs()) forEachOf(input, look);
  for (const auto* block : node->blocks()) {
    for (const auto* inner : block->nodes()) forEachInput(inner, look);
    for (const auto* output : block->outputs()) forEachOf(output, look);
  }
}

// The nodes that compute, and of every value the first of them that may read it and the last one that does.
struct Order {
  explicit Order(const std::shared_ptr<Graph>& graph) {
    for (auto* node : graph->nodes()) {
      if (node->outputs().size() != 1 || !isCopied(node->output())) nodes.push_back(node);
    }
    for (const auto* input : graph->inputs().slice(1)) spans[input] = {0, 0};
    const auto read = [&](const Value* value, size_t at) {
      if (const auto found = spans.find(value); found != spans.end()) found->second.last = at;
    };
    for (size_t i = 0; i < nodes.size(); ++i) {
      forEachInput(nodes[i], [&](const Value* value) { read(value, i); });
      for (const auto* output : nodes[i]->outputs()) spans[output] = {i + 1, i};
    }
    for (const auto* output : graph->outputs()) forEachOf(output, [&](const Value* value) { read(value, nodes.size()); });
  }

  // How many values would pass a cut before each node; a list that a node made must not.
  std::vector<int64_t> passing() const {
    std::vector<int64_t> counts(nodes.size() + 2);
    for (const auto& [value, span] : spans) {
      const auto kind = value->type()->kind();
      const auto count = kind == c10::TypeKind::ListType || kind == c10::TypeKind::TupleType ? kNever : 1;
      counts[span.first] += count;
      counts[span.last + 1] -= count;
    }
    std::partial_sum(counts.begin(), counts.end(), counts.begin());
    return counts;
  }

  // Where it is cut: about evenly, and there where the fewest values pass.
  std::vector<size_t> cuts() const {
    const auto counts = passing();
    std::vector<size_t> found{0};
    const auto length = std::max<size_t>(2, nodes.size() / kSegments);
    for (auto from = length / 2; from + length < nodes.size(); from += length) {
      const auto best = std::min_element(counts.begin() + from, counts.begin() + from + length) - counts.begin();
      if (counts[best] < kNever) found.push_back(best);
    }
    found.push_back(nodes.size());
    return found;
  }

  struct Span {
    size_t first;
    size_t last;
  };
  std::vector<Node*> nodes;
  std::unordered_map<const Value*, Span> spans;
};

using Numbers = std::unordered_map<const Value*, size_t>;

size_t numberOf(const Value* value, Numbers& numbers) { return numbers.emplace(value, numbers.size()).first->second; }

std::shared_ptr<const Segment> segmentOf(const torch::jit::Module& module, const Order& order, size_t begin, size_t end, Numbers& numbers) {
  const auto graph = std::make_shared<Graph>();
  auto* self = graph->addInput()->copyMetadata(module.get_method("forward").graph()->inputs()[0]);
  std::vector<size_t> inputs, outputs;
  std::unordered_map<const Value*, Value*> copies;
  std::function<Value*(Value*)> copyOf = [&](Value* value) -> Value* {
    if (const auto found = copies.find(value); found != copies.end()) return found->second;
    auto*& copy = copies[value];
    if (!isCopied(value)) {
      inputs.push_back(numberOf(value, numbers));
      return copy = graph->addInput()->copyMetadata(value);
    }
    if (value->node()->kind() == torch::jit::prim::Param) return copy = self;
    return copy = graph->insertNode(graph->createClone(value->node(), copyOf))->output();
  };
  for (auto i = begin; i < end; ++i) {
    auto* node = order.nodes[i];
    auto* copy = graph->insertNode(graph->createClone(node, copyOf));
    for (size_t o = 0; o < node->outputs().size(); ++o) copies[node->output(o)] = copy->output(o);
  }
  for (auto i = begin; i < end; ++i) {
    for (const auto* output : order.nodes[i]->outputs()) {
      if (order.spans.at(output).last < end) continue;
      outputs.push_back(numberOf(output, numbers));
      graph->registerOutput(copies.at(output));
    }
  }
  return std::make_shared<Segment>(module._ivalue(), torch::jit::GraphExecutor(graph, "segment"), std::move(inputs), std::move(outputs));
}

std::vector<at::Tensor> tensorsAmong(const Values& values) {
  std::vector<at::Tensor> tensors;
  for (const auto& value : values) {
    if (value.isTensor()) tensors.push_back(value.toTensor());
  }
  return tensors;
}

// One node of the graph outside; the segment's own graph lives while its gradient is computed.
class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  // inputs: the tensors among those given. results: all of the segment's; returned are the tensors among them.
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const std::shared_ptr<const Segment>& segment,
                                                const Values* given, Values* results, at::TensorList) {
    *results = segment->run(*given);
    context->saved_data["kept"] = c10::IValue::make_capsule(c10::make_intrusive<Kept>(segment, *given));
    return tensorsAmong(*results);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
    const c10::AutoGradMode mode(true);
    auto given = kept->given;
    torch::autograd::variable_list leaves, outputs, known;
    for (auto& value : given) {
      if (!value.isTensor()) continue;
      const auto tensor = value.toTensor();
      value = tensor.detach().requires_grad_(tensor.requires_grad());
      if (tensor.requires_grad()) leaves.push_back(value.toTensor());
    }
    const auto results = tensorsAmong(kept->segment->run(given));
    for (size_t i = 0; i < results.size(); ++i) {
      if (!gradients[i].defined() || !results[i].requires_grad()) continue;
      outputs.push_back(results[i]);
      known.push_back(gradients[i]);
    }
    torch::autograd::variable_list found(3);  // the arguments before the inputs have none
    const auto of = outputs.empty() ? torch::autograd::variable_list(leaves.size())
                                    : torch::autograd::grad(outputs, leaves, known, std::nullopt, false, true);
    auto next = of.begin();
    for (const auto& tensor : tensorsAmong(given)) found.push_back(tensor.requires_grad() ? *next++ : at::Tensor());
    return found;
  }

 private:
  struct Kept : torch::CustomClassHolder {
    Kept(std::shared_ptr<const Segment> of, Values values) : segment(std::move(of)), given(std::move(values)) {}
    std::shared_ptr<const Segment> segment;
    Values given;
  };
};

Values differentiably(const std::shared_ptr<const Segment>& segment, const Values& given) {
  Values results;
  const auto tracked = Recomputed::apply(segment, &given, &results, at::TensorList(tensorsAmong(given)));
  auto next = tracked.begin();
  for (auto& result : results) {
    if (result.isTensor()) result = *next++;
  }
  return results;
}

}  // namespace

Values Segments::Segment::run(Values given) const {
  // Of this thread, which may be one of the autograd engine's: see forwardWhole.
  torch::jit::setGraphExecutorOptimize(false);
  given.insert(given.begin(), module);
  executor.run(given);
  return given;
}

Segments::Segments(const torch::jit::Module& module) {
  const auto graph = module.get_method("forward").graph();
  const Order order(graph);
  Numbers numbers;
  for (const auto* input : graph->inputs().slice(1)) numberOf(input, numbers);
  const auto cuts = order.cuts();
  for (size_t i = 0; i + 1 < cuts.size(); ++i) segments_.push_back(segmentOf(module, order, cuts[i], cuts[i + 1], numbers));
  for (const auto* output : graph->outputs()) {
    forEachOf(output, [&](const Value* value) { results_.push_back(numberOf(value, numbers)); });
  }
  values_ = numbers.size();
}

std::vector<at::Tensor> Segments::forward(const std::vector<at::Tensor>& inputs) const {
  Values values(values_);
  std::ranges::copy(inputs, values.begin());
  for (const auto& segment : segments_) {
    Values given;
    for (const auto number : segment->inputs) given.push_back(values[number]);
    const auto results = differentiably(segment, given);
    for (size_t i = 0; i < results.size(); ++i) values[segment->outputs[i]] = results[i];
  }
  Values results;
  for (const auto number : results_) results.push_back(values[number]);
  return tensorsIn(results);
}

}  // namespace silverpoint

#include "linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <tuple>
#include <optional>
#include <vector>

#include "convolution.h"
#include "graphs.h"
#include "pairs.h"
#include "simd.h"
#include "team.h"

namespace silverpoint {
namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

// Layers of larger weights are left: both directions' would take memory, and there LibTorch is as quick.
constexpr int64_t kLargest = 1 << 19;

// What a thread takes at a time.
constexpr int64_t kRows = 64;
constexpr int64_t kColumns = 64;

// matrix [rows, columns] as [rows / 2, columns, 2]
at::Tensor paired(const at::Tensor& matrix) { return matrix.unflatten(0, {-1, 2}).transpose(1, 2).contiguous(); }

// What inputs are multiplied with, and what gradients, of a weight [outputs, inputs].
std::tuple<at::Tensor, at::Tensor> matrices(const at::Tensor& weight) { return {paired(weight.t()), paired(weight)}; }

SILVERPOINT_CLONES
void addAndRound(const float* __restrict numbers, const float* __restrict added, int64_t count, c10::BFloat16* __restrict to) {
  for (int64_t i = 0; i < count; ++i) put(numbers[i] + added[i], to[i]);
}

// input [..., inputs], matrix [inputs / 2, outputs, 2], bias [outputs] float32; [..., outputs]
at::Tensor multiplied(const at::Tensor& input, const at::Tensor& matrix, const at::Tensor& bias) {
  const auto given = input.contiguous();
  const auto inputs = 2 * matrix.size(0), outputs = matrix.size(1), rows = given.numel() / inputs;
  TORCH_CHECK(given.size(-1) == inputs, "Expected ", inputs, " inputs of a linear layer but received ", given.size(-1));
  auto sizes = given.sizes().vec();
  sizes.back() = outputs;
  auto output = at::empty(sizes, given.options());
  const auto* from = given.const_data_ptr<c10::BFloat16>();
  const auto* with = reinterpret_cast<const Pair*>(matrix.const_data_ptr<c10::BFloat16>());
  const auto* added = bias.const_data_ptr<float>();
  auto* to = output.data_ptr<c10::BFloat16>();
  const auto slices = (outputs + kColumns - 1) / kColumns;
  Team::own().each((rows + kRows - 1) / kRows * slices, [&](int64_t i) {
    const auto row = i / slices * kRows, column = i % slices * kColumns;
    const auto count = std::min(kRows, rows - row), width = std::min(kColumns, outputs - column);
    float sums[kRows * kColumns];
    Product{count, width, inputs}(from + row * inputs, inputs, with + column, outputs, sums, width, false);
    releaseProducts();
    for (int64_t j = 0; j < count; ++j) addAndRound(sums + j * width, added + column, width, to + (row + j) * outputs + column);
  });
  return output;
}

// The weight is frozen.
class Linear : public torch::autograd::Function<Linear> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const at::Tensor& matrix,
                            const at::Tensor& backwardMatrix, const at::Tensor& bias) {
    context->save_for_backward({backwardMatrix});
    return multiplied(input, matrix, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto matrix = context->get_saved_variables()[0];
    return {multiplied(gradients[0], matrix, at::zeros({matrix.size(1)}, at::kFloat)), {}, {}, {}};
  }
};

at::Tensor linear(const at::Tensor& input, const at::Tensor& matrix, const at::Tensor& backwardMatrix, const at::Tensor& bias) {
  return Linear::apply(input, matrix, backwardMatrix, bias);
}

// Of every pixel of pictures [B, inputs, height, width].
at::Tensor linearOfPixels(const at::Tensor& input, const at::Tensor& matrix, const at::Tensor& backwardMatrix, const at::Tensor& bias) {
  return linear(input.permute({0, 2, 3, 1}), matrix, backwardMatrix, bias).permute({0, 3, 1, 2});
}

// aten::linear(input, weight, bias), whose matrix [outputs, inputs] is multiplied from the right, transposed.
void replaceOne(const Module& module, Node* node, const char* kind, c10::ScalarType dtype) {
  const auto weight = weightOf(module, node->input(1)), bias = weightOf(module, node->input(2));
  const bool none = node->input(2)->type()->kind() == c10::TypeKind::NoneType;
  if (!weight.defined() || (!bias.defined() && !none)) return;
  if (weight.numel() > kLargest || weight.size(0) % 2 != 0 || weight.size(1) % 2 != 0) return;
  const auto [forward, backward] = matrices(weight.detach().flatten(1).to(dtype));
  const auto added = none ? at::zeros({weight.size(0)}, at::kFloat) : bias.detach().to(dtype).to(at::kFloat);
  torch::jit::WithInsertPoint here(node);
  auto* graph = node->owningGraph();
  replace({node}, kind, {node->input(0), graph->insertConstant(forward), graph->insertConstant(backward), graph->insertConstant(added)});
}

bool isOfPixels(const Module& module, const Node* convolution) {
  const auto weight = weightOf(module, convolution->input(1));
  return weight.defined() && weight.dim() == 4 && weight.size(2) == 1 && weight.size(3) == 1 && isPlainConvolution(convolution, 0);
}

}  // namespace

void replaceLinear(Module& module, c10::ScalarType dtype) {
  if (dtype != at::kBFloat16 || !multipliesPairs()) return;
  forEachNode(module, "aten::linear", [&](Node* node) { replaceOne(module, node, "silverpoint::linear", dtype); });
  forEachNode(module, "aten::_convolution", [&](Node* node) {
    if (isOfPixels(module, node)) replaceOne(module, node, "silverpoint::linear_of_pixels", dtype);
  });
}

}  // namespace silverpoint

TORCH_LIBRARY_FRAGMENT(silverpoint, library) {
  library.def("linear_matrices(Tensor weight) -> (Tensor, Tensor)", &silverpoint::matrices);
  library.def("linear(Tensor input, Tensor matrix, Tensor backward_matrix, Tensor bias) -> Tensor", &silverpoint::linear);
  library.def("linear_of_pixels(Tensor input, Tensor matrix, Tensor backward_matrix, Tensor bias) -> Tensor",
              &silverpoint::linearOfPixels);
}

#include "upsampling.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/library.h>

#include <optional>
#include <tuple>

#include "graphs.h"

namespace silverpoint {
namespace {

// Of a picture twice as large, each pixel is there four times: of the nine pixels under the kernel, two rows and two columns of the
// smaller picture are seen, which ones an output's row and column tell, even or odd. So four kernels of 2 x 2, sums of the 3 x 3's
// parts, do the same with 4/9 of the multiplications.
constexpr const char* kKernels = "upsampled_kernels";

// Along a dimension of three taps: what an even place sees, then an odd one. [2, ..., 2, ...]
at::Tensor sums(const at::Tensor& taps, int64_t dim) {
  const auto [first, second, third] = std::tuple(taps.narrow(dim, 0, 1), taps.narrow(dim, 1, 1), taps.narrow(dim, 2, 1));
  return at::stack({at::cat({first, second + third}, dim), at::cat({first + second, third}, dim)});
}

// [outputs, inputs, 3, 3] as [2 * 2 * outputs, inputs, 2, 2], float32: a sum of two half numbers is not always one.
at::Tensor kernelsOf(const at::Tensor& weight) {
  const auto byRow = sums(weight.to(at::kFloat), 2);  // [2, outputs, inputs, 2, 3]
  const auto byColumn = sums(byRow, 4);               // [2 (column), 2 (row), outputs, inputs, 2, 2]
  return byColumn.transpose(0, 1).flatten(0, 2).contiguous();
}

// input [B, inputs, h, w]; size: of the result. With any but the double one it is what it replaces.
at::Tensor upsampledConvolution(const at::Tensor& input, at::IntArrayRef size, const at::Tensor& weight,
                                const at::Tensor& kernels, const std::optional<at::Tensor>& bias) {
  const auto height = input.size(2), width = input.size(3);
  if (size != at::IntArrayRef({2 * height, 2 * width})) {
    return at::conv2d(at::upsample_nearest2d(input, size), weight, bias, 1, 1);
  }
  const auto repeated = bias ? std::make_optional(bias->repeat(4)) : std::nullopt;
  const auto each = at::conv2d(input, kernels, repeated, 1, 1).unflatten(1, {2, 2, weight.size(0)});
  const auto of = [&](int64_t row, int64_t column) {
    return each.select(1, row).select(1, column).narrow(2, row, height).narrow(3, column, width);
  };
  const auto rowOf = [&](int64_t row) { return at::stack({of(row, 0), of(row, 1)}, -1); };
  return at::stack({rowOf(0), rowOf(1)}, 3).reshape({input.size(0), weight.size(0), size[0], size[1]});
}

// Whether the module's forward is one 3 x 3 convolution that leaves the picture's size as it is.
bool isPlainConvolution(const torch::jit::Module& module) {
  if (!module.hasattr("weight") || !module.hasattr("bias")) return false;
  const auto weight = module.attr("weight").toTensor();
  if (weight.dim() != 4 || weight.size(2) != 3 || weight.size(3) != 3) return false;
  static const auto convolution = c10::Symbol::fromQualString("aten::_convolution");
  const torch::jit::Node* found = nullptr;
  for (const auto* node : module.get_method("forward").graph()->nodes()) {
    if (node->kind() == convolution) found = node;
  }
  // aten::_convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups, ...)
  const auto ones = [&](size_t at) {
    const auto* list = found->input(at)->node();
    for (const auto* element : list->inputs()) {
      if (torch::jit::constant_as<int64_t>(element) != 1) return false;
    }
    return list->inputs().size() == 2;
  };
  return found && ones(3) && ones(4) && ones(5) && torch::jit::constant_as<bool>(found->input(6)) == false &&
         torch::jit::constant_as<int64_t>(found->input(8)) == 1;
}

// aten::upsample_nearest2d(input, output_size, ...), which may also be given factors in the size's place
bool givesSize(const torch::jit::Node* upsampling) {
  return upsampling->input(1)->type()->kind() == c10::TypeKind::ListType;
}

// The call of a convolution's module on what the node gives, where that is all that is done with it.
torch::jit::Node* convolutionAfter(torch::jit::Node* upsampling) {
  if (upsampling->output()->uses().size() != 1) return nullptr;
  auto* call = upsampling->output()->uses()[0].user;
  const bool ofForward = call->kind() == torch::jit::prim::CallMethod && call->s(torch::jit::attr::name) == "forward";
  return ofForward && call->input(0)->node()->kind() == torch::jit::prim::GetAttr ? call : nullptr;
}

void replace(torch::jit::Module& module, torch::jit::Node* upsampling) {
  static const auto own = c10::Symbol::fromQualString("silverpoint::upsampled_convolution");
  auto* call = convolutionAfter(upsampling);
  if (!call || !givesSize(upsampling)) return;
  auto* part = call->input(0);
  if (part->node()->input(0) != upsampling->owningGraph()->inputs()[0]) return;
  auto convolution = module.attr(part->node()->s(torch::jit::attr::name)).toModule();
  if (!isPlainConvolution(convolution)) return;
  convolution.register_buffer(kKernels, kernelsOf(convolution.attr("weight").toTensor()));
  auto* graph = upsampling->owningGraph();
  torch::jit::WithInsertPoint here(call);
  const auto read = [&](const char* name) { return graph->insertGetAttr(part, name); };
  auto* made = graph->create(own, {upsampling->input(0), upsampling->input(1), read("weight"), read(kKernels), read("bias")});
  graph->insertNode(made)->output()->copyMetadata(call->output());
  call->output()->replaceAllUsesWith(made->output());
  call->destroy();
  upsampling->destroy();
}

}  // namespace

void replaceUpsampling(torch::jit::Module& module) {
  forEachNode(module, "aten::upsample_nearest2d", replace);
}

}  // namespace silverpoint

TORCH_LIBRARY_FRAGMENT(silverpoint, library) {
  library.def("upsampled_kernels(Tensor weight) -> Tensor", &silverpoint::kernelsOf);
  library.def("upsampled_convolution(Tensor input, int[] size, Tensor weight, Tensor kernels, Tensor? bias) -> Tensor",
              &silverpoint::upsampledConvolution);
}

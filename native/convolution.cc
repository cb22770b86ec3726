#include "convolution.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

#include "graphs.h"
#include "winograd.h"
#include "winograd_kernels.h"

namespace silverpoint {
namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

// Of weights of more numbers, kernels would take more memory than they are worth where the picture is small.
constexpr int64_t kLargest = 9 * 640 * 1920;

bool areBoth(const Value* list, int64_t wanted) {
  const auto elements = list->node()->inputs();
  return elements.size() == 2 &&
         std::ranges::all_of(elements, [&](const auto* element) { return torch::jit::constant_as<int64_t>(element) == wanted; });
}

// Whether it is one that the own one can do.
bool fits(const Module& module, const Node* convolution) {
  const auto weight = weightOf(module, convolution->input(1));
  return weight.defined() && winogradFits(weight) && weightOf(module, convolution->input(2)).defined() && isPlainConvolution(convolution, 1);
}

// Its kernels, written into the graph before the convolution.
Value* insertKernels(const Module& module, Node* convolution, bool doubled, c10::ScalarType dtype) {
  torch::jit::WithInsertPoint here(convolution);
  return convolution->owningGraph()->insertConstant(winogradKernels(weightOf(module, convolution->input(1)), doubled, dtype));
}

// aten::upsample_nearest2d(input, output_size, ...), which may also be given factors in the size's place.
bool givesSize(const Node* upsampling) { return upsampling->input(1)->type()->kind() == c10::TypeKind::ListType; }

void replaceUpsampling(const Module& module, Node* upsampling, c10::ScalarType dtype) {
  auto* convolution = onlyUse(upsampling, "aten::_convolution");
  if (!convolution || !givesSize(upsampling) || !fits(module, convolution)) return;
  auto* kernels = insertKernels(module, convolution, true, dtype);
  replace({upsampling, convolution}, "silverpoint::upsampled_convolution",
          {upsampling->input(0), upsampling->input(1), convolution->input(1), kernels, convolution->input(2)});
}

void replaceConvolution(const Module& module, Node* convolution, c10::ScalarType dtype) {
  if (!fits(module, convolution) || weightOf(module, convolution->input(1)).numel() > kLargest) return;
  auto* kernels = insertKernels(module, convolution, false, dtype);
  replace({convolution}, "silverpoint::convolution", {convolution->input(0), kernels, convolution->input(2)});
}

}  // namespace

bool isPlainConvolution(const Node* convolution, int64_t padding) {
  return areBoth(convolution->input(3), 1) && areBoth(convolution->input(4), padding) && areBoth(convolution->input(5), 1) &&
         torch::jit::constant_as<bool>(convolution->input(6)) == false && torch::jit::constant_as<int64_t>(convolution->input(8)) == 1;
}

void replaceConvolutions(Module& module, c10::ScalarType dtype) {
  if (!winogradPays(dtype)) return;
  forEachNode(module, "aten::upsample_nearest2d", [&](Node* node) { replaceUpsampling(module, node, dtype); });
  forEachNode(module, "aten::_convolution", [&](Node* node) { replaceConvolution(module, node, dtype); });
}

void keepFloat32(Module& module) {
  // aten::_convolution(Tensor input, ..., bool allow_tf32), the thirteenth.
  forEachNode(module, "aten::_convolution", [](Node* node) {
    if (node->inputs().size() != 13) return;
    torch::jit::WithInsertPoint here(node);
    node->replaceInput(12, node->owningGraph()->insertConstant(false));
  });
}

}  // namespace silverpoint

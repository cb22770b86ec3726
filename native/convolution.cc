#include "convolution.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

namespace silverpoint {
namespace {

// aten::_convolution(Tensor input, ..., bool allow_tf32), the thirteenth.
void keepIn(torch::jit::Block* block) {
  static const auto convolution = c10::Symbol::fromQualString("aten::_convolution");
  for (auto* node : block->nodes()) {
    for (auto* inner : node->blocks()) keepIn(inner);
    if (node->kind() != convolution || node->inputs().size() != 13) continue;
    torch::jit::WithInsertPoint here(node);
    node->replaceInput(12, node->owningGraph()->insertConstant(false));
  }
}

}  // namespace

void keepFloat32(torch::jit::Module& module) {
  for (auto part : module.modules()) {
    for (auto& method : part.get_methods()) keepIn(method.graph()->block());
  }
}

}  // namespace silverpoint

#include "convolution.h"

#include <torch/csrc/jit/ir/constants.h>

#include "graphs.h"

namespace silverpoint {

void keepFloat32(torch::jit::Module& module) {
  // aten::_convolution(Tensor input, ..., bool allow_tf32), the thirteenth.
  forEachNode(module, "aten::_convolution", [](torch::jit::Module&, torch::jit::Node* node) {
    if (node->inputs().size() != 13) return;
    torch::jit::WithInsertPoint here(node);
    node->replaceInput(12, node->owningGraph()->insertConstant(false));
  });
}

}  // namespace silverpoint

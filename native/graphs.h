// The graphs of loaded modules.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>

namespace silverpoint {

// Calls back with every node of a kind, such as "aten::conv2d", in the methods of all parts, and the part it is in. The node may be replaced.
void forEachNode(torch::jit::Module& module, const char* kind,
                 const std::function<void(torch::jit::Module& part, torch::jit::Node* node)>& edit);

}  // namespace silverpoint

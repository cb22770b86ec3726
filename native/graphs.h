// The graphs of loaded modules.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <vector>

namespace silverpoint {

// Puts what the module's parts do in the place of its calls of them.
void inlineCalls(torch::jit::Module& module);

// Calls back with every node of a kind, such as "aten::conv2d", in the module's methods. The node, and those after it, may be replaced.
void forEachNode(torch::jit::Module& module, const char* kind, const std::function<void(torch::jit::Node* node)>& edit);

// The tensor that the value reads from the module or one of its parts; undefined where it is none.
at::Tensor weightOf(const torch::jit::Module& module, const torch::jit::Value* value);

// Parameters that no node reads any longer take no memory from here on.
void dropUnread(torch::jit::Module& module);

// The node that takes what another gives, where it is the only one and of the kind; else nullptr.
torch::jit::Node* onlyUse(const torch::jit::Node* node, const char* kind);

// Puts a node of a kind in the place of some that follow each other, the last of which gives what the new one does.
void replace(const std::vector<torch::jit::Node*>& nodes, const char* kind, const std::vector<torch::jit::Value*>& inputs);

}  // namespace silverpoint

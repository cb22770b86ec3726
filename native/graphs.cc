#include "graphs.h"

#include <vector>

namespace silverpoint {
namespace {

void collect(torch::jit::Block* block, c10::Symbol kind, std::vector<torch::jit::Node*>& nodes) {
  for (auto* node : block->nodes()) {
    for (auto* inner : node->blocks()) collect(inner, kind, nodes);
    if (node->kind() == kind) nodes.push_back(node);
  }
}

}  // namespace

void forEachNode(torch::jit::Module& module, const char* kind,
                 const std::function<void(torch::jit::Module& part, torch::jit::Node* node)>& edit) {
  const auto symbol = c10::Symbol::fromQualString(kind);
  for (auto part : module.modules()) {
    for (const auto& method : part.get_methods()) {
      std::vector<torch::jit::Node*> nodes;
      collect(method.graph()->block(), symbol, nodes);
      for (auto* node : nodes) edit(part, node);
    }
  }
}

}  // namespace silverpoint

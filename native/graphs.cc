#include "graphs.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <ranges>
#include <set>

namespace silverpoint {
namespace {

using torch::jit::Node;
using torch::jit::Value;

void forEachNode(torch::jit::Block* block, const std::function<void(Node*)>& look) {
  for (auto* node : block->nodes()) {
    for (auto* inner : node->blocks()) forEachNode(inner, look);
    look(node);
  }
}

c10::IValue attributeOf(const torch::jit::Module& module, const Value* value) {
  const auto* node = value->node();
  if (value == node->owningGraph()->inputs()[0]) return module._ivalue();
  if (node->kind() != torch::jit::prim::GetAttr) return {};
  const auto owner = attributeOf(module, node->input(0));
  return owner.isObject() ? owner.toObjectRef().getAttr(node->s(torch::jit::attr::name)) : c10::IValue();
}

}  // namespace

void inlineCalls(torch::jit::Module& module) {
  // Only with it are the calls in what is called put in, too; forwardWhole turns it off for its thread.
  const torch::jit::GraphOptimizerEnabledGuard whole(true);
  for (const auto& method : module.get_methods()) torch::jit::Inline(*method.graph());
}

void forEachNode(torch::jit::Module& module, const char* kind, const std::function<void(Node* node)>& edit) {
  const auto symbol = c10::Symbol::fromQualString(kind);
  for (const auto& method : module.get_methods()) {
    std::vector<Node*> nodes;
    forEachNode(method.graph()->block(), [&](Node* node) {
      if (node->kind() == symbol) nodes.push_back(node);
    });
    for (auto* node : nodes) edit(node);
  }
}

at::Tensor weightOf(const torch::jit::Module& module, const Value* value) {
  const auto found = attributeOf(module, value);
  return found.isTensor() ? found.toTensor() : at::Tensor();
}

void dropUnread(torch::jit::Module& module) {
  std::set<const void*> read;
  for (const auto& method : module.get_methods()) {
    forEachNode(method.graph()->block(), [&](const Node* node) {
      for (const auto* input : node->inputs()) read.insert(weightOf(module, input).unsafeGetTensorImpl());
    });
  }
  for (at::Tensor parameter : module.parameters()) {
    if (!read.contains(parameter.unsafeGetTensorImpl())) parameter.set_data(at::empty({0}, parameter.options()));
  }
}

Node* onlyUse(const Node* node, const char* kind) {
  const auto& uses = node->output()->uses();
  return uses.size() == 1 && uses[0].user->kind() == c10::Symbol::fromQualString(kind) ? uses[0].user : nullptr;
}

void replace(const std::vector<Node*>& nodes, const char* kind, const std::vector<Value*>& inputs) {
  auto* last = nodes.back();
  auto* made = last->owningGraph()->create(c10::Symbol::fromQualString(kind), inputs);
  made->insertBefore(last);
  made->output()->copyMetadata(last->output());
  last->output()->replaceAllUsesWith(made->output());
  for (auto* node : nodes | std::views::reverse) node->destroy();
}

}  // namespace silverpoint

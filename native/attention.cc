#include "attention.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "graphs.h"

namespace silverpoint {
namespace {

// Of one of the matrices [heads, queries, keys], about what a core's cache holds: as many heads at a time, so that memory does not grow
// with them.
constexpr int64_t kBytesAtATime = 2 << 20;

int64_t bytesOfHead(const at::Tensor& query, const at::Tensor& key) {
  return query.size(-2) * key.size(-2) * query.element_size();
}

// query [B, heads, queries, width], key and value [B, heads, keys, width]
class Attention : public torch::autograd::Function<Attention> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, double scale) {
    context->save_for_backward({query, key, value});
    context->saved_data["scale"] = scale;
    return std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(query, key, value, 0.0, false, {}, scale));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto query = together(saved[0]), key = together(saved[1]), value = together(saved[2]);
    const auto given = together(gradients[0]);
    const auto scale = context->saved_data["scale"].toDouble();
    auto ofQuery = at::empty_like(query), ofKey = at::empty_like(key), ofValue = at::empty_like(value);
    const auto heads = query.size(0);
    const auto some = std::clamp<int64_t>(kBytesAtATime / bytesOfHead(query, key), 1, heads);
    for (int64_t first = 0; first < heads; first += some) {
      const auto count = std::min(some, heads - first);
      const auto part = [&](const at::Tensor& whole) { return whole.narrow(0, first, count); };
      const auto q = part(query), k = part(key), v = part(value), g = part(given);
      const auto weights = at::_softmax(at::bmm(q, k.transpose(1, 2)).mul_(scale), -1, false);
      part(ofValue).copy_(at::bmm(weights.transpose(1, 2), g));
      const auto ofScores =
          at::_softmax_backward_data(at::bmm(g, v.transpose(1, 2)), weights, -1, weights.scalar_type()).mul_(scale);
      part(ofKey).copy_(at::bmm(ofScores.transpose(1, 2), q));
      if (context->needs_input_grad(0)) part(ofQuery).copy_(at::bmm(ofScores, k));
    }
    return {ofQuery.view(saved[0].sizes()), ofKey.view(saved[1].sizes()), ofValue.view(saved[2].sizes()), {}};
  }

 private:
  // [B, heads, ...] as [B * heads, ...]
  static at::Tensor together(const at::Tensor& tensor) { return tensor.flatten(0, 1).contiguous(); }
};

at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     std::optional<double> scale) {
  // In float32 the fused backward pass is the faster one, and where a head's matrix leaves the cache (4,096 queries and keys: twice).
  if (query.scalar_type() == at::kFloat || query.dim() != 4 || bytesOfHead(query, key) > kBytesAtATime) {
    return at::scaled_dot_product_attention(query, key, value, {}, 0.0, false, scale);
  }
  return Attention::apply(query, key, value, scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1)))));
}

bool isNone(const torch::jit::Value* value) { return value->type()->kind() == c10::TypeKind::NoneType; }

template <typename T>
bool is(const torch::jit::Value* value, T wanted) {
  const auto constant = torch::jit::constant_as<T>(value);
  return constant && *constant == wanted;
}

// aten::scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)
bool isPlain(const torch::jit::Node* node) {
  return isNone(node->input(3)) && is(node->input(4), 0.0) && is(node->input(5), false) && is(node->input(7), false);
}

}  // namespace

void replaceAttention(torch::jit::Module& module) {
  forEachNode(module, "aten::scaled_dot_product_attention", [](torch::jit::Node* node) {
    if (!isPlain(node)) return;
    replace({node}, "silverpoint::attention", {node->input(0), node->input(1), node->input(2), node->input(6)});
  });
}

}  // namespace silverpoint

TORCH_LIBRARY_FRAGMENT(silverpoint, library) {
  library.def("attention(Tensor query, Tensor key, Tensor value, float? scale=None) -> Tensor",
              &silverpoint::attention);
}

#include "attention.h"

#include <ATen/ops/scaled_dot_product_attention.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <optional>

#include "flash_attention.h"
#include "graphs.h"
#include "pairs.h"

namespace silverpoint {
namespace {

class Attention : public torch::autograd::Function<Attention> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, double scale) {
    const auto attended = flashAttention({query, key, value, scale});
    context->save_for_backward({query, key, value, attended.output, attended.levels});
    context->saved_data["scale"] = scale;
    return attended.output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const AttentionInputs inputs{saved[0], saved[1], saved[2], context->saved_data["scale"].toDouble()};
    const auto results = flashAttentionGradients(inputs, {saved[3], saved[4]}, gradients[0]);
    return {results.query, results.key, results.value, {}};
  }
};

// query [B, heads, queries, width], key and value [B, heads, keys, width]
at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     std::optional<double> scale) {
  const bool fits = query.dim() == 4 && query.size(3) % 2 == 0 && value.size(3) == query.size(3);
  if (query.scalar_type() != at::kBFloat16 || !multipliesPairs() || !fits) {
    return at::scaled_dot_product_attention(query, key, value, {}, 0.0, false, scale);
  }
  return Attention::apply(query, key, value, scale.value_or(1 / std::sqrt(static_cast<double>(query.size(3)))));
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

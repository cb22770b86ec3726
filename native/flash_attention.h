// Attention in bfloat16 that never holds a whole matrix of queries and keys (FlashAttention-2, Dao, 2307.08691).
#pragma once

#include <ATen/core/Tensor.h>

namespace silverpoint {

// query [B, heads, queries, width], key and value [B, heads, keys, width]; width even.
struct AttentionInputs {
  at::Tensor query;
  at::Tensor key;
  at::Tensor value;
  double scale;
};

// output: as query, a query's heads beside each other. levels: of each query the binary logarithm of its exponentiated scores' sum; float32.
struct Attended {
  at::Tensor output;
  at::Tensor levels;
};

Attended flashAttention(const AttentionInputs& inputs);

struct AttentionGradients {
  at::Tensor query;
  at::Tensor key;
  at::Tensor value;
};

// gradient: the output's.
AttentionGradients flashAttentionGradients(const AttentionInputs& inputs, const Attended& attended, const at::Tensor& gradient);

}  // namespace silverpoint

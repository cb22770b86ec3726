// Group normalisation on a GPU with what usually follows it, in two passes over pixels that lie channels last: LibTorch's own brings
// them to channels first and the convolution after it back.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace silverpoint {

// What a normalisation is of, and by what: weight and bias [channels], frozen.
struct GroupNormOptions {
  int64_t groups;
  at::Tensor weight;
  at::Tensor bias;
  double epsilon;
  bool activated;  // SiLU
};

// Whether groupNormOnGpu can do it.
bool groupNormFitsGpu(const at::Tensor& input, const GroupNormOptions& options);

// input [B, channels, height, width]; factor and shift [B, channels], float32.
at::Tensor groupNormOnGpu(const at::Tensor& input, const GroupNormOptions& options, const std::optional<at::Tensor>& factor,
                          const std::optional<at::Tensor>& shift);

}  // namespace silverpoint

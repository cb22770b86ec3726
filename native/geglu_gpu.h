// GEGLU on a GPU, in one pass.
#pragma once

#include <ATen/core/Tensor.h>

namespace silverpoint {

// Whether gegluOnGpu can do it.
bool gegluFitsGpu(const at::Tensor& input);

// input [..., 2 width], results [..., width]
at::Tensor gegluOnGpu(const at::Tensor& input);

}  // namespace silverpoint

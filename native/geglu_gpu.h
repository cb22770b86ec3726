// GEGLU on a GPU, in one pass: what geglu.cc asks for there.
#pragma once

#include <ATen/core/Tensor.h>

namespace silverpoint {

// Whether the kernels can do it.
bool gegluFitsGpu(const at::Tensor& input);

// All contiguous. input [..., 2 width], results [..., width]
void gegluOnGpu(const at::Tensor& input, const at::Tensor& results);

// Results as input, gradients as results before.
void gegluGradientsOnGpu(const at::Tensor& input, const at::Tensor& gradients, const at::Tensor& results);

}  // namespace silverpoint

// GEGLU in one pass: half of the numbers, each times GELU's of its partner in the other half (Shazeer, 2002.05202).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// input [..., 2 width], results [..., width]
at::Tensor geglu(const at::Tensor& input);

// Puts silverpoint::geglu in the place of an aten::chunk in two, aten::gelu and aten::mul that are one.
void replaceGeglu(torch::jit::Module& module);

}  // namespace silverpoint

// Group normalisation with what usually follows it, a scale and shift (FiLM) and SiLU, in two passes over the pixels.
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// Puts silverpoint::group_norm in the place of every aten::group_norm, and of the aten::mul, aten::add and aten::silu that follow it.
void replaceGroupNorm(torch::jit::Module& module);

}  // namespace silverpoint

// Attention of loaded modules on the CPU, in bfloat16 by the own operator (flash_attention.h).
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// Puts silverpoint::attention in the place of every aten::scaled_dot_product_attention without mask and dropout.
void replaceAttention(torch::jit::Module& module);

}  // namespace silverpoint

// Linear layers of loaded modules on the CPU, and convolutions with kernels of one pixel, which are nothing else.
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// Puts silverpoint::linear in the place of small layers, once the module is used with the dtype: what LibTorch does around a product
// takes longer there than the product.
void replaceLinear(torch::jit::Module& module, c10::ScalarType dtype);

}  // namespace silverpoint

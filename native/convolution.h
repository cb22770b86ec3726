// Convolutions of loaded modules.
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// Whether aten::_convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups, ...) has a stride and
// dilation of 1, that padding, and one group.
bool isPlainConvolution(const torch::jit::Node* convolution, int64_t padding);

// Puts the own convolution in the place of those that it does sooner than PyTorch's, once the module is used with the dtype.
void replaceConvolutions(torch::jit::Module& module, c10::ScalarType dtype);

// Export by tracing writes into each convolution that cuDNN may round float32 to TF32. Here float32 means float32.
void keepFloat32(torch::jit::Module& module);

}  // namespace silverpoint

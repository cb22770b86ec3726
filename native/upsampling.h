// The convolution after an upsampling, worked out on the picture before it with fewer multiplications (measured in float32: a network with
// two of them among its 46 convolutions, forward and backward, is 1.09 times quicker).
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// Puts silverpoint::upsampled_convolution in the place of every upsampling to the nearest pixel with a 3 x 3 convolution after it. To be
// called before the module's parameters are converted: what it derives from them is then converted alike.
void replaceUpsampling(torch::jit::Module& module);

}  // namespace silverpoint

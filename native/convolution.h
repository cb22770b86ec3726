// Convolutions of loaded modules.
#pragma once

#include <torch/csrc/jit/api/module.h>

namespace silverpoint {

// Export by tracing writes into each convolution that cuDNN may round float32 to TF32. Here float32 means float32.
void keepFloat32(torch::jit::Module& module);

}  // namespace silverpoint

// Whether our own kernels of a GPU compute what LibTorch's do.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace silverpoint {

// Compared on small tensors, once a device and type, before networks are given them: a GPU that nobody here has tried, or a driver
// that NVRTC does not fit, computes by LibTorch's, which `doctor` tells. Never of float32, as it is not laid channels last. Compute
// thread only.
bool hasOwnKernels(c10::Device device, c10::ScalarType type);

// In bfloat16.
bool hasOwnKernels(c10::Device device);

}  // namespace silverpoint

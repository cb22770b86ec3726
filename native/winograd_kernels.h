// Convolutions' kernels in Winograd's domain: F(2 x 2, 3 x 3), Lavin and Gray, 1509.09308.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace silverpoint {

// Whether channels are multiplied in pairs, which lie beside each other, as bfloat16's are.
bool inPairs(c10::ScalarType dtype);

// weight [outputs, inputs, 3, 3] as [products, inputs, outputs] of the dtype, or in pairs: [products, inputs / 2, outputs, 2].
// doubled: for pictures whose pixels are each there 2 x 2 times, which has 9 products in the place of 16.
at::Tensor winogradKernels(const at::Tensor& weight, bool doubled, c10::ScalarType dtype);

// The same of the convolution's gradient, which goes from its outputs to its inputs.
at::Tensor turnedKernels(const at::Tensor& kernels);

}  // namespace silverpoint

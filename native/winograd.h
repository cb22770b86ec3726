// 3 x 3 convolutions with fewer multiplications.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace silverpoint {

// Whether this processor does them sooner so.
bool winogradPays(c10::ScalarType dtype);

// Whether it can be done with the weight [outputs, inputs, 3, 3].
bool winogradFits(const at::Tensor& weight);

}  // namespace silverpoint

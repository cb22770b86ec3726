// A module over rows that do not depend on one another: row b of every result is made of row b of every input alone.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <vector>

#include "segments.h"

namespace silverpoint {

struct Network {
  torch::jit::Module module;
  std::optional<Segments> segments;  // where gradients are to take little memory
};

// The module's results.
std::vector<at::Tensor> forwardWhole(Network& network, const std::vector<at::Tensor>& inputs);

// The same, the rows shared between lanes where there are several of both; differentiable in the inputs, and the
// backward pass is shared as the forward one is. Compute thread only.
std::vector<at::Tensor> forwardRows(Network& network, const std::vector<at::Tensor>& inputs);

}  // namespace silverpoint

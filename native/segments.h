// Gradient checkpointing (Chen et al., 1604.06174): of a module's computation only what passes from one segment of it to a later one is
// kept for the gradient; what lies within a segment is computed again when its gradient is.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <memory>
#include <vector>

namespace silverpoint {

class Segments {
 public:
  // Cuts what the module's forward method computes, whose calls are inlined.
  explicit Segments(const torch::jit::Module& module);

  // The module's results, differentiable in the inputs.
  std::vector<at::Tensor> forward(const std::vector<at::Tensor>& inputs) const;

  using Values = std::vector<c10::IValue>;

  // Part of the graph. It takes and gives values that are numbered across all segments.
  struct Segment {
    Values run(Values given) const;

    c10::IValue module;
    mutable torch::jit::GraphExecutor executor;
    std::vector<size_t> inputs;
    std::vector<size_t> outputs;
  };

 private:
  std::vector<std::shared_ptr<const Segment>> segments_;  // a gradient that is still to be computed keeps them, too
  std::vector<size_t> results_;
  size_t values_ = 0;
};

}  // namespace silverpoint

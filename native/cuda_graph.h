// A CUDA graph: what a GPU was asked for while it was captured, asked for again in one call.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Allocator.h>

#include <memory>

namespace silverpoint {

class CudaGraph {
 public:
  // Whether this LibTorch offers graphs. Only where a GPU is.
  static bool available();

  CudaGraph();
  ~CudaGraph();
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  // From here to end() the work of the current device's stream is kept and not done; its tensors lie in `pool` ({0, 0}:
  // one of its own), which graphs that are replayed in the order of their capture may share.
  void begin(c10::MempoolId_t pool);
  void end();
  void replay();
  c10::MempoolId_t pool() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace silverpoint

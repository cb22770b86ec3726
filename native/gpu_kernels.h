// Kernels of our own on a GPU (native/kernels), compiled when they are first asked for by the NVRTC that LibTorch brings: the
// addon needs no CUDA toolkit, and opens where no GPU is.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace silverpoint {

// Of blocks, and of threads in a block.
struct Grid {
  std::array<unsigned, 2> blocks;
  std::array<unsigned, 2> threads;
  unsigned sharedBytes = 0;
};

// How many numbers of 16 bits a thread reads and writes at once (numbers.cu).
constexpr int64_t kPacked = 8;

class GpuKernel {
 public:
  // Whether this LibTorch's NVRTC and the driver are found. Only where a GPU is.
  static bool available();

  // Of the tensor's device and type, bfloat16 or half. Throws with NVRTC's words where it cannot be compiled.
  GpuKernel(const char* name, const at::Tensor& like);

  // On the device's current stream. The arguments are of the types that the kernel names.
  template <typename... Arguments>
  void operator()(const Grid& grid, Arguments... arguments) const {
    std::array<void*, sizeof...(Arguments)> addresses{&arguments...};
    launch(grid, addresses.data());
  }

 private:
  void launch(const Grid& grid, void** arguments) const;

  void* function_;
  c10::Device device_;
};

// As a kernel's argument; null where it is undefined.
inline void* addressOf(const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr() : nullptr; }

// The GPU's, for grids that fill it.
int64_t multiprocessors(c10::Device device);

}  // namespace silverpoint

#include "geglu_gpu.h"

#include <algorithm>

#include "gpu_kernels.h"

namespace silverpoint {
namespace {

constexpr int64_t kThreads = 256;
// Blocks a multiprocessor.
constexpr int64_t kBlocks = 16;

// With as many threads as there are packs of results, if the GPU holds so many.
Grid gridFor(const at::Tensor& results) {
  const auto wanted = (results.numel() / kPacked + kThreads - 1) / kThreads;
  return {{static_cast<unsigned>(std::min(wanted, kBlocks * multiprocessors(results.device()))), 1}, {kThreads, 1}};
}

}  // namespace

bool gegluFitsGpu(const at::Tensor& input) {
  const auto type = input.scalar_type();
  return (type == at::kBFloat16 || type == at::kHalf) && input.numel() > 0 && input.size(-1) % (2 * kPacked) == 0;
}

void gegluOnGpu(const at::Tensor& input, const at::Tensor& results) {
  GpuKernel("geglu", input)(gridFor(results), addressOf(input), static_cast<int>(results.size(-1)),
                            static_cast<long long>(results.numel() / kPacked), addressOf(results));
}

void gegluGradientsOnGpu(const at::Tensor& input, const at::Tensor& gradients, const at::Tensor& results) {
  GpuKernel("gegluGradients", input)(gridFor(gradients), addressOf(input), addressOf(gradients), static_cast<int>(gradients.size(-1)),
                                     static_cast<long long>(gradients.numel() / kPacked), addressOf(results));
}

}  // namespace silverpoint

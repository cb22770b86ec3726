#include "geglu_gpu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

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

class GegluOnGpu : public torch::autograd::Function<GegluOnGpu> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input) {
    const auto given = input.contiguous();
    context->save_for_backward({given});
    auto shape = given.sizes().vec();
    shape.back() /= 2;
    const auto results = at::empty(shape, given.options());
    GpuKernel("geglu", given)(gridFor(results), addressOf(given), static_cast<int>(shape.back()),
                              static_cast<long long>(results.numel() / kPacked), addressOf(results));
    return results;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto input = context->get_saved_variables()[0];
    const auto given = gradients[0].to(input.scalar_type()).contiguous();
    const auto results = at::empty_like(input);
    GpuKernel("gegluGradients", input)(gridFor(given), addressOf(input), addressOf(given), static_cast<int>(given.size(-1)),
                                       static_cast<long long>(given.numel() / kPacked), addressOf(results));
    return {results};
  }
};

}  // namespace

bool gegluFitsGpu(const at::Tensor& input) {
  const auto type = input.scalar_type();
  return (type == at::kBFloat16 || type == at::kHalf) && input.numel() > 0 && input.size(-1) % (2 * kPacked) == 0;
}

at::Tensor gegluOnGpu(const at::Tensor& input) { return GegluOnGpu::apply(input); }

}  // namespace silverpoint

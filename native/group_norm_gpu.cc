#include "group_norm_gpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "gpu_kernels.h"

namespace silverpoint {
namespace {

constexpr auto kLast = at::MemoryFormat::ChannelsLast;
// Threads of a block, at most but for one row of pixels, and blocks a multiprocessor. Not tuned: no GPU was at hand.
constexpr int64_t kThreads = 512;
constexpr int64_t kBlocks = 2;

int64_t ceiling(int64_t a, int64_t b) { return (a + b - 1) / b; }

// As group_norm.cu has it.
struct Shape {
  int pixels, channels, groups, perBlock;
};

// A pass over pictures: its blocks, and what they leave for the next.
struct Pass {
  Pass(const at::Tensor& pictures, int64_t groups) {
    const auto count = pictures.size(0), channels = pictures.size(1), pixels = pictures.size(2) * pictures.size(3);
    const auto across = channels / kPacked, down = std::max<int64_t>(1, kThreads / across);
    const auto wanted = std::max<int64_t>(1, kBlocks * multiprocessors(pictures.device()) / count);
    const auto perBlock = ceiling(ceiling(pixels, wanted), down) * down;
    blocks = ceiling(pixels, perBlock);
    shape = {static_cast<int>(pixels), static_cast<int>(channels), static_cast<int>(groups), static_cast<int>(perBlock)};
    grid = {{static_cast<unsigned>(blocks), static_cast<unsigned>(count)}, {static_cast<unsigned>(across), static_cast<unsigned>(down)}};
    partial = at::empty({count, groups, blocks, 2}, pictures.options().dtype(at::kFloat));
  }

  // With so many pairs of numbers that its threads share.
  Grid sharing(int64_t pairs) const {
    auto shared = grid;
    shared.sharedBytes = static_cast<unsigned>(pairs * 2 * sizeof(float));
    return shared;
  }
  Grid summing() const { return sharing(static_cast<int64_t>(shape.channels) * grid.threads[1]); }
  Grid applying() const { return sharing(shape.groups); }

  int64_t blocks;
  Shape shape;
  Grid grid;
  at::Tensor partial;
};

class GroupNormOnGpu : public torch::autograd::Function<GroupNormOnGpu> {
 public:
  // Optional, as autograd takes a tensor for one that is there.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const GroupNormOptions& options,
                            const std::optional<at::Tensor>& givenFactor, const std::optional<at::Tensor>& givenShift) {
    const auto factor = givenFactor.value_or(at::Tensor()), shift = givenShift.value_or(at::Tensor());
    const auto given = input.contiguous(kLast);
    const Pass pass(given, options.groups);
    const auto normal = at::empty({given.size(0), options.groups, 2}, given.options().dtype(at::kFloat));
    const auto output = at::empty_like(given);
    GpuKernel("moments", given)(pass.summing(), addressOf(given), pass.shape, addressOf(pass.partial));
    GpuKernel("normalised", given)(pass.applying(), addressOf(given), addressOf(pass.partial), addressOf(options.weight),
                                   addressOf(options.bias), addressOf(factor), addressOf(shift), static_cast<float>(options.epsilon),
                                   static_cast<int>(options.activated), pass.shape, addressOf(normal), addressOf(output));
    context->save_for_backward({given, options.weight, options.bias, factor, shift, normal});
    context->saved_data["groups"] = options.groups;
    context->saved_data["activated"] = options.activated;
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1], &bias = saved[2], &factor = saved[3], &shift = saved[4], &normal = saved[5];
    const auto activated = static_cast<int>(context->saved_data["activated"].toBool());
    const auto given = gradients[0].to(input.scalar_type()).contiguous(kLast);
    const Pass pass(input, context->saved_data["groups"].toInt());
    at::Tensor ofChannels;
    if (factor.defined() || shift.defined()) {
      ofChannels = at::empty({input.size(0), pass.blocks, input.size(1), 2}, input.options().dtype(at::kFloat));
    }
    const auto ofInput = at::empty_like(input);
    GpuKernel("gradientSums", input)(pass.summing(), addressOf(input), addressOf(given), addressOf(normal), addressOf(weight),
                                     addressOf(bias), addressOf(factor), addressOf(shift), activated, pass.shape,
                                     addressOf(pass.partial), addressOf(ofChannels));
    GpuKernel("inputGradients", input)(pass.applying(), addressOf(input), addressOf(given), addressOf(normal), addressOf(weight),
                                       addressOf(bias), addressOf(factor), addressOf(shift), activated, addressOf(pass.partial),
                                       pass.shape, addressOf(ofInput));
    at::Tensor ofFactor, ofShift;
    if (ofChannels.defined()) {
      const auto sums = ofChannels.sum(1);
      const auto sum = sums.select(-1, 0);
      if (factor.defined()) ofFactor = weight * sums.select(-1, 1) + bias * sum;
      if (shift.defined()) ofShift = sum;
    }
    return {ofInput, {}, ofFactor, ofShift};
  }
};

}  // namespace

bool groupNormFitsGpu(const at::Tensor& input, const GroupNormOptions& options) {
  const auto type = input.scalar_type();
  const bool isHalf = type == at::kBFloat16 || type == at::kHalf;
  return isHalf && input.numel() > 0 && input.size(1) % kPacked == 0 && input.size(1) <= kPacked * kThreads &&
         options.weight.scalar_type() == type && options.bias.scalar_type() == type;
}

at::Tensor groupNormOnGpu(const at::Tensor& input, const GroupNormOptions& options, const std::optional<at::Tensor>& factor,
                          const std::optional<at::Tensor>& shift) {
  return GroupNormOnGpu::apply(input, options, factor, shift);
}

}  // namespace silverpoint

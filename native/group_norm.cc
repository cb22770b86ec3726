#include "group_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <vector>

#include "graphs.h"
#include "group_norm_gpu.h"
#include "group_norm_passes.h"
#include "team.h"

namespace silverpoint {
namespace {

constexpr auto kLast = at::MemoryFormat::ChannelsLast;

// A pass over the pixels of pictures [B, channels, height, width], some rows of them at a time: picture, first pixel, pixels, part.
using Rows = std::function<void(int64_t picture, int64_t first, int64_t count, int64_t part)>;

// However many threads there are: sums are then added up in the same order.
constexpr int64_t kParts = 8;
int64_t partsOf(const at::Tensor& pictures) { return std::min(kParts, pictures.size(2)); }

void overRows(const at::Tensor& pictures, const Rows& pass) {
  const auto parts = partsOf(pictures), height = pictures.size(2), width = pictures.size(3);
  Team::own().each(pictures.size(0) * parts, [&](int64_t i) {
    const auto part = i % parts, first = height * part / parts, last = height * (part + 1) / parts;
    pass(i / parts, first * width, (last - first) * width, part);
  });
}

// Two sums a channel, [2, B, channels], which a pass adds up.
at::Tensor summed(const at::Tensor& pictures, const std::function<void(int64_t, int64_t, int64_t, float*, float*)>& add) {
  const auto count = pictures.size(0) * pictures.size(1), parts = partsOf(pictures);
  const auto sums = at::zeros({parts, 2, pictures.size(0), pictures.size(1)}, at::kFloat);
  auto* const numbers = sums.data_ptr<float>();
  overRows(pictures, [&](int64_t picture, int64_t first, int64_t pixels, int64_t part) {
    auto* at = numbers + part * 2 * count + picture * pictures.size(1);
    add(picture, first, pixels, at, at + count);
  });
  for (int64_t i = 2 * count; i < parts * 2 * count; ++i) numbers[i % (2 * count)] += numbers[i];
  return sums[0];
}

// The affine maps of pictures, [B, channels] each, float32.
struct Maps {
  at::Tensor factor;
  at::Tensor shift;
  bool activated;

  Affine of(int64_t picture) const {
    const auto channels = factor.size(1);
    return {channels, factor.data_ptr<float>() + picture * channels, shift.data_ptr<float>() + picture * channels, activated};
  }
};

template <typename T>
T* pixelsOf(const at::Tensor& pictures, int64_t picture, int64_t first) {
  return pictures.data_ptr<T>() + picture * pictures.stride(0) + first * pictures.size(1);
}

template <typename T>
at::Tensor moments(const at::Tensor& input) {
  return summed(input, [&](int64_t picture, int64_t first, int64_t count, float* sum, float* squares) {
    addMoments(pixelsOf<T>(input, picture, first), count, input.size(1), sum, squares);
  });
}

template <typename T>
at::Tensor applied(const Maps& maps, const at::Tensor& input) {
  const auto output = at::empty_like(input);
  overRows(input, [&](int64_t picture, int64_t first, int64_t count, int64_t) {
    apply(maps.of(picture), pixelsOf<T>(input, picture, first), count, pixelsOf<T>(output, picture, first));
  });
  return output;
}

template <typename T>
at::Tensor gradientSums(const Maps& maps, const at::Tensor& input, const at::Tensor& gradient) {
  return summed(input, [&](int64_t picture, int64_t first, int64_t count, float* sum, float* products) {
    addGradients(maps.of(picture), pixelsOf<T>(input, picture, first), pixelsOf<T>(gradient, picture, first), count, sum, products);
  });
}

template <typename T>
at::Tensor appliedGradient(const Maps& maps, const at::Tensor& slope, const at::Tensor& offset, const at::Tensor& input,
                           const at::Tensor& gradient) {
  const auto output = at::empty_like(input);
  const auto channels = input.size(1);
  overRows(input, [&](int64_t picture, int64_t first, int64_t count, int64_t) {
    applyGradient(maps.of(picture), slope.data_ptr<float>() + picture * channels, offset.data_ptr<float>() + picture * channels,
                  pixelsOf<T>(input, picture, first), pixelsOf<T>(gradient, picture, first), count,
                  pixelsOf<T>(output, picture, first));
  });
  return output;
}

// Calls with a number of the tensor's type.
template <typename Call>
at::Tensor typed(const at::Tensor& tensor, const Call& call) {
  return tensor.scalar_type() == at::kBFloat16 ? call(c10::BFloat16()) : call(float());
}

// The channels of [B, channels, height, width] in groups.
struct Groups {
  Groups(const at::Tensor& pictures, int64_t groups)
      : channels(pictures.size(1)), size(channels / groups), count(pictures.size(0) * groups), numbers(pictures.numel() / count) {}

  // Calls with each group's first channel in [B, channels], the same in [channels], and the group's place in [B, groups].
  template <typename Call>
  void each(const Call& call) const {
    for (int64_t group = 0; group < count; ++group) call(group * size, group * size % channels, group);
  }

  int64_t channels;
  int64_t size;
  int64_t count;
  int64_t numbers;  // in a group
};

float* numbersOf(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }

// sums [2, B, channels]: the pixels' and their squares'. normal [2, B * groups]: made their means and 1 / their deviations.
void normalise(const Groups& groups, const at::Tensor& sums, double epsilon, const at::Tensor& normal, const at::Tensor& weight,
               const at::Tensor& bias, const at::Tensor& factor, const at::Tensor& shift, const Maps& maps) {
  const auto *sum = numbersOf(sums), *squares = numbersOf(sums[1]), *w = numbersOf(weight), *b = numbersOf(bias);
  const auto *f = numbersOf(factor), *t = numbersOf(shift);
  auto *center = numbersOf(normal), *slope = numbersOf(normal[1]), *made = numbersOf(maps.factor), *madeShift = numbersOf(maps.shift);
  groups.each([&](int64_t first, int64_t own, int64_t group) {
    const auto total = [&](const float* each) { return std::accumulate(each + first, each + first + groups.size, 0.0); };
    const auto mean = total(sum) / groups.numbers, variance = std::max(0.0, total(squares) / groups.numbers - mean * mean);
    center[group] = mean;
    slope[group] = 1 / std::sqrt(variance + epsilon);
    for (int64_t i = 0; i < groups.size; ++i) {
      const auto scale = slope[group] * w[own + i];
      made[first + i] = scale * f[first + i];
      madeShift[first + i] = (b[own + i] - center[group] * scale) * f[first + i] + t[first + i];
    }
  });
}

// With u = factor (weight x' + bias) + shift, x' = (x - center) slope, and h = weight factor (u's gradient), x's gradient is
// slope (h - mean(h) - x' mean(h x')), the means being over a group; that is slope h + tilt x + offset.
// sums [2, B, channels]: of u's gradient, and of it times x.
void differentiate(const Groups& groups, const at::Tensor& sums, const at::Tensor& normal, const at::Tensor& weight,
                   const at::Tensor& bias, const at::Tensor& factor, const at::Tensor& ofFactor, const at::Tensor& tilt,
                   const at::Tensor& offset) {
  const auto *sum = numbersOf(sums), *products = numbersOf(sums[1]), *w = numbersOf(weight), *b = numbersOf(bias);
  const auto *f = numbersOf(factor), *center = numbersOf(normal), *slope = numbersOf(normal[1]);
  auto *made = numbersOf(ofFactor), *tilts = numbersOf(tilt), *offsets = numbersOf(offset);
  groups.each([&](int64_t first, int64_t own, int64_t group) {
    double mean = 0, meanProduct = 0;
    for (int64_t i = 0; i < groups.size; ++i) {
      const auto at = first + i;
      const auto product = slope[group] * (products[at] - center[group] * sum[at]);  // u's gradient times x', summed up
      made[at] = w[own + i] * product + b[own + i] * sum[at];
      mean += w[own + i] * f[at] * sum[at] / groups.numbers;
      meanProduct += w[own + i] * f[at] * product / groups.numbers;
    }
    std::fill_n(tilts + first, groups.size, -slope[group] * slope[group] * meanProduct);
    std::fill_n(offsets + first, groups.size, slope[group] * (center[group] * slope[group] * meanProduct - mean));
  });
}

// factor and shift [B, channels], float32. The weights, [channels], are frozen.
class GroupNorm : public torch::autograd::Function<GroupNorm> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, int64_t groups, const at::Tensor& weight,
                            const at::Tensor& bias, double epsilon, const at::Tensor& factor, const at::Tensor& shift, bool activated) {
    const auto given = input.contiguous(kLast);
    const auto sums = typed(given, [&](auto type) { return moments<decltype(type)>(given); });
    const Maps maps{at::empty_like(factor), at::empty_like(factor), activated};
    const auto normal = at::empty({2, given.size(0) * groups}, at::kFloat);
    normalise(Groups(given, groups), sums, epsilon, normal, weight, bias, factor, shift, maps);
    context->save_for_backward({given, weight, bias, factor, normal, maps.factor, maps.shift});
    context->saved_data["groups"] = groups;
    context->saved_data["activated"] = activated;
    return typed(given, [&](auto type) { return applied<decltype(type)>(maps, given); });
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1], &bias = saved[2], &factor = saved[3], &normal = saved[4];
    const Maps maps{saved[5], saved[6], context->saved_data["activated"].toBool()};
    const auto gradient = gradients[0].to(input.scalar_type()).contiguous(kLast);
    const auto sums = typed(input, [&](auto type) { return gradientSums<decltype(type)>(maps, input, gradient); });
    const auto ofFactor = at::empty_like(factor), tilt = at::empty_like(factor), offset = at::empty_like(factor);
    differentiate(Groups(input, context->saved_data["groups"].toInt()), sums, normal, weight, bias, factor, ofFactor, tilt, offset);
    const auto ofInput = typed(input, [&](auto type) { return appliedGradient<decltype(type)>(maps, tilt, offset, input, gradient); });
    return {ofInput, {}, {}, {}, {}, ofFactor, sums[0], {}};
  }
};

// Whether there is one number for each picture and channel, or none is asked for.
bool isPerChannel(const std::optional<at::Tensor>& tensor, const at::Tensor& input) {
  return !tensor || tensor->sizes() == at::IntArrayRef({input.size(0), input.size(1), 1, 1});
}

bool fitsCpu(const at::Tensor& input) { return input.scalar_type() == at::kFloat || input.scalar_type() == at::kBFloat16; }

at::Tensor groupNormOnCpu(const at::Tensor& input, const GroupNormOptions& options, const std::optional<at::Tensor>& factor,
                          const std::optional<at::Tensor>& shift) {
  const std::array shape{input.size(0), input.size(1)};
  return GroupNorm::apply(input, options.groups, options.weight.to(at::kFloat), options.bias.to(at::kFloat), options.epsilon,
                          factor ? *factor : at::ones(shape), shift ? *shift : at::zeros(shape), options.activated);
}

// (the input's normalisation) * factor + shift, and SiLU's of that where `activated`. input [B, channels, height, width]
at::Tensor groupNorm(const at::Tensor& input, int64_t groups, const at::Tensor& weight, const at::Tensor& bias, double epsilon,
                     const std::optional<at::Tensor>& factor, const std::optional<at::Tensor>& shift, bool activated) {
  const auto each = [&](const std::optional<at::Tensor>& tensor) -> std::optional<at::Tensor> {
    if (!tensor) return std::nullopt;
    return tensor->flatten(1).to(at::kFloat).contiguous();
  };
  if (input.dim() == 4 && isPerChannel(factor, input) && isPerChannel(shift, input)) {
    const GroupNormOptions options{groups, weight, bias, epsilon, activated};
    if (input.is_cuda() && groupNormFitsGpu(input, options)) return groupNormOnGpu(input, options, each(factor), each(shift));
    if (input.is_cpu() && fitsCpu(input)) return groupNormOnCpu(input, options, each(factor), each(shift));
  }
  auto result = at::group_norm(input, groups, weight, bias, epsilon);
  if (factor) result = result * *factor;
  if (shift) result = result + *shift;
  return activated ? at::silu(result) : result;
}

using torch::jit::Node;
using torch::jit::Value;

// Of a node that takes two tensors, the one that another does not give.
Value* other(const Node* node, const Node* giver) { return node->input(node->input(0) == giver->output() ? 1 : 0); }

// aten::group_norm(input, num_groups, weight, bias, eps, cudnn_enabled), aten::mul(self, other), aten::add(self, other, alpha)
void replaceNorm(Node* norm) {
  torch::jit::WithInsertPoint here(norm);
  auto* graph = norm->owningGraph();
  std::vector<Node*> nodes{norm};
  auto* none = graph->insertConstant(c10::IValue());
  auto *factor = none, *shift = none;
  auto* product = onlyUse(norm, "aten::mul");
  auto* sum = product ? onlyUse(product, "aten::add") : nullptr;
  if (sum && torch::jit::constant_as<int64_t>(sum->input(2)) == 1) {
    factor = other(product, norm);
    shift = other(sum, product);
    nodes.insert(nodes.end(), {product, sum});
  }
  auto* activation = onlyUse(nodes.back(), "aten::silu");
  if (activation) nodes.push_back(activation);
  replace(nodes, "silverpoint::group_norm", {norm->input(0), norm->input(1), norm->input(2), norm->input(3), norm->input(4), factor, shift,
                                             graph->insertConstant(activation != nullptr)});
}

}  // namespace

void replaceGroupNorm(torch::jit::Module& module) { forEachNode(module, "aten::group_norm", replaceNorm); }

}  // namespace silverpoint

TORCH_LIBRARY_FRAGMENT(silverpoint, library) {
  library.def("group_norm(Tensor input, int groups, Tensor weight, Tensor bias, float eps, Tensor? factor, Tensor? shift, "
              "bool activated) -> Tensor",
              &silverpoint::groupNorm);
}

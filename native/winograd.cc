#include "winograd.h"

#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "pairs.h"
#include "simd.h"
#include "team.h"
#include "winograd_kernels.h"
#include "winograd_transforms.h"

namespace silverpoint {
namespace {

// Tiles and outputs that are multiplied at a time: what belongs to them stays in a core's cache.
constexpr int64_t kTiles = 64;
constexpr int64_t kOutputs = 64;
// Between one product's numbers and the next one's: a power of two apart, they would put each other out of the cache.
constexpr int64_t kGap = 32;

// Pictures [count, channels, height, width], laid out channels last.
template <typename T>
struct Pictures {
  explicit Pictures(const at::Tensor& tensor)
      : data(tensor.data_ptr<T>()), channels(tensor.size(1)), height(tensor.size(2)), width(tensor.size(3)) {}

  // Of a pixel, the channels, or what is given for one outside.
  T* at(int64_t picture, int64_t row, int64_t column, T* outside) const {
    if (row < 0 || row >= height || column < 0 || column >= width) return outside;
    return data + ((picture * height + row) * width + column) * channels;
  }

  T* data;
  int64_t channels;
  int64_t height;
  int64_t width;
};

template <typename T>
class Convolution {
 public:
  Convolution(Method method, const at::Tensor& input, const at::Tensor& kernels, const at::Tensor& bias, const at::Tensor& output)
      : method_(method),
        input_(input),
        kernels_(kernels.data_ptr<T>()),
        bias_(bias.data_ptr<float>()),
        output_(output),
        rows_((output_.height + tile_.outputs - 1) / tile_.outputs),
        columns_((output_.width + tile_.outputs - 1) / tile_.outputs),
        pictures_(input.size(0)) {}

  void run() const {
    // No block goes over to the next picture: a picture comes out the same, to the bit, whatever it is drawn with.
    const auto each = (rows_ * columns_ + kTiles - 1) / kTiles, blocks = pictures_ * each;
    const auto slices = (output_.channels + kOutputs - 1) / kOutputs;
    // Where there are fewer blocks of tiles than threads, several threads share one, and the outputs among them.
    const auto shares = std::clamp<int64_t>(at::get_num_threads() / blocks, 1, slices);
    Team::own().each(blocks * shares, [&](int64_t i) {
      const auto share = i % shares, at = i / shares;
      block(at / each, at % each * kTiles, slices * share / shares, slices * (share + 1) / shares);
      at::native::cpublas::brgemm_release(kPaired);
    });
  }

 private:
  static constexpr bool kPaired = std::is_same_v<T, c10::BFloat16>;

  // A thread's, kept: made anew for every block, its pages would be as well.
  struct Scratch {
    void fit(const Convolution& of) {
      const auto grow = [](auto& numbers, int64_t size) { numbers.resize(std::max<size_t>(numbers.size(), size)); };
      grow(spread, of.products() * of.spreadApart());
      grow(multiplied, of.products() * kMultipliedApart);
      grow(zeros, of.input_.channels);
      grow(unused, of.output_.channels);
    }

    std::vector<T> spread;  // [products, tiles, inputs]
    std::vector<float> multiplied;  // [products, tiles, outputs]
    std::vector<T> zeros;  // never written
    std::vector<T> unused;
  };

  static constexpr int64_t kMultipliedApart = kTiles * kOutputs + kGap;

  int64_t products() const { return tile_.products * tile_.products; }
  int64_t spreadApart() const { return kTiles * input_.channels + kGap; }

  void block(int64_t picture, int64_t first, int64_t firstSlice, int64_t lastSlice) const {
    static thread_local Scratch scratch;
    scratch.fit(*this);
    const auto count = std::min(kTiles, rows_ * columns_ - first);
    for (int64_t i = 0; i < count; ++i) spreadTile(picture, first + i, i, scratch);
    for (auto slice = firstSlice; slice < lastSlice; ++slice) {
      const auto from = slice * kOutputs, width = std::min(kOutputs, output_.channels - from);
      multiply(count, from, width, scratch);
      for (int64_t i = 0; i < count; ++i) gatherTile(picture, first + i, i, from, width, scratch);
    }
  }

  void spreadTile(int64_t picture, int64_t tile, int64_t at, Scratch& scratch) const {
    const auto column = tile % columns_, row = tile / columns_;
    const T* points[16];
    for (int64_t i = 0; i < tile_.points * tile_.points; ++i) {
      const auto down = tile_.stride * row - 1 + i / tile_.points, across = tile_.stride * column - 1 + i % tile_.points;
      points[i] = input_.at(picture, down, across, scratch.zeros.data());
    }
    spread(method_, points, scratch.spread.data() + at * input_.channels, spreadApart(), input_.channels);
  }

  void multiply(int64_t count, int64_t from, int64_t width, Scratch& scratch) const {
    const auto inputs = input_.channels, outputs = output_.channels;
    for (int64_t i = 0; i < products(); ++i) {
      at::native::cpublas::brgemm(count, width, inputs, inputs, outputs, kOutputs, false,
                                  scratch.spread.data() + i * spreadApart(),
                                  kernels_ + i * inputs * outputs + (kPaired ? 2 : 1) * from,
                                  scratch.multiplied.data() + i * kMultipliedApart, kPaired);
    }
  }

  void gatherTile(int64_t picture, int64_t tile, int64_t at, int64_t from, int64_t width, Scratch& scratch) const {
    const auto column = tile % columns_, row = tile / columns_;
    T* outputs[4];
    for (int64_t i = 0; i < tile_.outputs * tile_.outputs; ++i) {
      const auto down = tile_.outputs * row + i / tile_.outputs, across = tile_.outputs * column + i % tile_.outputs;
      outputs[i] = output_.at(picture, down, across, scratch.unused.data()) + from;
    }
    gather(method_, scratch.multiplied.data() + at * kOutputs, kMultipliedApart, bias_ + from, outputs, width);
  }

  Method method_;
  Tile tile_ = tileOf(method_);
  Pictures<T> input_;
  const T* kernels_;
  const float* bias_;
  Pictures<T> output_;
  int64_t rows_;
  int64_t columns_;
  int64_t pictures_;
};

int64_t resized(Method method, int64_t length) {
  return method == Method::kDoubled ? 2 * length : method == Method::kHalved ? length / 2 : length;
}

at::Tensor convolved(Method method, const at::Tensor& input, const at::Tensor& kernels, const at::Tensor& bias) {
  const auto given = input.contiguous(at::MemoryFormat::ChannelsLast);
  auto output = at::empty({input.size(0), bias.size(0), resized(method, input.size(2)), resized(method, input.size(3))},
                          given.options().memory_format(at::MemoryFormat::ChannelsLast));
  if (inPairs(input.scalar_type())) {
    Convolution<c10::BFloat16>(method, given, kernels, bias, output).run();
  } else {
    Convolution<float>(method, given, kernels, bias, output).run();
  }
  return output;
}

// The weight is frozen.
class Winograd : public torch::autograd::Function<Winograd> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, const at::Tensor& kernels,
                            const at::Tensor& bias, bool doubled) {
    context->save_for_backward({kernels});
    context->saved_data["doubled"] = doubled;
    context->saved_data["inputs"] = input.size(1);
    return convolved(doubled ? Method::kDoubled : Method::kWhole, input, kernels, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto none = at::zeros({context->saved_data["inputs"].toInt()}, at::kFloat);
    const auto method = context->saved_data["doubled"].toBool() ? Method::kHalved : Method::kWhole;
    // Made anew each time: kept, they would take as much memory as the others.
    const auto kernels = turnedKernels(context->get_saved_variables()[0]);
    return {convolved(method, gradients[0], kernels, none), {}, {}, {}};
  }
};

// kernels: winogradKernels' of the weight [outputs, inputs, 3, 3]. input [B, inputs, height, width]
at::Tensor convolution(const at::Tensor& input, const at::Tensor& kernels, const at::Tensor& bias, bool doubled) {
  return Winograd::apply(input, kernels, bias.to(at::kFloat), doubled);
}

// What is convolved is the input at `size`. With any but the double one it is what it replaces.
at::Tensor upsampledConvolution(const at::Tensor& input, at::IntArrayRef size, const at::Tensor& weight, const at::Tensor& kernels,
                                const at::Tensor& bias) {
  if (size != at::IntArrayRef({2 * input.size(2), 2 * input.size(3)})) {
    return at::conv2d(at::upsample_nearest2d(input, size), weight, bias, 1, 1);
  }
  return convolution(input, kernels, bias, true);
}

}  // namespace

bool winogradPays(c10::ScalarType dtype) {
  // In bfloat16 matrix units, where there are any, multiply sooner than a core transforms.
  return dtype == at::kFloat || (dtype == at::kBFloat16 && multipliesPairs() && !at::cpu::init_amx());
}

bool winogradFits(const at::Tensor& weight) {
  return weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3 && weight.size(0) % kLanes == 0 && weight.size(1) % kLanes == 0;
}

}  // namespace silverpoint

TORCH_LIBRARY_FRAGMENT(silverpoint, library) {
  library.def("winograd_kernels(Tensor weight, bool doubled) -> Tensor", [](const at::Tensor& weight, bool doubled) {
    return silverpoint::winogradKernels(weight, doubled, weight.scalar_type());
  });
  library.def("convolution(Tensor input, Tensor kernels, Tensor bias) -> Tensor",
              [](const at::Tensor& input, const at::Tensor& kernels, const at::Tensor& bias) {
                return silverpoint::convolution(input, kernels, bias, false);
              });
  library.def("upsampled_convolution(Tensor input, int[] size, Tensor weight, Tensor kernels, Tensor bias) -> Tensor",
              &silverpoint::upsampledConvolution);
}

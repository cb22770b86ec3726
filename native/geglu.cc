#include "geglu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "geglu_gpu.h"
#include "graphs.h"
#include "simd.h"
#include "team.h"

namespace silverpoint {
namespace {

// Rows that a thread takes at a time.
constexpr int64_t kRows = 16;

// The normal distribution at x: the part that lies below, and the density.
struct Normal {
  float below;
  float density;
};

// By the error function's approximation 7.1.26 of Abramowitz and Stegun, as LibTorch's vectors have it: to 1.5e-7.
SILVERPOINT_INLINE Normal normalAt(float x) {
  const float bell = exponential(-0.5F * x * x), t = 1 / (1 + 0.3275911F * 0.70710678F * std::fabs(x));
  const float series = ((((1.061405429F * t - 1.453152027F) * t + 1.421413741F) * t - 0.284496736F) * t + 0.254829592F) * t;
  const float outside = 0.5F * series * bell;
  return {x < 0 ? outside : 1 - outside, 0.39894228F * bell};
}

// from [rows, 2 width], results [rows, width]
template <typename T>
SILVERPOINT_INLINE void applyTo(const T* __restrict from, int64_t rows, int64_t width, T* __restrict results) {
  for (int64_t i = 0; i < rows; ++i, from += 2 * width, results += width) {
    for (int64_t c = 0; c < width; ++c) {
      const float gate = widened(from[width + c]);
      put(widened(from[c]) * gate * normalAt(gate).below, results[c]);
    }
  }
}

template <typename T>
SILVERPOINT_INLINE void applyGradientTo(const T* __restrict from, const T* __restrict gradients, int64_t rows, int64_t width,
                                        T* __restrict results) {
  for (int64_t i = 0; i < rows; ++i, from += 2 * width, gradients += width, results += 2 * width) {
    for (int64_t c = 0; c < width; ++c) {
      const float gradient = widened(gradients[c]), gate = widened(from[width + c]);
      const auto [below, density] = normalAt(gate);
      put(gradient * gate * below, results[c]);
      put(gradient * widened(from[c]) * (below + gate * density), results[width + c]);
    }
  }
}

SILVERPOINT_CLONES
void apply(const float* from, int64_t rows, int64_t width, float* results) { applyTo(from, rows, width, results); }

SILVERPOINT_CLONES
void apply(const c10::BFloat16* from, int64_t rows, int64_t width, c10::BFloat16* results) { applyTo(from, rows, width, results); }

SILVERPOINT_CLONES
void applyGradient(const float* from, const float* gradients, int64_t rows, int64_t width, float* results) {
  applyGradientTo(from, gradients, rows, width, results);
}

SILVERPOINT_CLONES
void applyGradient(const c10::BFloat16* from, const c10::BFloat16* gradients, int64_t rows, int64_t width, c10::BFloat16* results) {
  applyGradientTo(from, gradients, rows, width, results);
}

void inBlocks(int64_t rows, const std::function<void(int64_t first, int64_t count)>& work) {
  Team::own().each((rows + kRows - 1) / kRows, [&](int64_t i) { work(i * kRows, std::min(kRows, rows - i * kRows)); });
}

template <typename T>
void applied(const at::Tensor& input, const at::Tensor& results) {
  const auto width = results.size(-1);
  const auto* from = input.const_data_ptr<T>();
  auto* to = results.data_ptr<T>();
  inBlocks(results.numel() / width, [&](int64_t first, int64_t count) { apply(from + 2 * first * width, count, width, to + first * width); });
}

template <typename T>
void appliedGradient(const at::Tensor& input, const at::Tensor& gradients, const at::Tensor& results) {
  const auto width = gradients.size(-1);
  const auto *from = input.const_data_ptr<T>(), *given = gradients.const_data_ptr<T>();
  auto* to = results.data_ptr<T>();
  inBlocks(gradients.numel() / width, [&](int64_t first, int64_t count) {
    applyGradient(from + 2 * first * width, given + first * width, count, width, to + 2 * first * width);
  });
}

void applied(const at::Tensor& input, const at::Tensor& results) {
  if (input.is_cuda()) return gegluOnGpu(input, results);
  input.scalar_type() == at::kFloat ? applied<float>(input, results) : applied<c10::BFloat16>(input, results);
}

void appliedGradient(const at::Tensor& input, const at::Tensor& gradients, const at::Tensor& results) {
  if (input.is_cuda()) return gegluGradientsOnGpu(input, gradients, results);
  input.scalar_type() == at::kFloat ? appliedGradient<float>(input, gradients, results)
                                    : appliedGradient<c10::BFloat16>(input, gradients, results);
}

class Geglu : public torch::autograd::Function<Geglu> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input) {
    const auto given = input.contiguous();
    context->save_for_backward({given});
    auto shape = given.sizes().vec();
    shape.back() /= 2;
    auto results = at::empty(shape, given.options());
    applied(given, results);
    return results;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto input = context->get_saved_variables()[0];
    auto results = at::empty_like(input);
    appliedGradient(input, gradients[0].to(input.scalar_type()).contiguous(), results);
    return {results};
  }
};

bool fits(const at::Tensor& input) {
  if (input.is_cuda()) return gegluFitsGpu(input);
  const bool known = input.scalar_type() == at::kFloat || input.scalar_type() == at::kBFloat16;
  return input.is_cpu() && known && input.numel() > 0;
}

using torch::jit::Node;

// aten::chunk(self, chunks, dim), prim::ListUnpack, aten::gelu(self, approximate), aten::mul(self, other)
void replaceOne(Node* chunk) {
  using torch::jit::constant_as;
  if (constant_as<int64_t>(chunk->input(1)) != 2 || constant_as<int64_t>(chunk->input(2)) != -1) return;
  const auto& uses = chunk->output()->uses();
  auto* halves = uses.size() == 1 ? uses[0].user : nullptr;
  if (!halves || halves->outputs().size() != 2) return;
  const auto *scaled = halves->output(0), *gate = halves->output(1);
  auto* activation = gate->uses().size() == 1 ? gate->uses()[0].user : nullptr;
  if (!activation || activation->kind() != c10::aten::gelu) return;
  if (constant_as<std::string>(activation->input(1)) != "none" || scaled->uses().size() != 1) return;
  auto* product = onlyUse(activation, "aten::mul");
  if (product && scaled->uses()[0].user == product) replace({chunk, halves, activation, product}, "silverpoint::geglu", {chunk->input(0)});
}

}  // namespace

at::Tensor geglu(const at::Tensor& input) {
  if (fits(input)) return Geglu::apply(input);
  const auto halves = input.chunk(2, -1);
  return halves[0] * at::gelu(halves[1]);
}

void replaceGeglu(torch::jit::Module& module) { forEachNode(module, "aten::chunk", replaceOne); }

}  // namespace silverpoint

TORCH_LIBRARY_FRAGMENT(silverpoint, library) { library.def("geglu(Tensor input) -> Tensor", &silverpoint::geglu); }

#include "attention_passes.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "simd.h"

namespace silverpoint {
namespace {

SILVERPOINT_INLINE float larger(float a, float b) { return a > b ? a : b; }

// 2^x of an x of at most 0, to a relative 3e-6: 2^n times a polynomial (the best one of its degree) of what is left, half at most.
SILVERPOINT_INLINE float powerOfTwo(float x) {
  x = larger(x, -126.0F);
  // In a sum with 1.5 * 2^23 the last bits are the other summand's, rounded.
  const float sum = x + 12582912.0F;
  const float r = x - (sum - 12582912.0F);
  const float p = (((9.5701e-3F * r + 5.591786e-2F) * r + 2.4024745e-1F) * r + 6.9312181e-1F) * r + 9.9999926e-1F;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(p) + (std::bit_cast<uint32_t>(sum) << 23));
}

}  // namespace

SILVERPOINT_CLONES
float addScores(Softmax& softmax, const float* __restrict scores, float factor, int64_t count, c10::BFloat16* __restrict weights) {
  auto most = scores[0];
#pragma omp simd reduction(max : most)
  for (int64_t i = 0; i < count; ++i) most = larger(scores[i], most);
  const auto highest = larger(factor * most, softmax.highest);
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) {
    const auto weight = powerOfTwo(factor * scores[i] - highest);
    put(weight, weights[i]);
    sum += weight;
  }
  const auto before = std::exp2(softmax.highest - highest);
  softmax = {highest, before * softmax.sum + sum};
  return before;
}

SILVERPOINT_CLONES
void scoreGradients(const SoftmaxGradient& softmax, const float* __restrict scores, const float* __restrict ofWeights, int64_t count,
                    c10::BFloat16* __restrict weights, c10::BFloat16* __restrict ofScores) {
  const auto [factor, scale, levels, means] = softmax;
  for (int64_t i = 0; i < count; ++i) {
    const auto weight = powerOfTwo(factor * scores[i] - levels[i]);
    put(weight, weights[i]);
    put(scale * weight * (ofWeights[i] - means[i]), ofScores[i]);
  }
}

SILVERPOINT_CLONES
void interleave(const c10::BFloat16* __restrict first, const c10::BFloat16* __restrict second, int64_t count, Pair* __restrict pairs) {
  for (int64_t i = 0; i < count; ++i) pairs[i] = first[i].x | static_cast<Pair>(second[i].x) << 16;
}

SILVERPOINT_CLONES
void scale(float factor, int64_t count, float* numbers) {
  for (int64_t i = 0; i < count; ++i) numbers[i] *= factor;
}

SILVERPOINT_CLONES
void round(const float* __restrict numbers, float factor, int64_t count, c10::BFloat16* __restrict to) {
  for (int64_t i = 0; i < count; ++i) put(factor * numbers[i], to[i]);
}

SILVERPOINT_CLONES
float dot(const c10::BFloat16* a, const c10::BFloat16* b, int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += widened(a[i]) * widened(b[i]);
  return sum;
}

}  // namespace silverpoint

#include "group_norm_passes.h"

#include "simd.h"

namespace silverpoint {
namespace {

template <typename T>
SILVERPOINT_INLINE void addMomentsOf(const T* __restrict pixels, int64_t count, int64_t channels, float* __restrict sum,
                                     float* __restrict squares) {
  for (int64_t i = 0; i < count; ++i, pixels += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const auto x = widened(pixels[c]);
      sum[c] += x;
      squares[c] += x * x;
    }
  }
}

template <bool activated>
SILVERPOINT_INLINE float activation(float u) { return activated ? u * sigmoid(u) : u; }

// SiLU's: s (1 + u (1 - s)).
template <bool activated>
SILVERPOINT_INLINE float slopeOf(float u) {
  const auto s = sigmoid(u);
  return activated ? s + u * (s - s * s) : 1;
}

template <bool activated, typename T>
SILVERPOINT_INLINE void applyTo(const Affine& affine, const T* __restrict pixels, int64_t count, T* __restrict results) {
  const float *__restrict factor = affine.factor, *__restrict shift = affine.shift;
  for (int64_t i = 0; i < count; ++i, pixels += affine.channels, results += affine.channels) {
    for (int64_t c = 0; c < affine.channels; ++c) {
      put(activation<activated>(factor[c] * widened(pixels[c]) + shift[c]), results[c]);
    }
  }
}

template <bool activated, typename T>
SILVERPOINT_INLINE void addGradientsOf(const Affine& affine, const T* __restrict pixels, const T* __restrict gradients, int64_t count,
                                       float* __restrict sum, float* __restrict products) {
  const float *__restrict factor = affine.factor, *__restrict shift = affine.shift;
  for (int64_t i = 0; i < count; ++i, pixels += affine.channels, gradients += affine.channels) {
    for (int64_t c = 0; c < affine.channels; ++c) {
      const auto x = widened(pixels[c]);
      const auto gradient = widened(gradients[c]) * slopeOf<activated>(factor[c] * x + shift[c]);
      sum[c] += gradient;
      products[c] += gradient * x;
    }
  }
}

template <bool activated, typename T>
SILVERPOINT_INLINE void applyGradientTo(const Affine& affine, const float* __restrict slope, const float* __restrict offset,
                                        const T* __restrict pixels, const T* __restrict gradients, int64_t count, T* __restrict results) {
  const float *__restrict factor = affine.factor, *__restrict shift = affine.shift;
  for (int64_t i = 0; i < count; ++i, pixels += affine.channels, gradients += affine.channels, results += affine.channels) {
    for (int64_t c = 0; c < affine.channels; ++c) {
      const auto x = widened(pixels[c]);
      const auto gradient = widened(gradients[c]) * slopeOf<activated>(factor[c] * x + shift[c]);
      put(factor[c] * gradient + slope[c] * x + offset[c], results[c]);
    }
  }
}

}  // namespace

SILVERPOINT_CLONES
void addMoments(const float* pixels, int64_t count, int64_t channels, float* sum, float* squares) {
  addMomentsOf(pixels, count, channels, sum, squares);
}

SILVERPOINT_CLONES
void addMoments(const c10::BFloat16* pixels, int64_t count, int64_t channels, float* sum, float* squares) {
  addMomentsOf(pixels, count, channels, sum, squares);
}

SILVERPOINT_CLONES
void apply(const Affine& affine, const float* pixels, int64_t count, float* results) {
  affine.activated ? applyTo<true>(affine, pixels, count, results) : applyTo<false>(affine, pixels, count, results);
}

SILVERPOINT_CLONES
void apply(const Affine& affine, const c10::BFloat16* pixels, int64_t count, c10::BFloat16* results) {
  affine.activated ? applyTo<true>(affine, pixels, count, results) : applyTo<false>(affine, pixels, count, results);
}

SILVERPOINT_CLONES
void addGradients(const Affine& affine, const float* pixels, const float* gradients, int64_t count, float* sum, float* products) {
  affine.activated ? addGradientsOf<true>(affine, pixels, gradients, count, sum, products) : addGradientsOf<false>(affine, pixels, gradients, count, sum, products);
}

SILVERPOINT_CLONES
void addGradients(const Affine& affine, const c10::BFloat16* pixels, const c10::BFloat16* gradients, int64_t count, float* sum,
                  float* products) {
  affine.activated ? addGradientsOf<true>(affine, pixels, gradients, count, sum, products) : addGradientsOf<false>(affine, pixels, gradients, count, sum, products);
}

SILVERPOINT_CLONES
void applyGradient(const Affine& affine, const float* slope, const float* offset, const float* pixels, const float* gradients,
                   int64_t count, float* results) {
  affine.activated ? applyGradientTo<true>(affine, slope, offset, pixels, gradients, count, results) : applyGradientTo<false>(affine, slope, offset, pixels, gradients, count, results);
}

SILVERPOINT_CLONES
void applyGradient(const Affine& affine, const float* slope, const float* offset, const c10::BFloat16* pixels,
                   const c10::BFloat16* gradients, int64_t count, c10::BFloat16* results) {
  affine.activated ? applyGradientTo<true>(affine, slope, offset, pixels, gradients, count, results) : applyGradientTo<false>(affine, slope, offset, pixels, gradients, count, results);
}

}  // namespace silverpoint

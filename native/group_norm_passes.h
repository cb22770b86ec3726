// What group normalisation does to pixels laid out channels last: each channel is scaled and shifted (u = factor * x + shift), and,
// where `activated`, made u * sigmoid(u) (SiLU).
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace silverpoint {

// Of one picture; pixels [count, channels].
struct Affine {
  int64_t channels;
  const float* factor;
  const float* shift;
  bool activated;
};

// Adds each channel's sum, and that of its squares.
void addMoments(const float* pixels, int64_t count, int64_t channels, float* sum, float* squares);
void addMoments(const c10::BFloat16* pixels, int64_t count, int64_t channels, float* sum, float* squares);

void apply(const Affine& affine, const float* pixels, int64_t count, float* results);
void apply(const Affine& affine, const c10::BFloat16* pixels, int64_t count, c10::BFloat16* results);

// Adds, of each channel, the sum of u's gradient, and that of it times x.
void addGradients(const Affine& affine, const float* pixels, const float* gradients, int64_t count, float* sum, float* products);
void addGradients(const Affine& affine, const c10::BFloat16* pixels, const c10::BFloat16* gradients, int64_t count, float* sum,
                  float* products);

// x's gradient: factor * (u's) + slope * x + offset.
void applyGradient(const Affine& affine, const float* slope, const float* offset, const float* pixels, const float* gradients,
                   int64_t count, float* results);
void applyGradient(const Affine& affine, const float* slope, const float* offset, const c10::BFloat16* pixels,
                   const c10::BFloat16* gradients, int64_t count, c10::BFloat16* results);

}  // namespace silverpoint

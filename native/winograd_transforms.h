// The transforms of Winograd's convolution F(2 x 2, 3 x 3) (Lavin and Gray, 1509.09308), of pictures laid out channels last.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace silverpoint {

enum class Method {
  kWhole,
  // Of a picture made twice as large, each pixel four times over: the third product would be with the difference of a pixel and itself.
  kDoubled,
  // And its gradient, of which four pixels are summed up: there the third products cancel each other out.
  kHalved,
};

// What a tile has along each of its two dimensions.
struct Tile {
  int64_t points;  // of the picture; the next tile's lie `stride` further on
  int64_t stride;
  int64_t products;  // with the kernel
  int64_t outputs;
};

constexpr Tile tileOf(Method method) {
  switch (method) {
    case Method::kWhole: return {4, 2, 4, 2};
    case Method::kDoubled: return {3, 1, 3, 2};
    case Method::kHalved: return {4, 2, 3, 1};
  }
  return {};
}

// channels: a multiple of kLanes. points: a tile's pixels, row by row. to: what the kernel multiplies, one product's channels `apart` from the next one's.
void spread(Method method, const float* const* points, float* to, int64_t apart, int64_t channels);
void spread(Method method, const c10::BFloat16* const* points, c10::BFloat16* to, int64_t apart, int64_t channels);

// from: the products, `apart` from each other. outputs: a tile's pixels, row by row.
void gather(Method method, const float* from, int64_t apart, const float* bias, float* const* outputs, int64_t channels);
void gather(Method method, const float* from, int64_t apart, const float* bias, c10::BFloat16* const* outputs, int64_t channels);

}  // namespace silverpoint

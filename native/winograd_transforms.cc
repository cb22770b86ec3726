#include "winograd_transforms.h"

#include "simd.h"

namespace silverpoint {
namespace {

// Along one dimension: B^T d, and A^T m.
struct Whole {
  static constexpr Tile tile = tileOf(Method::kWhole);
  SILVERPOINT_INLINE static void spread(const Lanes* d, Lanes* v) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  }
  SILVERPOINT_INLINE static void gather(const Lanes* m, Lanes* y) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }
};

struct Doubled {
  static constexpr Tile tile = tileOf(Method::kDoubled);
  SILVERPOINT_INLINE static void spread(const Lanes* d, Lanes* v) {
    v[0] = d[0] - d[1];
    v[1] = d[1] + d[1];
    v[2] = d[1] - d[2];
  }
  SILVERPOINT_INLINE static void gather(const Lanes* m, Lanes* y) {
    y[0] = m[0] + m[1];
    y[1] = m[1] - m[2];
  }
};

struct Halved {
  static constexpr Tile tile = tileOf(Method::kHalved);
  SILVERPOINT_INLINE static void spread(const Lanes* d, Lanes* v) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[1] - d[3];
  }
  SILVERPOINT_INLINE static void gather(const Lanes* m, Lanes* y) { y[0] = m[0] + m[1] + m[1] - m[2]; }
};

template <typename Way, typename T>
SILVERPOINT_INLINE void spreadBy(const T* const* points, T* to, int64_t apart, int64_t channels) {
  constexpr auto count = Way::tile.points, products = Way::tile.products;
  for (int64_t c = 0; c < channels; c += kLanes) {
    Lanes rows[products][count];
    for (int64_t column = 0; column < count; ++column) {
      Lanes taken[count], made[products];
      for (int64_t row = 0; row < count; ++row) taken[row] = load(points[row * count + column] + c);
      Way::spread(taken, made);
      for (int64_t row = 0; row < products; ++row) rows[row][column] = made[row];
    }
    for (int64_t row = 0; row < products; ++row) {
      Lanes made[products];
      Way::spread(rows[row], made);
      for (int64_t column = 0; column < products; ++column) store(made[column], to + (row * products + column) * apart + c);
    }
  }
}

template <typename Way, typename T>
SILVERPOINT_INLINE void gatherBy(const float* from, int64_t apart, const float* bias, T* const* outputs, int64_t channels) {
  constexpr auto products = Way::tile.products, count = Way::tile.outputs;
  for (int64_t c = 0; c < channels; c += kLanes) {
    const auto added = load(bias + c);
    Lanes rows[count][products];
    for (int64_t column = 0; column < products; ++column) {
      Lanes taken[products], made[count];
      for (int64_t row = 0; row < products; ++row) taken[row] = load(from + (row * products + column) * apart + c);
      Way::gather(taken, made);
      for (int64_t row = 0; row < count; ++row) rows[row][column] = made[row];
    }
    for (int64_t row = 0; row < count; ++row) {
      Lanes made[count];
      Way::gather(rows[row], made);
      for (int64_t column = 0; column < count; ++column) store(made[column] + added, outputs[row * count + column] + c);
    }
  }
}

template <typename T>
SILVERPOINT_INLINE void spreadAny(Method method, const T* const* points, T* to, int64_t apart, int64_t channels) {
  switch (method) {
    case Method::kWhole: return spreadBy<Whole>(points, to, apart, channels);
    case Method::kDoubled: return spreadBy<Doubled>(points, to, apart, channels);
    case Method::kHalved: return spreadBy<Halved>(points, to, apart, channels);
  }
}

template <typename T>
SILVERPOINT_INLINE void gatherAny(Method method, const float* from, int64_t apart, const float* bias, T* const* outputs,
                                  int64_t channels) {
  switch (method) {
    case Method::kWhole: return gatherBy<Whole>(from, apart, bias, outputs, channels);
    case Method::kDoubled: return gatherBy<Doubled>(from, apart, bias, outputs, channels);
    case Method::kHalved: return gatherBy<Halved>(from, apart, bias, outputs, channels);
  }
}

}  // namespace

SILVERPOINT_CLONES
void spread(Method method, const float* const* points, float* to, int64_t apart, int64_t channels) {
  spreadAny(method, points, to, apart, channels);
}

SILVERPOINT_CLONES
void spread(Method method, const c10::BFloat16* const* points, c10::BFloat16* to, int64_t apart, int64_t channels) {
  spreadAny(method, points, to, apart, channels);
}

SILVERPOINT_CLONES
void gather(Method method, const float* from, int64_t apart, const float* bias, float* const* outputs, int64_t channels) {
  gatherAny(method, from, apart, bias, outputs, channels);
}

SILVERPOINT_CLONES
void gather(Method method, const float* from, int64_t apart, const float* bias, c10::BFloat16* const* outputs, int64_t channels) {
  gatherAny(method, from, apart, bias, outputs, channels);
}

}  // namespace silverpoint

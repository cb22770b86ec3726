// Arithmetic that compilers make vector instructions of.
#pragma once

#include <c10/util/BFloat16.h>

#include <bit>
#include <cstdint>

// The same code for several processors, chosen as the library is loaded.
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
#define SILVERPOINT_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define SILVERPOINT_CLONES
#endif
#if defined(_MSC_VER)
#define SILVERPOINT_INLINE __forceinline
#else
#define SILVERPOINT_INLINE __attribute__((always_inline)) inline
#endif

namespace silverpoint {

SILVERPOINT_INLINE float widened(float number) { return number; }
SILVERPOINT_INLINE float widened(c10::BFloat16 number) { return std::bit_cast<float>(static_cast<uint32_t>(number.x) << 16); }

SILVERPOINT_INLINE void put(float number, float& to) { to = number; }

// To the nearest, to the even one of two.
SILVERPOINT_INLINE void put(float number, c10::BFloat16& to) {
  const auto bits = std::bit_cast<uint32_t>(number);
  to.x = static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// To float32's precision: 2^n times a polynomial (Cephes' expf).
SILVERPOINT_INLINE float exponential(float x) {
  x = x < -87.0F ? -87.0F : x > 88.0F ? 88.0F : x;
  const auto n = static_cast<int32_t>(x * 1.44269504F + (x < 0 ? -0.5F : 0.5F));
  const float r = x - n * 0.693359375F + n * 2.12194440e-4F;
  const float high = (1.9875691500e-4F * r + 1.3981999507e-3F) * r + 8.3334519073e-3F;
  const float low = ((high * r + 4.1665795894e-2F) * r + 1.6666665459e-1F) * r + 5.0000001201e-1F;
  return (low * r * r + r + 1) * std::bit_cast<float>((n + 127) << 23);
}

SILVERPOINT_INLINE float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

// Some numbers at a time.
constexpr int64_t kLanes = 16;
struct Lanes {
  float at[kLanes];
};

SILVERPOINT_INLINE Lanes operator+(const Lanes& a, const Lanes& b) {
  Lanes sum;
  for (int64_t i = 0; i < kLanes; ++i) sum.at[i] = a.at[i] + b.at[i];
  return sum;
}

SILVERPOINT_INLINE Lanes operator-(const Lanes& a, const Lanes& b) {
  Lanes difference;
  for (int64_t i = 0; i < kLanes; ++i) difference.at[i] = a.at[i] - b.at[i];
  return difference;
}

template <typename T>
SILVERPOINT_INLINE Lanes load(const T* from) {
  Lanes lanes;
  for (int64_t i = 0; i < kLanes; ++i) lanes.at[i] = widened(from[i]);
  return lanes;
}

template <typename T>
SILVERPOINT_INLINE void store(const Lanes& lanes, T* to) {
  for (int64_t i = 0; i < kLanes; ++i) put(lanes.at[i], to[i]);
}

}  // namespace silverpoint

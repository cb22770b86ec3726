// What all kernels share. T: bfloat16, or half where HALF is defined; by their bits, as NVRTC has no headers of its own.
typedef unsigned short T;

#ifdef HALF
__device__ __forceinline__ float widened(T bits) {
  float number;
  asm("cvt.f32.f16 %0, %1;" : "=f"(number) : "h"(bits));
  return number;
}

__device__ __forceinline__ T narrowed(float number) {
  T bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(number));
  return bits;
}
#else
__device__ __forceinline__ float widened(T bits) { return __uint_as_float((unsigned)bits << 16); }

// To the nearest, ties to even.
__device__ __forceinline__ T narrowed(float number) {
  const unsigned bits = __float_as_uint(number);
  const bool isNumber = (bits & 0x7fffffffu) <= 0x7f800000u;
  return isNumber ? (T)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16) : (T)0x7fc0;
}
#endif

// So many numbers are read and written at once: 16 bytes.
constexpr int V = 8;

struct alignas(16) Packed {
  T at[V];
};

struct Numbers {
  float at[V];
};

__device__ __forceinline__ Numbers read(const T* from) {
  const Packed packed = *(const Packed*)from;
  Numbers numbers;
#pragma unroll
  for (int i = 0; i < V; ++i) numbers.at[i] = widened(packed.at[i]);
  return numbers;
}

__device__ __forceinline__ void write(const Numbers& numbers, T* to) {
  Packed packed;
#pragma unroll
  for (int i = 0; i < V; ++i) packed.at[i] = narrowed(numbers.at[i]);
  *(Packed*)to = packed;
}

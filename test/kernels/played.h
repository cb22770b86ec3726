// CUDA's words for native/kernels, played on the CPU: each thread of a block is a thread, one block after the other.
#pragma once

#include <algorithm>
#include <barrier>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__

struct float2 {
  float x, y;
};
inline float2 make_float2(float x, float y) { return {x, y}; }

struct Dimensions {
  unsigned x = 1, y = 1;
};
inline thread_local Dimensions threadIdx, blockIdx, blockDim, gridDim;

// What a block's threads share: as much as a GPU gives unless told.
inline float2 shared[6144];

// Where the threads of a block, and of each of its warps, wait for one another.
struct Block {
  explicit Block(unsigned threads) : whole(threads), passed(threads) {
    for (unsigned first = 0; first < threads; first += 32) {
      warps.push_back(std::make_unique<std::barrier<>>(std::min(32U, threads - first)));
    }
  }

  std::barrier<> whole;
  std::vector<std::unique_ptr<std::barrier<>>> warps;
  std::vector<float> passed;
};
inline Block* block;

inline unsigned threadNumber() { return threadIdx.y * blockDim.x + threadIdx.x; }

inline void __syncthreads() { block->whole.arrive_and_wait(); }

inline float __shfl_xor_sync(unsigned, float value, int apart) {
  auto& warp = *block->warps[threadNumber() / 32];
  block->passed[threadNumber()] = value;
  warp.arrive_and_wait();
  const float other = block->passed.at(threadNumber() ^ apart);
  warp.arrive_and_wait();
  return other;
}

inline float __uint_as_float(unsigned bits) {
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

inline unsigned __float_as_uint(float number) {
  unsigned bits;
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

inline float __expf(float x) { return std::exp(x); }
inline float rsqrtf(float x) { return 1 / std::sqrt(x); }
inline float normcdff(float x) { return 0.5F * std::erfc(-x * 0.70710678F); }
using std::max;
using std::min;

inline void play(Dimensions blocks, Dimensions threads, const std::function<void()>& kernel) {
  for (unsigned i = 0; i < blocks.x * blocks.y; ++i) {
    // What the block before has left there is not this one's.
    std::fill(std::begin(shared), std::end(shared), make_float2(NAN, NAN));
    Block own(threads.x * threads.y);
    block = &own;
    std::vector<std::jthread> all;
    for (unsigned thread = 0; thread < threads.x * threads.y; ++thread) {
      all.emplace_back([&, thread] {
        threadIdx = {thread % threads.x, thread / threads.x};
        blockIdx = {i % blocks.x, i / blocks.x};
        blockDim = threads;
        gridDim = blocks;
        kernel();
      });
    }
  }
}

// LibTorch's products of bfloat16 matrices, of which the second one's rows lie in pairs beside each other.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace silverpoint {

// Two numbers, the first below.
using Pair = uint32_t;

// Whether LibTorch has them for this processor, which only a try tells.
bool multipliesPairs();

// c [rows, columns] = a [rows, inner] b [inner / 2, columns], or that added to it. apart: from row to row.
struct Product {
  int64_t rows;
  int64_t columns;
  int64_t inner;

  void operator()(const c10::BFloat16* a, int64_t apartA, const Pair* b, int64_t apartB, float* c, int64_t apartC, bool added) const;
};

// At the end of a thread's products.
void releaseProducts();

}  // namespace silverpoint

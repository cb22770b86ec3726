#include "pairs.h"

#include <ATen/native/CPUBlas.h>
#include <c10/util/Exception.h>

#include <vector>

namespace silverpoint {
namespace {

bool tries() {
  constexpr int64_t kSize = 16;
  const std::vector<c10::BFloat16> ones(kSize * kSize, 1);
  const std::vector<Pair> pairs(kSize / 2 * kSize);
  std::vector<float> product(kSize * kSize);
  try {
    Product{kSize, kSize, kSize}(ones.data(), kSize, pairs.data(), kSize, product.data(), kSize, false);
  } catch (const c10::Error&) {
    return false;
  }
  releaseProducts();
  return true;
}

}  // namespace

bool multipliesPairs() {
  static const bool does = tries();
  return does;
}

void Product::operator()(const c10::BFloat16* a, int64_t apartA, const Pair* b, int64_t apartB, float* c, int64_t apartC,
                         bool added) const {
  at::native::cpublas::brgemm(rows, columns, inner, apartA, apartB, apartC, added, a, reinterpret_cast<const c10::BFloat16*>(b), c, true);
}

void releaseProducts() { at::native::cpublas::brgemm_release(true); }

}  // namespace silverpoint

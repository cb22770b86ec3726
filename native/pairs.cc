#include "pairs.h"

#include <ATen/native/CPUBlas.h>
#include <c10/util/Exception.h>

#include <vector>

namespace silverpoint {
namespace {

bool tries() {
  constexpr int64_t kSize = 16;
  const std::vector<c10::BFloat16> ones(kSize * kSize, 1);
  std::vector<float> product(kSize * kSize);
  try {
    at::native::cpublas::brgemm(kSize, kSize, kSize, kSize, kSize, kSize, false, ones.data(), ones.data(), product.data(), true);
  } catch (const c10::Error&) {
    return false;
  }
  at::native::cpublas::brgemm_release(true);
  return true;
}

}  // namespace

bool multipliesPairs() {
  static const bool does = tries();
  return does;
}

}  // namespace silverpoint

#include "attention_heads.h"

#include <ATen/ops/empty.h>

#include <vector>

#include "attention_passes.h"
#include "simd.h"

namespace silverpoint {

Heads::Heads(const at::Tensor& tensor) : tensor_(tensor.stride(3) == 1 ? tensor : tensor.contiguous()) {}

Head Heads::operator[](int64_t i) const {
  const auto each = tensor_.size(1);
  auto* data = tensor_.data_ptr<c10::BFloat16>() + i / each * tensor_.stride(0) + i % each * tensor_.stride(1);
  return {data, rows(), width(), tensor_.stride(2)};
}

at::Tensor emptyHeads(const at::Tensor& like) {
  return at::empty({like.size(0), like.size(2), like.size(1), like.size(3)}, like.options()).transpose(1, 2);
}

int64_t madeUp(int64_t rows) { return (rows + kLanes - 1) / kLanes * kLanes; }

void pairRows(const Head& head, Pair* to) {
  const std::vector<c10::BFloat16> zeros(head.width);
  const auto at = [&](int64_t row) { return row < head.rows ? head.at(row) : zeros.data(); };
  for (int64_t row = 0; row < madeUp(head.rows); row += 2, to += head.width) interleave(at(row), at(row + 1), head.width, to);
}

void pairColumns(const Head& head, Pair* to) {
  const auto rows = madeUp(head.rows);
  // A vector's rows at a time, which are written beside each other: rows far apart would put each other out of the cache.
  for (int64_t first = 0; first < rows; first += kLanes) {
    for (int64_t i = 0; i < head.width / 2; ++i) {
      for (int64_t row = first; row < first + kLanes; ++row) {
        const auto* pair = head.at(row) + 2 * i;
        to[i * rows + row] = row < head.rows ? pair[0].x | static_cast<Pair>(pair[1].x) << 16 : 0;
      }
    }
  }
}

}  // namespace silverpoint

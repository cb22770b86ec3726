// The heads of attention: how they lie in tensors, and in pairs.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "pairs.h"

namespace silverpoint {

// Matrix [rows, width], a row's numbers beside each other.
struct Head {
  c10::BFloat16* data;
  int64_t rows;
  int64_t width;
  int64_t apart;

  c10::BFloat16* at(int64_t row) const { return data + row * apart; }
};

// [B, heads, rows, width], as [B * heads] matrices.
class Heads {
 public:
  explicit Heads(const at::Tensor& tensor);

  int64_t count() const { return tensor_.size(0) * tensor_.size(1); }
  int64_t rows() const { return tensor_.size(2); }
  int64_t width() const { return tensor_.size(3); }

  Head operator[](int64_t i) const;

 private:
  at::Tensor tensor_;
};

// As `like`, a row's heads beside each other.
at::Tensor emptyHeads(const at::Tensor& like);

// How many rows they are made up to, with zeros, so that loops and pairs come out even.
int64_t madeUp(int64_t rows);

// As [rows / 2, width], of made up rows: what a matrix [.., rows] is multiplied with.
void pairRows(const Head& head, Pair* to);

// As [width / 2, rows], of made up rows: what a matrix [.., width] is multiplied with.
void pairColumns(const Head& head, Pair* to);

}  // namespace silverpoint

#include "winograd_kernels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/kron.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "team.h"

namespace silverpoint {
namespace {

// Rows and columns that are turned at a time: what is read and what is written of them stays in a core's cache.
constexpr int64_t kBlock = 16;

uint32_t turned(uint32_t number) { return number; }

// Two inputs of an output, then the same inputs of the next output: two outputs of an input, then of the next one.
uint64_t turned(uint64_t four) {
  const auto second = four >> 16 & 0xffff, third = four >> 32 & 0xffff;
  return (four & 0xffff00000000ffff) | third << 16 | second << 32;
}

// from [rows, columns] as to [columns, rows], from the given column to the last one.
template <typename T>
void turn(const T* from, T* to, int64_t rows, int64_t columns, int64_t first, int64_t last) {
  for (int64_t top = 0; top < rows; top += kBlock) {
    const auto bottom = std::min(top + kBlock, rows);
    for (auto column = first; column < last; ++column) {
      for (auto row = top; row < bottom; ++row) to[column * rows + row] = turned(from[row * columns + column]);
    }
  }
}

// from [products, rows, columns] as to [products, columns, rows]. Turning a kernel puts its last row in the place of the first, and so do the
// products; those between are sums in which both have a part.
template <typename T>
void turnAll(const at::Tensor& from, const at::Tensor& to, int64_t rows, int64_t columns) {
  const auto products = from.size(0), side = products == 16 ? int64_t{4} : int64_t{3};
  const auto* read = static_cast<const T*>(from.const_data_ptr());
  auto* written = static_cast<T*>(to.data_ptr());
  const auto opposite = [side](int64_t at) { return at == 0 ? side - 1 : at == side - 1 ? 0 : at; };
  const auto blocks = (columns + kBlock - 1) / kBlock;
  Team::own().each(products * blocks, [&](int64_t i) {
    const auto product = i / blocks, first = i % blocks * kBlock;
    const auto source = opposite(product / side) * side + opposite(product % side);
    turn(read + source * rows * columns, written + product * rows * columns, rows, columns, first, std::min(first + kBlock, columns));
  });
}

// As many numbers as there are in another tensor. The thread's own, kept: a new one's pages would take as long as what is written to them.
at::Tensor room(const at::Tensor& like) {
  static thread_local at::Tensor bytes;
  const auto size = static_cast<int64_t>(like.nbytes());
  if (!bytes.defined() || bytes.numel() < size) bytes = at::empty({size}, at::kByte);
  return bytes.narrow(0, 0, size).view(like.scalar_type());
}

}  // namespace

bool inPairs(c10::ScalarType dtype) { return dtype == at::kBFloat16; }

at::Tensor winogradKernels(const at::Tensor& weight, bool doubled, c10::ScalarType dtype) {
  // G g G^T, whose numbers are sums of g's nine.
  auto factors = at::tensor({1.F, 0.F, 0.F, .5F, .5F, .5F, .5F, -.5F, .5F, 0.F, 0.F, 1.F}).view({4, 3});
  if (doubled) factors = factors.index_select(0, at::tensor({0, 1, 3}));
  const int64_t inputs = weight.size(1), width = inPairs(dtype) ? 2 : 1;
  const auto nine = weight.to(at::kFloat).flatten(2).unflatten(1, {inputs / width, width}).permute({3, 1, 0, 2});
  const auto whole = at::mm(at::kron(factors, factors), nine.reshape({9, -1}));
  return whole.view({-1, inputs / width, weight.size(0), width}).to(dtype);
}

at::Tensor turnedKernels(const at::Tensor& kernels) {
  const auto width = kernels.size(3), inputs = kernels.size(1) * width, outputs = kernels.size(2);
  auto result = room(kernels).view({kernels.size(0), outputs / width, inputs, width});
  if (width == 2) {
    turnAll<uint64_t>(kernels, result, inputs / 2, outputs / 2);
  } else {
    turnAll<uint32_t>(kernels, result, inputs, outputs);
  }
  return result;
}

}  // namespace silverpoint

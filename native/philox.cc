// Random numbers that are a pure function of (seed, item, draw, index): Philox4x32-10 (Salmon et al., "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011). Computed on the CPU for every device, so that all devices see the same bits.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace silverpoint {
namespace {

using Block = std::array<uint32_t, 4>;

Block philox(Block counter, uint64_t seed) {
  uint32_t key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(a)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

// In (0, 1): never 0, whose logarithm is needed, and never 1.
double unit(uint32_t bits) { return (bits + 0.5) * 0x1p-32; }

using Fill = void (*)(const Block& bits, double* four);

void fillUniform(const Block& bits, double* four) {
  for (int i = 0; i < 4; ++i) four[i] = unit(bits[i]);
}

// Box and Muller (1958): two uniforms make two normals.
void fillNormal(const Block& bits, double* four) {
  for (int i = 0; i < 4; i += 2) {
    const double radius = std::sqrt(-2 * std::log(unit(bits[i])));
    const double angle = 2 * std::numbers::pi * unit(bits[i + 1]);
    four[i] = radius * std::cos(angle);
    four[i + 1] = radius * std::sin(angle);
  }
}

void fillRow(float* row, int64_t length, uint64_t seed, uint64_t item, uint32_t draw, Fill fill) {
  double four[4];
  for (int64_t start = 0; start < length; start += 4) {
    const Block counter = {static_cast<uint32_t>(start / 4), draw, static_cast<uint32_t>(item),
                           static_cast<uint32_t>(item >> 32)};
    fill(philox(counter, seed), four);
    for (int64_t i = start; i < std::min(start + 4, length); ++i) row[i] = static_cast<float>(four[i - start]);
  }
}

at::Tensor draw(c10::IntArrayRef size, int64_t seed, const at::Tensor& items, const at::Tensor& draw, Fill fill) {
  auto result = at::empty(size, at::kFloat);
  const auto rows = items.numel();
  TORCH_CHECK(rows == 1 || (!size.empty() && size[0] == rows), "expected one item, or as many as there are rows (",
              size.empty() ? 0 : size[0], "), but received ", rows);
  const auto keys = items.to(at::kLong).contiguous();
  if (result.numel() == 0) return result;
  const auto length = result.numel() / rows;
  const auto number = static_cast<uint32_t>(draw.item<int64_t>());
  for (int64_t row = 0; row < rows; ++row) {
    fillRow(result.data_ptr<float>() + row * length, length, static_cast<uint64_t>(seed),
            static_cast<uint64_t>(keys.const_data_ptr<int64_t>()[row]), number, fill);
  }
  return result;
}

at::Tensor normal(c10::IntArrayRef size, int64_t seed, const at::Tensor& items, const at::Tensor& number) {
  return draw(size, seed, items, number, &fillNormal);
}

at::Tensor uniform(c10::IntArrayRef size, int64_t seed, const at::Tensor& items, const at::Tensor& number) {
  // Another key than normal's: the two never share bits.
  return draw(size, ~seed, items, number, &fillUniform);
}

}  // namespace
}  // namespace silverpoint

// float32 tensors of `size`; `items`: one for all, or one for each row; `draw`: a scalar. Both int64 on the CPU.
TORCH_LIBRARY_FRAGMENT(silverpoint, library) {
  library.def("normal(int[] size, int seed, Tensor items, Tensor draw) -> Tensor", &silverpoint::normal);
  library.def("uniform(int[] size, int seed, Tensor items, Tensor draw) -> Tensor", &silverpoint::uniform);
}

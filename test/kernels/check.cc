// The kernels of a GPU beside the same in float64: prints a line of JSON a case, with the relative distances of what each kernel gives.
// Run by test/kernels.test.ts.
#include "played.h"

#include "../../native/kernels/numbers.cu"
#include "../../native/kernels/group_norm.cu"
#include "../../native/kernels/geglu.cu"

#include <cstdio>
#include <random>

namespace {

using Reals = std::vector<double>;
using Bits = std::vector<T>;
using Floats = std::vector<float>;

std::mt19937 random(1);

// Numbers that bfloat16 holds.
Bits normal(size_t count, float mean = 0) {
  std::normal_distribution<float> draw(mean, 1);
  Bits bits(count);
  for (auto& one : bits) one = narrowed(draw(random));
  return bits;
}

Floats wide(const Bits& bits) {
  Floats numbers;
  for (const auto one : bits) numbers.push_back(widened(one));
  return numbers;
}

double apart(const Reals& wanted, const std::function<double(size_t)>& found) {
  double error = 0, size = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    error += std::pow(found(i) - wanted[i], 2);
    size += std::pow(wanted[i], 2);
  }
  return std::sqrt(error / size);
}

double apart(const Reals& wanted, const Bits& found) {
  return apart(wanted, [&](size_t i) { return widened(found[i]); });
}

double silu(double u) { return u / (1 + std::exp(-u)); }
double siluSlope(double u) {
  const double s = 1 / (1 + std::exp(-u));
  return s * (1 + u * (1 - s));
}

struct Case {
  int pictures, pixels, channels, groups, blocks, down;
  bool scaled, activated;
};

// Pictures [B, pixels, channels] by the definition; the gradients are those of the sum of result * given.
struct Exact {
  Exact(const Case& told, const Floats& x, const Floats& given, const Floats& weight, const Floats& bias, const Floats& factor,
        const Floats& shift)
      : result(x.size()), ofInput(x.size()), ofChannels(2 * told.pictures * told.channels) {
    const int size = told.channels / told.groups;
    for (int picture = 0; picture < told.pictures; ++picture) {
      for (int group = 0; group < told.groups; ++group) {
        std::vector<size_t> places;
        for (int pixel = 0; pixel < told.pixels; ++pixel) {
          for (int i = 0; i < size; ++i) places.push_back((picture * told.pixels + pixel) * told.channels + group * size + i);
        }
        double mean = 0, variance = 0, meanOfH = 0, meanOfProduct = 0;
        for (const auto at : places) mean += x[at] / places.size();
        for (const auto at : places) variance += std::pow(x[at] - mean, 2) / places.size();
        const double slope = 1 / std::sqrt(variance + 1e-5);
        Reals h(x.size());
        for (const auto at : places) {
          const int channel = at % told.channels, own = picture * told.channels + channel;
          const double scale = told.scaled ? factor[own] : 1, offset = told.scaled ? shift[own] : 0, normal = (x[at] - mean) * slope;
          const double u = (normal * weight[channel] + bias[channel]) * scale + offset;
          const double gradient = given[at] * (told.activated ? siluSlope(u) : 1);
          result[at] = told.activated ? silu(u) : u;
          ofChannels[2 * own] += gradient;
          ofChannels[2 * own + 1] += gradient * normal;
          h[at] = gradient * weight[channel] * scale;
          meanOfH += h[at] / places.size();
          meanOfProduct += h[at] * normal / places.size();
        }
        for (const auto at : places) ofInput[at] = slope * (h[at] - meanOfH - (x[at] - mean) * slope * meanOfProduct);
      }
    }
  }

  Reals result, ofInput, ofChannels;
};

void checkGroupNorm(const Case& told) {
  const auto count = static_cast<size_t>(told.pictures) * told.pixels * told.channels;
  const auto input = normal(count, 1), given = normal(count), weight = normal(told.channels), bias = normal(told.channels);
  const auto factor = wide(normal(told.pictures * told.channels)), shift = wide(normal(told.pictures * told.channels));
  const float *factors = told.scaled ? factor.data() : nullptr, *shifts = told.scaled ? shift.data() : nullptr;
  const Shape shape{told.pixels, told.channels, told.groups, (told.pixels + told.blocks - 1) / told.blocks};
  const Dimensions blocks{unsigned(told.blocks), unsigned(told.pictures)}, threads{unsigned(told.channels / V), unsigned(told.down)};
  // As large as they must be, so that AddressSanitizer finds what lies beyond.
  std::vector<float2> partial(told.pictures * told.groups * told.blocks), known(told.pictures * told.groups);
  std::vector<float2> ofChannels(told.scaled ? told.pictures * told.blocks * told.channels : 0);
  Bits result(count), ofInput(count);
  play(blocks, threads, [&] { moments(input.data(), shape, partial.data()); });
  play(blocks, threads, [&] {
    normalised(input.data(), partial.data(), weight.data(), bias.data(), factors, shifts, 1e-5F, told.activated, shape, known.data(),
               result.data());
  });
  play(blocks, threads, [&] {
    gradientSums(input.data(), given.data(), known.data(), weight.data(), bias.data(), factors, shifts, told.activated, shape,
                 partial.data(), told.scaled ? ofChannels.data() : nullptr);
  });
  play(blocks, threads, [&] {
    inputGradients(input.data(), given.data(), known.data(), weight.data(), bias.data(), factors, shifts, told.activated, partial.data(),
                   shape, ofInput.data());
  });
  const Exact exact(told, wide(input), wide(given), wide(weight), wide(bias), factor, shift);
  const auto summed = [&](size_t i) {
    const size_t own = i / 2 % told.channels, picture = i / 2 / told.channels;
    double sum = 0;
    for (int part = 0; part < told.blocks; ++part) {
      const auto& one = ofChannels[(picture * told.blocks + part) * told.channels + own];
      sum += i % 2 ? one.y : one.x;
    }
    return sum;
  };
  std::printf("{\"kernel\": \"group_norm\", \"result\": %g, \"ofInput\": %g, \"ofChannels\": %g}\n", apart(exact.result, result),
              apart(exact.ofInput, ofInput), told.scaled ? apart(exact.ofChannels, summed) : 0.0);
}

void checkGeglu(int rows, int width) {
  const auto input = normal(2 * rows * width), given = normal(rows * width);
  Bits result(rows * width), ofInput(2 * rows * width);
  const long long vectors = rows * width / V;
  play({3}, {32}, [&] { geglu(input.data(), width, vectors, result.data()); });
  play({3}, {32}, [&] { gegluGradients(input.data(), given.data(), width, vectors, ofInput.data()); });
  Reals exact(rows * width), gradient(2 * rows * width);
  for (int i = 0; i < rows * width; ++i) {
    const int at = i / width * 2 * width + i % width;
    const double x = widened(input[at]), gate = widened(input[at + width]), below = 0.5 * std::erfc(-gate / std::sqrt(2.0));
    exact[i] = x * gate * below;
    gradient[at] = widened(given[i]) * gate * below;
    gradient[at + width] = widened(given[i]) * x * (below + gate * std::exp(-gate * gate / 2) / std::sqrt(2 * M_PI));
  }
  std::printf("{\"kernel\": \"geglu\", \"result\": %g, \"ofInput\": %g}\n", apart(exact, result), apart(gradient, ofInput));
}

}  // namespace

int main() {
  // Blocks that do not share the pixels evenly, groups that do not end where a thread's channels do, warps that are not whole.
  checkGroupNorm({2, 70, 40, 5, 3, 7, true, true});
  checkGroupNorm({1, 33, 96, 16, 4, 6, false, true});
  checkGroupNorm({2, 50, 320, 32, 3, 2, true, false});
  checkGroupNorm({3, 9, 64, 4, 2, 5, false, false});
  checkGeglu(5, 48);
}

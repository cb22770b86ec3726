#include "gpu_check.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/chunk.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <map>
#include <tuple>

#include "device.h"
#include "geglu.h"
#include "gpu_kernels.h"
#include "group_norm_gpu.h"

namespace silverpoint {
namespace {

// What bfloat16 loses where LibTorch rounds between its operations and ours do not.
constexpr double kApart = 0.02;

using Operation = std::function<at::Tensor(const at::Tensor& input)>;

at::Tensor waves(at::IntArrayRef shape, double pace, const at::TensorOptions& options) {
  return at::sin(at::arange(c10::multiply_integers(shape), options.dtype(at::kFloat)) * pace).view(shape).to(options.dtype());
}

bool isNear(const at::Tensor& found, const at::Tensor& wanted) {
  const auto exact = wanted.to(at::kDouble);
  return ((found.to(at::kDouble) - exact).norm() / exact.norm()).item<double>() < kApart;
}

// Results, and gradients by inputs. LibTorch's in float32.
bool isAlike(const at::Tensor& given, const Operation& own, const Operation& plain) {
  const auto both = [&](const Operation& work, c10::ScalarType type) {
    const auto input = given.detach().to(type).requires_grad_();
    const auto result = work(input);
    return std::pair{result.detach(), torch::autograd::grad({result.to(at::kFloat).pow(2).sum()}, {input})[0]};
  };
  const auto found = both(own, given.scalar_type()), wanted = both(plain, at::kFloat);
  return isNear(found.first, wanted.first) && isNear(found.second, wanted.second);
}

bool groupNormAgrees(const at::TensorOptions& options) {
  const auto input = waves({2, 48, 9, 7}, 0.37, options) + 0.5;
  const auto weight = waves({48}, 0.7, options), bias = waves({48}, 0.9, options);
  return isAlike(
      input, [&](const at::Tensor& x) { return groupNormOnGpu(x, {6, weight, bias, 1e-5, true}, std::nullopt, std::nullopt); },
      [&](const at::Tensor& x) { return at::silu(at::group_norm(x, 6, weight.to(at::kFloat), bias.to(at::kFloat), 1e-5)); });
}

bool gegluAgrees(const at::TensorOptions& options) {
  return isAlike(waves({5, 96}, 0.37, options) * 2, geglu, [](const at::Tensor& x) {
    const auto halves = x.chunk(2, -1);
    return halves[0] * at::gelu(halves[1]);
  });
}

bool agree(c10::Device device, c10::ScalarType type) {
  prepareDevice(device);
  if (!GpuKernel::available()) return false;
  const c10::DeviceGuard there(device);
  const c10::AutoGradMode with(true);
  const auto options = at::TensorOptions().device(device).dtype(type);
  try {
    return groupNormAgrees(options) && gegluAgrees(options);
  } catch (const c10::Error&) {
    return false;
  }
}

}  // namespace

bool hasOwnKernels(c10::Device device, c10::ScalarType type) {
  if (!device.is_cuda() || (type != at::kHalf && type != at::kBFloat16)) return false;
  static std::map<std::tuple<int, c10::ScalarType>, bool> known;
  const std::tuple key(device.index(), type);
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, agree(device, type)).first->second;
}

bool hasOwnKernels(c10::Device device) { return hasOwnKernels(device, at::kBFloat16); }

}  // namespace silverpoint

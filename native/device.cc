#include "device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <set>

#include "cuda_graph.h"

namespace silverpoint {

Devices inspectDevices() {
  const int cuda = at::globalContext().hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  return {cuda, cuda > 0 && CudaGraph::available(), at::get_num_threads(), at::get_cpu_capability()};
}

void setThreads(int threads) { at::set_num_threads(threads); }

ThreadsGuard::ThreadsGuard(int threads) : before_(at::get_num_threads()) {
  if (threads > 0) setThreads(threads);
}

ThreadsGuard::~ThreadsGuard() {
  if (at::get_num_threads() != before_) setThreads(before_);
}

bool multipliesBfloat16(c10::Device device) {
  if (!device.is_cuda()) return false;
  const c10::DeviceGuard there(device);
  // LibTorch's own question for compute capability 8.0: from there on convolutions and products have such units.
  return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

void prepareDevice(c10::Device device) {
  if (!device.is_cuda()) return;
  auto& context = at::globalContext();
  context.lazyInitDevice(device.type());
  const c10::impl::VirtualGuardImpl guard(device.type());
  if (!device.has_index()) device = guard.getDevice();
  static std::set<c10::Device, bool (*)(c10::Device, c10::Device)> prepared(
      [](c10::Device a, c10::Device b) { return a.index() < b.index(); });
  if (!prepared.insert(device).second) return;
  // One stream for all work: CUDA captures no work of the default stream, and autograd works where the forward pass did.
  guard.exchangeStream(guard.getStreamFromGlobalPool(device));
  // cuDNN's attention gives NaN as gradients (an H100, LibTorch 2.11, bfloat16, heads of 48).
  context.setSDPUseCuDNN(false);
  // float32 means float32: cuDNN would round to TF32's 10 bits of mantissa.
  context.setFloat32Precision(at::Float32Backend::CUDA, at::Float32Op::CONV, at::Float32Precision::IEEE);
}

}  // namespace silverpoint

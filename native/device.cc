#include "device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>

namespace silverpoint {

Devices inspectDevices() {
  const int cuda = at::globalContext().hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  return {cuda, at::get_num_threads(), at::get_cpu_capability()};
}

void setThreads(int threads) { at::set_num_threads(threads); }

}  // namespace silverpoint

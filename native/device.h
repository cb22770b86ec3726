// What the process can compute on.
#pragma once

#include <napi.h>

namespace silverpoint {

struct Devices {
  int cudaDevices;
  int threads;
  std::string cpuCapability;
};

// Compute thread only.
Devices inspectDevices();
void setThreads(int threads);

}  // namespace silverpoint

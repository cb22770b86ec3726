// What the process can compute on.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace silverpoint {

struct Devices {
  int cudaDevices;
  bool graphs;  // whether what is recorded for a GPU can be captured
  int threads;
  std::string cpuCapability;
};

// Compute thread only, all of these.
Devices inspectDevices();
void setThreads(int threads);

// While it lives, this thread computes with so many threads; 0: with as many as before.
class ThreadsGuard {
 public:
  explicit ThreadsGuard(int threads);
  ~ThreadsGuard();
  ThreadsGuard(const ThreadsGuard&) = delete;

 private:
  int before_;
};

// Whether the device multiplies bfloat16 by units of its own.
bool multipliesBfloat16(c10::Device device);

// To be called before the first tensor is made on a device: from then on its work goes to a stream that can be captured.
void prepareDevice(c10::Device device);

}  // namespace silverpoint

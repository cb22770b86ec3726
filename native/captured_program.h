// A recorded program on a GPU: steps that stay on the device are captured as CUDA graphs, so that a replay asks for many
// kernels in one call. What touches the host between them is done anew at every replay.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "cuda_graph.h"
#include "step.h"

namespace silverpoint {

// Where a step's tensors lay when it ran, as they will at every replay.
struct Place {
  std::optional<c10::Device> device;  // the GPU that some of them are on
  bool severalDevices = false;
  bool onHost = false;        // some of them are on the CPU
  bool readsDevice = false;   // an input is on a GPU
  bool differentiable = false;  // autograd's graph goes on from it

  static Place of(const Step& step);

  bool staysOnDevice() const { return device && !onHost; }
};

class CapturedProgram {
 public:
  using Steps = std::vector<StepPtr>;
  // Told a step's index once it has run: frees what nobody reads after it but `kept`.
  using Release = std::function<void(size_t index, const std::unordered_set<const Slot*>& kept)>;

  // Nothing where there is nothing to capture, or no way to: several GPUs, or autograd's graph goes through the host, of
  // which a replay of CUDA graphs would know nothing.
  static std::unique_ptr<CapturedProgram> of(const Steps& steps, const std::vector<Place>& places, Release release);

  // Runs the program once, and captures it as it goes.
  FailurePtr capture();

  // Whether what the graphs read from outside the program still lies where it lay.
  bool fresh() const;

  // Only while fresh().
  FailurePtr replay();

 private:
  // Steps of the host, then what the device does with their results.
  struct Part {
    std::vector<size_t> host;
    std::vector<size_t> device;
    std::unique_ptr<CudaGraph> graph;
  };
  // A slot that the host fills, and the tensor that the graphs read for it.
  struct Fixed {
    SlotPtr slot;
    at::Tensor tensor;
  };

  CapturedProgram(const Steps& steps, const std::vector<Place>& places, Release release);
  FailurePtr runOnDevice(const Part& part);
  FailurePtr runOnHost(size_t index);
  void rememberOutside();

  const Steps& steps_;
  Release release_;
  std::optional<c10::Device> device_;
  std::vector<Part> parts_;
  std::unordered_set<const Slot*> kept_;   // made by a graph and read by the host
  std::vector<std::vector<Fixed>> fixed_;  // of each step of the host: its results that lie on the device
  std::vector<std::pair<SlotPtr, const void*>> outside_;
};

}  // namespace silverpoint

#include "captured_program.h"

#include <ATen/core/Tensor.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace silverpoint {
namespace {

constexpr const char* kAdvice =
    " (while it was captured as a CUDA graph; SILVERPOINT_CUDA_GRAPHS=off replays step by step)";

FailurePtr advised(const FailurePtr& cause) {
  if (!cause || cause->code == "OUT_OF_MEMORY") return cause;
  auto failure = *cause;
  failure.message += kAdvice;
  return std::make_shared<Failure>(std::move(failure));
}

}  // namespace

Place Place::of(const Step& step) {
  Place place;
  const auto look = [&](const at::Tensor& tensor) {
    if (!tensor.defined()) return false;
    if (!tensor.is_cuda()) {
      place.onHost = true;
      return false;
    }
    if (place.device && *place.device != tensor.device()) place.severalDevices = true;
    place.device = tensor.device();
    return true;
  };
  for (const auto& slot : step.inputs()) {
    if (look(slot->value())) place.readsDevice = true;
  }
  for (const auto& slot : step.outputs()) {
    look(slot->value());
    if (slot->value().defined() && slot->value().requires_grad()) place.differentiable = true;
  }
  return place;
}

std::unique_ptr<CapturedProgram> CapturedProgram::of(const Steps& steps, const std::vector<Place>& places,
                                                     Release release) {
  std::optional<c10::Device> device;
  bool anything = false;
  for (const auto& place : places) {
    if (place.severalDevices || (device && place.device && *device != *place.device)) return nullptr;
    if (place.device) device = place.device;
    if (place.staysOnDevice()) anything = true;
    else if (place.differentiable) return nullptr;
  }
  if (!anything) return nullptr;
  return std::unique_ptr<CapturedProgram>(new CapturedProgram(steps, places, std::move(release)));
}

CapturedProgram::CapturedProgram(const Steps& steps, const std::vector<Place>& places, Release release)
    : steps_(steps), release_(std::move(release)), parts_(1), fixed_(steps.size()) {
  std::unordered_set<const Slot*> madeOnDevice;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (places[i].device) device_ = places[i].device;
    if (places[i].staysOnDevice()) {
      parts_.back().device.push_back(i);
      for (const auto& slot : steps[i]->outputs()) madeOnDevice.insert(slot.get());
      continue;
    }
    // What reads nothing of the device goes before the graph; all else must wait for the steps that were asked for before.
    if (places[i].readsDevice && !parts_.back().device.empty()) parts_.emplace_back();
    parts_.back().host.push_back(i);
    for (const auto& slot : steps[i]->inputs()) {
      if (madeOnDevice.count(slot.get())) kept_.insert(slot.get());
    }
  }
}

FailurePtr CapturedProgram::capture() {
  const c10::OptionalDeviceGuard there(device_);
  // Graphs have memory of their own: what steps by themselves have left is given back.
  c10::getDeviceAllocator(device_->type())->emptyCache();
  c10::MempoolId_t pool = {0, 0};
  for (auto& part : parts_) {
    for (const auto index : part.host) {
      if (const auto failure = runOnHost(index)) return failure;
    }
    if (part.device.empty()) continue;
    part.graph = std::make_unique<CudaGraph>();
    part.graph->begin(pool);
    const auto failure = advised(runOnDevice(part));
    try {
      part.graph->end();
    } catch (const c10::Error& error) {
      if (failure) return failure;
      TORCH_CHECK(false, error.what_without_backtrace(), kAdvice);
    }
    if (failure) return failure;
    part.graph->replay();
    pool = part.graph->pool();
  }
  rememberOutside();
  return nullptr;
}

FailurePtr CapturedProgram::runOnDevice(const Part& part) {
  for (const auto index : part.device) {
    steps_[index]->run();
    if (const auto failure = steps_[index]->failure()) return failure;
    release_(index, kept_);
  }
  return nullptr;
}

// What it puts on the device is copied to where the graphs know it; the first time, they are to know it where it is.
FailurePtr CapturedProgram::runOnHost(size_t index) {
  const auto& step = *steps_[index];
  steps_[index]->run();
  if (step.failure()) return step.failure();
  auto& fixed = fixed_[index];
  const bool first = fixed.empty();
  for (const auto& slot : step.outputs()) {
    if (first && slot->value().is_cuda()) fixed.push_back({slot, slot->value()});
  }
  const c10::AutoGradMode without(false);
  for (const auto& [slot, tensor] : fixed) {
    if (first) break;
    TORCH_CHECK(slot->value().sizes() == tensor.sizes(), "expected the shape ", tensor.sizes(),
                " at every replay of a recorded step but received ", slot->value().sizes());
    tensor.copy_(slot->value(), true);
    slot->set(tensor);
  }
  release_(index, kept_);
  return nullptr;
}

void CapturedProgram::rememberOutside() {
  std::unordered_set<const Slot*> seen;
  for (const auto& step : steps_) {
    for (const auto& slot : step->outputs()) seen.insert(slot.get());
  }
  for (const auto& part : parts_) {
    for (const auto index : part.device) {
      for (const auto& slot : steps_[index]->inputs()) {
        if (seen.insert(slot.get()).second) outside_.emplace_back(slot, slot->value().const_data_ptr());
      }
    }
  }
}

bool CapturedProgram::fresh() const {
  return std::all_of(outside_.begin(), outside_.end(), [](const auto& known) {
    const auto& [slot, address] = known;
    return slot->value().defined() && slot->value().const_data_ptr() == address;
  });
}

FailurePtr CapturedProgram::replay() {
  const c10::OptionalDeviceGuard there(device_);
  for (auto& part : parts_) {
    for (const auto index : part.host) {
      if (const auto failure = runOnHost(index)) return failure;
    }
    if (part.graph) part.graph->replay();
  }
  return nullptr;
}

}  // namespace silverpoint

#include "host.h"

#include <c10/core/GradMode.h>

namespace silverpoint {
namespace {

// A contiguous CPU tensor that nothing else can write to. JavaScript has no half types: they go out as float32.
at::Tensor snapshot(const at::Tensor& tensor) {
  auto host = tensor.detach();
  if (host.scalar_type() == at::kHalf || host.scalar_type() == at::kBFloat16) host = host.to(at::kFloat);
  host = host.cpu().contiguous();
  return host.is_alias_of(tensor) ? host.clone() : host;
}

at::Tensor shared(const at::Tensor& tensor) {
  TORCH_CHECK(tensor.is_cpu() && tensor.is_contiguous(), "only a contiguous tensor on the CPU can be shared");
  return tensor.detach();
}

}  // namespace

ReadStep::ReadStep(SlotPtr slot, Read read, Call call, Done done)
    : Step("read", call), read_(read), done_(std::move(done)) {
  inputs_.push_back(std::move(slot));
}

void ReadStep::execute() {
  const at::Tensor tensor = inputs_[0]->value();
  at::Tensor result = tensor;
  if (read_ == Read::kData) result = snapshot(tensor);
  if (read_ == Read::kShare) result = shared(tensor);
  // Kernels on an accelerator are asynchronous: being ready means that they have run.
  if (read_ == Read::kReady && !tensor.is_cpu()) snapshot(tensor.flatten().slice(0, 0, 1));
  answer(nullptr, std::move(result));
}

// Lets go of the slot first: whoever waits may ask what memory is held.
void ReadStep::answer(const FailurePtr& cause, at::Tensor result) {
  inputs_.clear();
  done_(cause, std::move(result));
}

}  // namespace silverpoint

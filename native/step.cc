#include "step.h"

#include <c10/core/GradMode.h>

namespace silverpoint {

void Step::run() noexcept {
  failure_ = poisonedInput();
  if (!failure_) {
    try {
      c10::AutoGradMode mode(call_.gradients);
      execute();
      return;
    } catch (...) {
      failure_ = describeFailure(std::current_exception(), operation_, call_.number);
    }
  }
  failed(failure_);
}

void Step::failed(const FailurePtr& cause) {
  for (auto& slot : outputs_) slot->poison(cause);
  for (auto& slot : mutated_) slot->poison(cause);
}

FailurePtr Step::poisonedInput() const {
  for (const auto& slot : inputs_) {
    if (slot->failure()) return slot->failure();
  }
  return nullptr;
}

}  // namespace silverpoint

// One unit of work for the compute thread. A step keeps its slots alive, so that a handle may be disposed of at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "slot.h"

namespace silverpoint {

// What TypeScript knows of the call when it is queued.
struct Call {
  uint64_t number;
  bool gradients;  // the grad mode at the time of the call
};

class Step {
 public:
  Step(std::string operation, Call call) : operation_(std::move(operation)), call_(call) {}
  virtual ~Step() = default;

  // Runs the step, or, where an input is poisoned or the step throws, poisons everything it would have written.
  void run() noexcept;

  const std::vector<SlotPtr>& inputs() const { return inputs_; }
  const std::vector<SlotPtr>& outputs() const { return outputs_; }
  // The failure of the last run, if it failed.
  const FailurePtr& failure() const { return failure_; }

 protected:
  virtual void execute() = 0;
  // Called in place of execute(), or after it has thrown.
  virtual void failed(const FailurePtr& cause);

  std::vector<SlotPtr> inputs_;
  std::vector<SlotPtr> outputs_;
  std::vector<SlotPtr> mutated_;  // inputs written in place

 private:
  FailurePtr poisonedInput() const;

  std::string operation_;
  Call call_;
  FailurePtr failure_;
};

using StepPtr = std::shared_ptr<Step>;

}  // namespace silverpoint

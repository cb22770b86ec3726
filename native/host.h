// Tensors in from, and out to, JavaScript's own memory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "step.h"

namespace silverpoint {

// What a read is for. kData hands out a snapshot; kShare the tensor's own memory.
enum class Read { kReady, kShape, kData, kShare };

class ReadStep : public Step {
 public:
  using Done = std::function<void(const FailurePtr&, at::Tensor)>;

  ReadStep(SlotPtr slot, Read read, Call call, Done done);

 protected:
  void execute() override;
  void failed(const FailurePtr& cause) override { answer(cause, at::Tensor()); }

 private:
  void answer(const FailurePtr& cause, at::Tensor result);

  Read read_;
  Done done_;
};

}  // namespace silverpoint

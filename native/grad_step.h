// The gradient of a scalar to any tensors it was computed from. Functional: nothing is written to .grad.
#pragma once

#include "step.h"

namespace silverpoint {

class GradStep : public Step {
 public:
  GradStep(SlotPtr loss, const std::vector<SlotPtr>& leaves, const std::shared_ptr<Account>& account, Call call);

 protected:
  void execute() override;
};

}  // namespace silverpoint

#include "grad_step.h"

#include <torch/csrc/autograd/autograd.h>

namespace silverpoint {

GradStep::GradStep(SlotPtr loss, const std::vector<SlotPtr>& leaves, const std::shared_ptr<Account>& account, Call call)
    : Step("grad", call) {
  inputs_.push_back(std::move(loss));
  for (const auto& leaf : leaves) {
    inputs_.push_back(leaf);
    outputs_.push_back(std::make_shared<Slot>(account));
  }
}

void GradStep::execute() {
  torch::autograd::variable_list leaves;
  for (size_t i = 1; i < inputs_.size(); ++i) leaves.push_back(inputs_[i]->value());
  auto gradients = torch::autograd::grad({inputs_[0]->value()}, leaves);
  for (size_t i = 0; i < outputs_.size(); ++i) outputs_[i]->set(std::move(gradients[i]));
}

}  // namespace silverpoint

// A call of any operator that the dispatcher knows, by its schema.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <variant>
#include <vector>

#include "step.h"

namespace silverpoint {

// An argument that is known when the call is queued, or the slot or slots where it will be.
using Operand = std::variant<c10::IValue, SlotPtr, std::vector<SlotPtr>>;

class OpStep : public Step {
 public:
  // `outputs`: how many tensors the call gives; an operator that returns a list is asked for a number.
  OpStep(c10::OperatorHandle op, std::vector<Operand> operands, size_t outputs, const std::shared_ptr<Account>& account,
         Call call);

 protected:
  void execute() override;

 private:
  c10::OperatorHandle op_;
  std::vector<Operand> operands_;
};

// The tensors among tensors, tuples and lists of tensors. Throws c10::Error for anything else.
std::vector<at::Tensor> tensorsIn(const std::vector<c10::IValue>& values);

// Throws c10::Error where their numbers differ.
void fillSlots(std::vector<at::Tensor> tensors, const std::vector<SlotPtr>& slots);

}  // namespace silverpoint

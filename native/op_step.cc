#include "op_step.h"

#include <ATen/core/List.h>

#include "device.h"

namespace silverpoint {
namespace {

c10::IValue read(const Operand& operand) {
  if (const auto* value = std::get_if<c10::IValue>(&operand)) {
    if (value->isDevice()) prepareDevice(value->toDevice());
    return *value;
  }
  if (const auto* slot = std::get_if<SlotPtr>(&operand)) return (*slot)->value();
  c10::List<at::Tensor> list;
  for (const auto& slot : std::get<std::vector<SlotPtr>>(operand)) list.push_back(slot->value());
  return list;
}

std::vector<SlotPtr> slotsOf(const Operand& operand) {
  if (const auto* slot = std::get_if<SlotPtr>(&operand)) return {*slot};
  if (const auto* slots = std::get_if<std::vector<SlotPtr>>(&operand)) return *slots;
  return {};
}

void collect(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) tensors.push_back(tensor);
  } else if (value.isTuple()) {
    for (const auto& element : value.toTupleRef().elements()) collect(element, tensors);
  } else {
    TORCH_CHECK(false, "expected tensors as the result but received ", value.tagKind());
  }
}

}  // namespace

OpStep::OpStep(c10::OperatorHandle op, std::vector<Operand> operands, size_t outputs,
               const std::shared_ptr<Account>& account, Call call)
    : Step(op.schema().name(), call), op_(std::move(op)), operands_(std::move(operands)) {
  for (size_t i = 0; i < operands_.size(); ++i) {
    const auto slots = slotsOf(operands_[i]);
    inputs_.insert(inputs_.end(), slots.begin(), slots.end());
    const auto* alias = op_.schema().arguments()[i].alias_info();
    if (alias && alias->isWrite()) mutated_.insert(mutated_.end(), slots.begin(), slots.end());
  }
  for (size_t i = 0; i < outputs; ++i) outputs_.push_back(std::make_shared<Slot>(account));
}

void OpStep::execute() {
  torch::jit::Stack stack;
  stack.reserve(operands_.size());
  for (const auto& operand : operands_) stack.push_back(read(operand));
  op_.callBoxed(stack);
  if (!outputs_.empty()) fillSlots(tensorsIn(stack), outputs_);
}

std::vector<at::Tensor> tensorsIn(const std::vector<c10::IValue>& values) {
  std::vector<at::Tensor> tensors;
  for (const auto& value : values) collect(value, tensors);
  return tensors;
}

void fillSlots(std::vector<at::Tensor> tensors, const std::vector<SlotPtr>& slots) {
  TORCH_CHECK(tensors.size() == slots.size(), "expected ", slots.size(), " tensors as the result but received ",
              tensors.size());
  for (size_t i = 0; i < slots.size(); ++i) slots[i]->set(std::move(tensors[i]));
}

}  // namespace silverpoint

#include "script_module.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include "op_step.h"

namespace silverpoint {
namespace {

// Module::to(dtype) would also cast integer buffers, such as position ids.
void convertFloating(torch::jit::Module& module, c10::ScalarType dtype) {
  const auto convert = [&](at::Tensor tensor) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.to(dtype));
  };
  for (const auto& parameter : module.parameters()) convert(parameter);
  for (const auto& buffer : module.buffers()) convert(buffer);
}

}  // namespace

LoadStep::LoadStep(std::string path, c10::Device device, c10::ScalarType dtype, Call call, Done done)
    : Step("load", call), path_(std::move(path)), device_(device), dtype_(dtype), done_(std::move(done)) {}

void LoadStep::execute() {
  // The profiling executor would spend 345-600 ms on its first calls to gain some 5 % on long runs.
  torch::jit::setGraphExecutorOptimize(false);
  auto module = std::make_shared<torch::jit::Module>(torch::jit::load(path_, device_));
  module->eval();
  convertFloating(*module, dtype_);
  for (const auto& parameter : module->parameters()) parameter.requires_grad_(false);
  done_(nullptr, std::move(module));
}

ForwardStep::ForwardStep(ModulePtr module, std::vector<SlotPtr> inputs, size_t outputs,
                         const std::shared_ptr<Account>& account, Call call)
    : Step("forward", call), module_(std::move(module)) {
  inputs_ = std::move(inputs);
  for (size_t i = 0; i < outputs; ++i) outputs_.push_back(std::make_shared<Slot>(account));
}

void ForwardStep::execute() {
  std::vector<c10::IValue> inputs;
  for (const auto& slot : inputs_) inputs.emplace_back(slot->value());
  fillSlots({module_->forward(std::move(inputs))}, outputs_);
}

}  // namespace silverpoint

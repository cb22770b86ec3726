// A frozen TorchScript module: loading it, and calling it with autograd to its inputs.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "step.h"

namespace silverpoint {

struct ScriptModule {
  torch::jit::Module module;
  bool independentRows;  // row b of its results is made of row b of its inputs alone
};

using ModulePtr = std::shared_ptr<ScriptModule>;

class LoadStep : public Step {
 public:
  using Done = std::function<void(const FailurePtr&, ModulePtr)>;

  LoadStep(std::string path, c10::Device device, c10::ScalarType dtype, bool independentRows, Call call, Done done);

 protected:
  void execute() override;
  void failed(const FailurePtr& cause) override { done_(cause, nullptr); }

 private:
  std::string path_;
  c10::Device device_;
  c10::ScalarType dtype_;
  bool independentRows_;
  Done done_;
};

class ForwardStep : public Step {
 public:
  ForwardStep(ModulePtr module, std::vector<SlotPtr> inputs, size_t outputs, const std::shared_ptr<Account>& account,
              Call call);

 protected:
  void execute() override;

 private:
  ModulePtr module_;
};

}  // namespace silverpoint

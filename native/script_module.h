// A frozen TorchScript module: loading it, calling it with autograd to its inputs, and freeing its weights until it is called again.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <functional>
#include <memory>
#include <string>

#include "rows.h"
#include "step.h"

namespace silverpoint {

// Where it is read from, and what it is then used with.
struct Source {
  std::string path;
  c10::Device device;
  c10::ScalarType dtype;
  bool independentRows;  // row b of its results is made of row b of its inputs alone
  bool checkpointed;     // gradients are to take little memory
};

// Compute thread only.
class ScriptModule {
 public:
  explicit ScriptModule(Source source) : source_(std::move(source)) {}

  // Read from its file where it is not there.
  std::shared_ptr<Network> opened();
  // Its weights go when nobody holds it any longer.
  void unload();

  bool independentRows() const { return source_.independentRows; }

 private:
  Source source_;
  std::shared_ptr<Network> network_;
};

using ModulePtr = std::shared_ptr<ScriptModule>;

class LoadStep : public Step {
 public:
  using Done = std::function<void(const FailurePtr&, ModulePtr)>;

  LoadStep(Source source, Call call, Done done);

 protected:
  void execute() override;
  void failed(const FailurePtr& cause) override { done_(cause, nullptr); }

 private:
  ModulePtr module_;
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
  // Kept for replays: CUDA graphs read the weights where they lay.
  std::shared_ptr<Network> opened_;
};

class UnloadStep : public Step {
 public:
  UnloadStep(ModulePtr module, Call call) : Step("unload", call), module_(std::move(module)) {}

 protected:
  void execute() override { module_->unload(); }

 private:
  ModulePtr module_;
};

}  // namespace silverpoint

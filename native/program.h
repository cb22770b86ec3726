// A recorded list of steps, replayed natively as often as asked without coming back to JavaScript.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "account.h"
#include "step.h"

namespace silverpoint {

class Program {
 public:
  void add(StepPtr step) { steps_.push_back(std::move(step)); }

  // Works out after which step each intermediate result may be freed.
  void finish();

  const std::vector<StepPtr>& steps() const { return steps_; }

  // Frees the results that nobody reads after step `index` of a replay and that no handle names.
  void releaseAfter(size_t index);

 private:
  std::vector<StepPtr> steps_;
  std::vector<std::vector<SlotPtr>> lastRead_;
};

// Replays a program `times` times; after each replay keeps the value of every watched scalar.
class ReplayStep : public Step {
 public:
  // One row a watched slot, one column a replay; or the failure that ended the run.
  using Done = std::function<void(const FailurePtr&, std::vector<std::vector<double>>)>;

  ReplayStep(std::shared_ptr<Program> program, int64_t times, std::vector<SlotPtr> watched,
             std::shared_ptr<Account> owner, Call call, Done done);

 protected:
  void execute() override;
  void failed(const FailurePtr& cause) override { done_(cause, {}); }

 private:
  FailurePtr replay();

  std::shared_ptr<Program> program_;
  int64_t times_;
  std::vector<SlotPtr> watched_;
  std::shared_ptr<Account> owner_;
  Done done_;
};

}  // namespace silverpoint

// A recorded list of steps, replayed natively as often as asked without coming back to JavaScript.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "account.h"
#include "captured_program.h"
#include "step.h"

namespace silverpoint {

class Program {
 public:
  // `mayCapture`: as CUDA graphs, where its steps are on a GPU. `threads`: as ThreadsGuard's.
  Program(bool mayCapture, int threads) : mayCapture_(mayCapture), threads_(threads) {}

  void add(StepPtr step) { steps_.push_back(std::move(step)); }

  // Works out after which step each intermediate result may be freed.
  void finish();

  // Compute thread only.
  FailurePtr replay();

  // Whether the last replay was one of CUDA graphs.
  bool captured() const { return isCaptured_; }

 private:
  FailurePtr replayStepByStep();
  FailurePtr capture();
  // Frees the results that nobody reads after step `index` of a replay and that no handle names, but `kept`.
  void releaseAfter(size_t index, const std::unordered_set<const Slot*>& kept);

  std::vector<StepPtr> steps_;
  std::vector<std::vector<SlotPtr>> lastRead_;
  bool mayCapture_;
  int threads_;
  std::vector<Place> places_;  // of the steps, as the last replay showed them
  int warmUps_ = 0;
  std::unique_ptr<CapturedProgram> captured_;
  std::atomic<bool> isCaptured_ = false;
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
  std::shared_ptr<Program> program_;
  int64_t times_;
  std::vector<SlotPtr> watched_;
  std::shared_ptr<Account> owner_;
  Done done_;
};

}  // namespace silverpoint

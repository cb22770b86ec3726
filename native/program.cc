#include "program.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/stack.h>

#include <unordered_map>
#include <unordered_set>

#include "device.h"

namespace silverpoint {
namespace {

// Replays before one is captured: what is made at first use, such as the workspaces of cuBLAS and cuDNN's plans, must be there.
constexpr int kWarmUps = 2;

const std::unordered_set<const Slot*> kNone;

}  // namespace

void Program::finish() {
  std::unordered_set<const Slot*> made;
  std::unordered_map<SlotPtr, size_t> last;
  for (size_t i = 0; i < steps_.size(); ++i) {
    for (const auto& slot : steps_[i]->outputs()) {
      made.insert(slot.get());
      last[slot] = i;
    }
    for (const auto& slot : steps_[i]->inputs()) {
      if (made.count(slot.get())) last[slot] = i;
    }
  }
  lastRead_.assign(steps_.size(), {});
  for (auto& [slot, index] : last) lastRead_[index].push_back(slot);
}

FailurePtr Program::replay() {
  const ThreadsGuard computing(threads_);
  if (captured_ && captured_->fresh()) return captured_->replay();
  if (captured_) {
    captured_.reset();
    warmUps_ = 0;
  }
  const bool due = mayCapture_ && warmUps_ == kWarmUps;
  const auto failure = due ? capture() : replayStepByStep();
  isCaptured_ = captured_ != nullptr;
  return failure;
}

FailurePtr Program::replayStepByStep() {
  places_.clear();
  for (size_t i = 0; i < steps_.size(); ++i) {
    steps_[i]->run();
    if (steps_[i]->failure()) return steps_[i]->failure();
    if (mayCapture_ && warmUps_ < kWarmUps) places_.push_back(Place::of(*steps_[i]));
    releaseAfter(i, kNone);
  }
  if (warmUps_ < kWarmUps) ++warmUps_;
  return nullptr;
}

FailurePtr Program::capture() {
  auto captured = CapturedProgram::of(
      steps_, places_, [this](size_t index, const auto& kept) { releaseAfter(index, kept); });
  mayCapture_ = captured && CudaGraph::available();
  if (!mayCapture_) return replayStepByStep();
  const auto failure = captured->capture();
  if (!failure) captured_ = std::move(captured);
  return failure;
}

void Program::releaseAfter(size_t index, const std::unordered_set<const Slot*>& kept) {
  for (auto& slot : lastRead_[index]) {
    if (slot->handles == 0 && !kept.count(slot.get())) slot->clear();
  }
}

ReplayStep::ReplayStep(std::shared_ptr<Program> program, int64_t times, std::vector<SlotPtr> watched,
                       std::shared_ptr<Account> owner, Call call, Done done)
    : Step("run", call),
      program_(std::move(program)),
      times_(times),
      watched_(std::move(watched)),
      owner_(std::move(owner)),
      done_(std::move(done)) {}

void ReplayStep::execute() {
  std::vector<std::vector<at::Tensor>> seen(watched_.size());
  for (int64_t i = 0; i < times_ && !owner_->closed; ++i) {
    if (const auto cause = program_->replay()) return done_(cause, {});
    for (size_t w = 0; w < watched_.size(); ++w) {
      seen[w].push_back(watched_[w]->value().detach().to(at::kDouble).reshape({}).clone());
    }
  }
  std::vector<std::vector<double>> values;
  for (auto& row : seen) {
    const auto host = row.empty() ? at::Tensor() : at::stack(row).cpu();
    values.emplace_back(row.empty() ? nullptr : host.const_data_ptr<double>(),
                        row.empty() ? nullptr : host.const_data_ptr<double>() + host.numel());
  }
  done_(nullptr, std::move(values));
}

}  // namespace silverpoint

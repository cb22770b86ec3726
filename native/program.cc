#include "program.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/stack.h>

#include <unordered_map>
#include <unordered_set>

namespace silverpoint {

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

void Program::releaseAfter(size_t index) {
  for (auto& slot : lastRead_[index]) {
    if (slot->handles == 0) slot->clear();
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

FailurePtr ReplayStep::replay() {
  const auto& steps = program_->steps();
  for (size_t i = 0; i < steps.size(); ++i) {
    steps[i]->run();
    if (steps[i]->failure()) return steps[i]->failure();
    program_->releaseAfter(i);
  }
  return nullptr;
}

void ReplayStep::execute() {
  std::vector<std::vector<at::Tensor>> seen(watched_.size());
  for (int64_t i = 0; i < times_ && !owner_->closed; ++i) {
    if (const auto cause = replay()) return done_(cause, {});
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

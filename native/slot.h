// The place an operation's result will be put: handed out when the operation is queued, filled when it has run.
// Value and failure are touched by the compute thread only; the queue's mutex orders everything before it.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <memory>
#include <utility>

#include "account.h"
#include "failure.h"

namespace silverpoint {

class Slot {
 public:
  explicit Slot(std::shared_ptr<Account> account) : account_(std::move(account)) {}
  ~Slot() { clear(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  const at::Tensor& value() const { return value_; }
  const FailurePtr& failure() const { return failure_; }

  void set(at::Tensor value) {
    clear();
    value_ = std::move(value);
    account_->retain(value_);
  }

  // Whoever reads a poisoned slot, or anything made from it, is told the first cause.
  void poison(FailurePtr cause) {
    clear();
    failure_ = std::move(cause);
  }

  void clear() {
    account_->release(value_);
    value_ = at::Tensor();
    failure_ = nullptr;
  }

  // How many JavaScript handles still name this slot; a program frees the others as it goes.
  std::atomic<int> handles{0};

 private:
  std::shared_ptr<Account> account_;
  at::Tensor value_;
  FailurePtr failure_;
};

using SlotPtr = std::shared_ptr<Slot>;

}  // namespace silverpoint

#include "queue.h"

#include <vector>

#include "wait.h"

namespace silverpoint {

Queue& Queue::instance() {
  static auto* queue = new Queue();
  return *queue;
}

bool Queue::append(std::shared_ptr<Account> owner, StepPtr step) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (!thread_.joinable()) thread_ = std::thread(&Queue::work, this);
    entries_.push_back({std::move(owner), std::move(step)});
  }
  arrived_.notify_one();
  return true;
}

void Queue::close(const std::shared_ptr<Account>& owner) {
  owner->closed = true;
  dropWhere(owner.get());
  std::unique_lock lock(mutex_);
  waitUntil(finished_, lock, [&] { return running_ != owner; });
}

void Queue::shutdown() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (running_) running_->closed = true;
  }
  dropWhere(nullptr);
  arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
}

size_t Queue::length() {
  std::lock_guard lock(mutex_);
  return entries_.size() + (running_ ? 1 : 0);
}

void Queue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    waitUntil(arrived_, lock, [&] { return stopping_ || !entries_.empty(); });
    if (stopping_) return;
    auto entry = std::move(entries_.front());
    entries_.pop_front();
    running_ = entry.owner;
    lock.unlock();
    entry.step->run();
    entry.step.reset();
    lock.lock();
    running_.reset();
    finished_.notify_all();
  }
}

// Dropped steps are destroyed outside the lock: freeing a tensor may call back into the mailbox.
void Queue::dropWhere(const Account* owner) {
  std::vector<Entry> dropped;
  std::lock_guard lock(mutex_);
  std::deque<Entry> kept;
  for (auto& entry : entries_) {
    if (owner == nullptr || entry.owner.get() == owner) {
      dropped.push_back(std::move(entry));
    } else {
      kept.push_back(std::move(entry));
    }
  }
  entries_ = std::move(kept);
}

}  // namespace silverpoint

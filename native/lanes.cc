#include "lanes.h"

#include <ATen/Parallel.h>

#include <utility>

#include "wait.h"

namespace silverpoint {

Lanes& Lanes::instance() {
  static auto* lanes = new Lanes();
  return *lanes;
}

void Lanes::run(size_t count, int threads, const std::function<void(size_t)>& job) {
  std::unique_lock lock(mutex_);
  while (lanes_.size() < count) lanes_.emplace_back(&Lanes::work, this, lanes_.size());
  job_ = &job;
  count_ = busy_ = count;
  threads_ = threads;
  ++run_;
  asked_.notify_all();
  waitUntil(done_, lock, [&] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Lanes::work(size_t lane) {
  size_t seen = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    waitUntil(asked_, lock, [&] { return run_ != seen; });
    seen = run_;
    if (lane >= count_) continue;
    const auto& job = *job_;
    const int threads = threads_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      at::set_num_threads(threads);  // of this thread
      job(lane);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    if (--busy_ == 0) done_.notify_all();
  }
}

}  // namespace silverpoint

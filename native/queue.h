// The one compute thread of the process and the queue it works through, in order.
// One thread because libgomp keeps a team of workers for every thread that calls it (measured: 53 ms against 19 ms).
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "account.h"
#include "step.h"

namespace silverpoint {

class Queue {
 public:
  // Never destroyed: the thread must not outlive its queue when static destructors run.
  static Queue& instance();

  // Starts the thread if need be. False after shutdown(): the step will not be run.
  [[nodiscard]] bool append(std::shared_ptr<Account> owner, StepPtr step);

  // Marks the owner closed, drops what it still has queued and waits for its running step.
  void close(const std::shared_ptr<Account>& owner);

  // Drops everything, waits for the running step and ends the thread. Final.
  void shutdown();

  size_t length();

 private:
  struct Entry {
    std::shared_ptr<Account> owner;
    StepPtr step;
  };

  void work();
  void dropWhere(const Account* owner);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable finished_;
  std::deque<Entry> entries_;
  std::shared_ptr<Account> running_;
  std::thread thread_;
  bool stopping_ = false;
};

}  // namespace silverpoint

// Threads side by side that each run operators of their own. All threads of one operator wait for the slowest after each
// operator; lanes that share a network's rows meet once a network (measured on two threads: 1.1 to 1.25 times quicker, and
// a busy neighbour no longer stalls every operator).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace silverpoint {

class Lanes {
 public:
  // Never destroyed, as the queue is not.
  static Lanes& instance();

  // Runs job(0) to job(count - 1) at the same time, `threads` computing in each, and waits for all. Throws what the first
  // of them threw. Compute thread only.
  void run(size_t count, int threads, const std::function<void(size_t)>& job);

 private:
  void work(size_t lane);

  std::mutex mutex_;
  std::condition_variable asked_;
  std::condition_variable done_;
  std::vector<std::thread> lanes_;
  // Of the run under way: its number, job, lanes, threads a lane and how many lanes are still at it.
  size_t run_ = 0;
  const std::function<void(size_t)>* job_ = nullptr;
  size_t count_ = 0;
  int threads_ = 1;
  size_t busy_ = 0;
  std::exception_ptr failure_;
};

}  // namespace silverpoint

// The pieces of one operator's work, shared between threads. LibTorch's own way, OpenMP's parallel regions, waits at each operator's end for
// every thread, awake or not, which a busy neighbour makes long; here who is awake takes the next piece, and nobody waits for the others.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace silverpoint {

class Team {
 public:
  // The calling thread's. Never destroyed: its helpers wait in it.
  static Team& own();

  // piece(0) to piece(count - 1), by as many threads as LibTorch computes with in the calling one. Throws what the first of them threw.
  void each(int64_t count, const std::function<void(int64_t)>& piece);

 private:
  using Piece = std::function<void(int64_t)>;

  void help();
  bool takeOne();
  void run(const Piece& piece, uint64_t at);

  std::vector<std::thread> helpers_;
  // Above, the number of the run; below, the piece that is taken next, or kClosed.
  static constexpr uint64_t kClosed = 0xffffffff;
  std::atomic<uint64_t> ticket_ = kClosed;
  // Of the run under way.
  std::atomic<const Piece*> piece_ = nullptr;
  std::atomic<uint64_t> count_ = 0;
  std::atomic<uint64_t> done_ = 0;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace silverpoint

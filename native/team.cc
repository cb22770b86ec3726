#include "team.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace silverpoint {
namespace {

using Clock = std::chrono::steady_clock;

// How long a helper stays awake after its last piece: waking takes as long as a small operator.
constexpr std::chrono::microseconds kAwake{100};

}  // namespace

Team& Team::own() {
  static thread_local auto* team = new Team();
  return *team;
}

void Team::each(int64_t count, const Piece& piece) {
  const auto threads = std::min<int64_t>(at::get_num_threads(), count);
  if (threads < 2) {
    for (int64_t i = 0; i < count; ++i) piece(i);
    return;
  }
  while (std::ssize(helpers_) < threads - 1) helpers_.emplace_back(&Team::help, this);
  piece_ = &piece;
  count_ = count;
  done_ = 0;
  ticket_ += 1;  // from kClosed to the next run's first piece
  ticket_.notify_all();
  while (takeOne()) {
  }
  while (done_ < count_) std::this_thread::yield();
  ticket_ |= kClosed;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

bool Team::takeOne() {
  auto ticket = ticket_.load();
  while (true) {
    const auto* piece = piece_.load();
    const auto at = ticket & kClosed;
    if (at >= count_) return false;
    // Whose ticket is still the last one has read its run's piece and count.
    if (!ticket_.compare_exchange_weak(ticket, ticket + 1)) continue;
    run(*piece, at);
    return true;
  }
}

void Team::run(const Piece& piece, uint64_t at) {
  try {
    piece(static_cast<int64_t>(at));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  ++done_;
}

void Team::help() {
  auto last = Clock::now();
  while (true) {
    const auto ticket = ticket_.load();
    if (takeOne()) {
      last = Clock::now();
    } else if (Clock::now() - last < kAwake) {
      std::this_thread::yield();
    } else {
      ticket_.wait(ticket);
      last = Clock::now();
    }
  }
}

}  // namespace silverpoint

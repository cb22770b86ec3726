// Waiting for a condition. Not by condition_variable::wait, whose symbol (GLIBCXX_3.4.30) RHEL 9 and Amazon Linux 2023
// lack: a wait with a deadline is header code over older symbols, and waking once an hour costs nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace silverpoint {

template <class Ready>
void waitUntil(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, Ready ready) {
  while (!changed.wait_for(lock, std::chrono::hours(1), ready)) {
  }
}

}  // namespace silverpoint

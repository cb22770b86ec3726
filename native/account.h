// The memory a JavaScript environment holds through its tensors, counted once a storage however many views share it.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace silverpoint {

class Account {
 public:
  void retain(const at::Tensor& tensor);
  void release(const at::Tensor& tensor);

  // Bytes gained or lost since the last call, for napi_adjust_external_memory. JavaScript thread only.
  int64_t takeChange() { return change_.exchange(0); }

  int64_t bytes() const { return bytes_; }
  int64_t tensors() const { return tensors_; }

  // Set when the environment ends: nothing more may be run for it.
  std::atomic<bool> closed{false};

 private:
  std::mutex mutex_;
  std::unordered_map<const c10::StorageImpl*, int64_t> holders_;
  std::atomic<int64_t> bytes_{0};
  std::atomic<int64_t> tensors_{0};
  std::atomic<int64_t> change_{0};
};

}  // namespace silverpoint

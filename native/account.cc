#include "account.h"

namespace silverpoint {

void Account::retain(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return;
  ++tensors_;
  const auto* storage = tensor.storage().unsafeGetStorageImpl();
  std::lock_guard lock(mutex_);
  if (++holders_[storage] > 1) return;
  const auto size = static_cast<int64_t>(storage->nbytes());
  bytes_ += size;
  change_ += size;
}

void Account::release(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return;
  --tensors_;
  const auto* storage = tensor.storage().unsafeGetStorageImpl();
  std::lock_guard lock(mutex_);
  const auto found = holders_.find(storage);
  if (--found->second > 0) return;
  holders_.erase(found);
  const auto size = static_cast<int64_t>(storage->nbytes());
  bytes_ -= size;
  change_ -= size;
}

}  // namespace silverpoint

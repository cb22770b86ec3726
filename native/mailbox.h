// Brings what the compute thread finished back to the JavaScript thread of one environment, and keeps for it the
// JavaScript values that it names: only the JavaScript thread may look at them or let them go.
#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace silverpoint {

class Mailbox {
 public:
  // Names a value that is kept.
  using Address = uint64_t;
  // Calls the function that waited for it.
  using Letter = std::function<void(const Napi::Function& receiver)>;

  explicit Mailbox(Napi::Env env);

  // JavaScript thread.
  Address newAddress() { return ++addresses_; }

  // JavaScript thread: keeps the value until it is dropped or the environment ends.
  void keep(Address address, const Napi::Value& value);

  // Any thread.
  void drop(Address address) { post({address, nullptr}); }

  // JavaScript thread: keeps the receiver, and the event loop alive, until its letter has come.
  void expect(Address address, const Napi::Function& receiver);

  // Any thread. Without a receiver, the letter is thrown away.
  void answer(Address address, Letter letter) { post({address, std::move(letter)}); }

  // JavaScript thread, at the environment's end: lets go of all that is kept; later letters are thrown away.
  void close();

 private:
  struct Envelope {
    Address address;
    Letter letter;  // null: what is kept is only dropped
  };

  void post(Envelope envelope);
  void open(Napi::Env env, const Envelope& envelope);
  static void deliver(napi_env env, napi_value callback, void* context, void* data);

  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;  // null once closed
  Address addresses_ = 0;
  std::unordered_map<Address, Napi::Reference<Napi::Value>> kept_;
  int due_ = 0;
};

// A value kept until this is destroyed, on whichever thread.
class Kept {
 public:
  Kept(std::shared_ptr<Mailbox> mailbox, const Napi::Value& value)
      : mailbox_(std::move(mailbox)), address_(mailbox_->newAddress()) {
    mailbox_->keep(address_, value);
  }
  ~Kept() { mailbox_->drop(address_); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

 private:
  std::shared_ptr<Mailbox> mailbox_;
  Mailbox::Address address_;
};

}  // namespace silverpoint

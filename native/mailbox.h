// Brings what the compute thread finished back to the JavaScript thread of one environment.
#pragma once

#include <napi.h>

#include <functional>
#include <mutex>

namespace silverpoint {

class Mailbox {
 public:
  using Letter = std::function<void(Napi::Env)>;

  explicit Mailbox(Napi::Env env);

  // JavaScript thread: a letter is due, so the event loop must stay alive for it.
  void expect(Napi::Env env);

  // Any thread: a letter that was expect()ed.
  void answer(Letter letter) { post({std::move(letter), true}); }

  // Any thread: a letter nobody waits for. Not delivered once the environment ends.
  void notify(Letter letter) { post({std::move(letter), false}); }

  // JavaScript thread, at the environment's end: later letters are thrown away.
  void close();

 private:
  struct Envelope {
    Letter letter;
    bool expected;
  };

  void post(Envelope envelope);
  static void deliver(napi_env env, napi_value callback, void* context, void* data);

  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;  // null once closed
  int due_ = 0;
};

}  // namespace silverpoint

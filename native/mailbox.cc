#include "mailbox.h"

#include <memory>

namespace silverpoint {

Mailbox::Mailbox(Napi::Env env) {
  const auto name = Napi::String::New(env, "silverpoint");
  NAPI_THROW_IF_FAILED_VOID(env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                                                 this, &Mailbox::deliver, &function_));
  napi_unref_threadsafe_function(env, function_);
}

void Mailbox::expect(Napi::Env env) {
  if (due_++ == 0 && function_) napi_ref_threadsafe_function(env, function_);
}

void Mailbox::post(Envelope envelope) {
  std::lock_guard lock(mutex_);
  if (!function_) return;
  auto data = std::make_unique<Envelope>(std::move(envelope));
  if (napi_call_threadsafe_function(function_, data.get(), napi_tsfn_nonblocking) == napi_ok) data.release();
}

void Mailbox::deliver(napi_env env, napi_value, void* context, void* data) {
  std::unique_ptr<Envelope> envelope(static_cast<Envelope*>(data));
  auto* mailbox = static_cast<Mailbox*>(context);
  if (env == nullptr) return;  // the environment is being torn down
  if (envelope->expected && --mailbox->due_ == 0) napi_unref_threadsafe_function(env, mailbox->function_);
  Napi::HandleScope scope(env);
  envelope->letter(Napi::Env(env));
}

void Mailbox::close() {
  std::lock_guard lock(mutex_);
  if (!function_) return;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

}  // namespace silverpoint

#include "mailbox.h"

namespace silverpoint {

Mailbox::Mailbox(Napi::Env env) {
  const auto name = Napi::String::New(env, "silverpoint");
  NAPI_THROW_IF_FAILED_VOID(env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                                                 this, &Mailbox::deliver, &function_));
  napi_unref_threadsafe_function(env, function_);
}

void Mailbox::keep(Address address, const Napi::Value& value) {
  kept_.emplace(address, Napi::Reference<Napi::Value>::New(value, 1));
}

void Mailbox::expect(Address address, const Napi::Function& receiver) {
  keep(address, receiver);
  if (due_++ == 0 && function_) napi_ref_threadsafe_function(receiver.Env(), function_);
}

void Mailbox::post(Envelope envelope) {
  // Outlives the lock: a letter that is thrown away may free a tensor, which posts in turn.
  auto data = std::make_unique<Envelope>(std::move(envelope));
  std::lock_guard lock(mutex_);
  if (!function_) return;
  if (napi_call_threadsafe_function(function_, data.get(), napi_tsfn_nonblocking) == napi_ok) data.release();
}

void Mailbox::deliver(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<Envelope> envelope(static_cast<Envelope*>(data));
  if (env == nullptr) return;  // the environment is being torn down
  Napi::HandleScope scope(env);
  try {
    static_cast<Mailbox*>(context)->open(env, *envelope);
  } catch (const Napi::Error& error) {
    // In a worker that is terminated in mid-delivery no value can be made and no function called.
    error.ThrowAsJavaScriptException();
  }
}

void Mailbox::open(Napi::Env env, const Envelope& envelope) {
  const auto kept = kept_.extract(envelope.address);
  if (kept.empty() || !envelope.letter) return;
  if (--due_ == 0) napi_unref_threadsafe_function(env, function_);
  envelope.letter(kept.mapped().Value().As<Napi::Function>());
}

void Mailbox::close() {
  {
    std::lock_guard lock(mutex_);
    if (!function_) return;
    napi_release_threadsafe_function(function_, napi_tsfn_abort);
    function_ = nullptr;
  }
  kept_.clear();
}

}  // namespace silverpoint

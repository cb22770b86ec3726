#include "environment.h"

#include "queue.h"

namespace silverpoint {
namespace {

// Reporting every small tensor would cost more than it tells.
constexpr int64_t kReportEvery = 1 << 20;

// Runs before the mailbox's own end, because it is registered after it.
void endEnvironment(void* data) {
  auto* environment = static_cast<Environment*>(data);
  Queue::instance().close(environment->account);
  environment->mailbox->close();
}

}  // namespace

Environment::Environment(Napi::Env env) : mailbox(std::make_shared<Mailbox>(env)) {
  napi_add_env_cleanup_hook(env, &endEnvironment, this);
}

void Environment::append(Napi::Env env, StepPtr step) {
  if (recording) {
    recording->add(std::move(step));
    return;
  }
  if (!Queue::instance().append(account, std::move(step))) {
    auto error = Napi::Error::New(env, "Expected a running engine but this process is ending. Compute before that.");
    error.Set("code", "ENGINE_SHUT_DOWN");
    throw error;
  }
  reportMemory(env);
}

void Environment::reportMemory(Napi::Env env) {
  unreported_ += account->takeChange();
  if (unreported_ < kReportEvery && unreported_ > -kReportEvery) return;
  Napi::MemoryManagement::AdjustExternalMemory(env, unreported_);
  unreported_ = 0;
}

}  // namespace silverpoint

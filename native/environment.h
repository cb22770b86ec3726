// What the addon keeps for one JavaScript environment: the main thread or a worker.
#pragma once

#include <napi.h>

#include <memory>

#include "account.h"
#include "mailbox.h"
#include "program.h"
#include "step.h"

namespace silverpoint {

class Environment {
 public:
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  explicit Environment(Napi::Env env);

  // Queues the step, or adds it to the program being recorded. Throws ENGINE_SHUT_DOWN at the process's end.
  void append(Napi::Env env, StepPtr step);

  // Tells V8 of the memory that tensors have taken or given back since the last call.
  void reportMemory(Napi::Env env);

  std::shared_ptr<Account> account = std::make_shared<Account>();
  std::shared_ptr<Mailbox> mailbox;
  std::shared_ptr<Program> recording;  // null unless record() is under way

 private:
  int64_t unreported_ = 0;
};

}  // namespace silverpoint

// Lets a test file ask LeakSanitizer what has leaked: vitest ends its processes by a signal, before anything is looked for.
#include <node_api.h>
#include <sanitizer/lsan_interface.h>

static napi_value check(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  __lsan_do_recoverable_leak_check();
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "check", NAPI_AUTO_LENGTH, check, NULL, &function);
  napi_set_named_property(env, exports, "check", function);
  return exports;
}

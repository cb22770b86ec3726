// The only file that Node loads directly. It depends on nothing but Node and libc, so a missing LibTorch is an error
// that JavaScript can explain, and it opens LibTorch by absolute path, so no search path needs to be set.
#include <dlfcn.h>
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

typedef napi_value (*Register)(napi_env env, napi_value exports);

enum { PATH_MAX_BYTES = 4096 };

static napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, "LIBTORCH_OPEN_FAILED", message);
  return NULL;
}

// Opens the path held by a JavaScript string, or throws with dlerror's text.
static void* open_library(napi_env env, napi_value path, int flags) {
  char text[PATH_MAX_BYTES];
  size_t length;
  if (napi_get_value_string_utf8(env, path, text, sizeof text, &length) != napi_ok) {
    fail(env, "Expected the path of a library as a string");
    return NULL;
  }
  void* library = dlopen(text, RTLD_NOW | RTLD_LOCAL | flags);
  if (!library) fail(env, dlerror());
  return library;
}

// open(libraries: string[], implementation: string): the implementation's exports
static napi_value open(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2];
  uint32_t libraries;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 2 ||
      napi_get_array_length(env, args[0], &libraries) != napi_ok) {
    return fail(env, "Expected the libraries' paths and the implementation's path");
  }

  // libgomp's workers otherwise spin between calls: with any other load on the machine, 100 times slower.
  setenv("GOMP_SPINCOUNT", "1000", 0);

  for (uint32_t i = 0; i < libraries; ++i) {
    napi_value path;
    napi_get_element(env, args[0], i, &path);
    if (!open_library(env, path, 0)) return NULL;
  }
  // Never unloaded: its thread and static destructors outlive a worker's environment.
  void* implementation = open_library(env, args[1], RTLD_NODELETE);
  if (!implementation) return NULL;

  Register register_addon;
  void* symbol = dlsym(implementation, "silverpoint_register");
  if (!symbol) return fail(env, dlerror());
  memcpy(&register_addon, &symbol, sizeof symbol);

  napi_value exports;
  napi_create_object(env, &exports);
  return register_addon(env, exports);
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, open, NULL, &function);
  napi_set_named_property(env, exports, "open", function);
  return exports;
}

// The only file that Node loads directly. It depends on nothing but Node and libc, so a missing LibTorch is an error
// that JavaScript can explain, and it opens LibTorch by absolute path, so no search path needs to be set.
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

typedef napi_value (*Register)(napi_env env, napi_value exports);

enum { PATH_MAX_BYTES = 4096 };

static napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, "LIBTORCH_OPEN_FAILED", message);
  return NULL;
}

#ifdef _WIN32

// A library's neighbours are found in its own folder; later ones find it by its name, for it is open already.
static void* open_path(const char* path) {
  wchar_t wide[PATH_MAX_BYTES];
  if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_MAX_BYTES)) return NULL;
  return LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

static void* find_symbol(void* library, const char* name) { return (void*)GetProcAddress(library, name); }

static const char* last_failure(void) {
  static char text[512];
  DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
  if (!FormatMessageA(flags, NULL, GetLastError(), 0, text, sizeof text, NULL)) return "LoadLibrary failed";
  return text;
}

#else

#ifdef __APPLE__
// The engine's symbols are looked up in all that is open globally: dyld does not match libraries by name.
enum { OPEN_FLAGS = RTLD_NOW | RTLD_GLOBAL };
#else
enum { OPEN_FLAGS = RTLD_NOW | RTLD_LOCAL };
#endif

// Never unloaded: the engine's thread and static destructors outlive a worker's environment.
static void* open_path(const char* path) { return dlopen(path, OPEN_FLAGS | RTLD_NODELETE); }

static void* find_symbol(void* library, const char* name) { return dlsym(library, name); }

static const char* last_failure(void) { return dlerror(); }

#endif

// Opens the path held by a JavaScript string, or throws with the system's own words.
static void* open_library(napi_env env, napi_value path) {
  char text[PATH_MAX_BYTES];
  size_t length;
  if (napi_get_value_string_utf8(env, path, text, sizeof text, &length) != napi_ok) {
    fail(env, "Expected the path of a library as a string");
    return NULL;
  }
  void* library = open_path(text);
  if (!library) fail(env, last_failure());
  return library;
}

// open(libraries: string[], implementation: string): the implementation's exports
static napi_value open_all(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2];
  uint32_t libraries;
  if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 2 ||
      napi_get_array_length(env, args[0], &libraries) != napi_ok) {
    return fail(env, "Expected the libraries' paths and the implementation's path");
  }

#ifndef _WIN32
  // libgomp's workers otherwise spin between calls: with any other load on the machine, 100 times slower.
  setenv("GOMP_SPINCOUNT", "1000", 0);
#endif

  for (uint32_t i = 0; i < libraries; ++i) {
    napi_value path;
    napi_get_element(env, args[0], i, &path);
    if (!open_library(env, path)) return NULL;
  }
  void* implementation = open_library(env, args[1]);
  if (!implementation) return NULL;

  Register register_addon;
  void* symbol = find_symbol(implementation, "silverpoint_register");
  if (!symbol) return fail(env, last_failure());
  memcpy(&register_addon, &symbol, sizeof symbol);

  napi_value exports;
  napi_create_object(env, &exports);
  return register_addon(env, exports);
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_all, NULL, &function);
  napi_set_named_property(env, exports, "open", function);
  return exports;
}

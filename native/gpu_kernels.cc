#include "gpu_kernels.h"

#include <ATen/Context.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>
#ifdef __linux__
#include <dlfcn.h>
#include <link.h>
#endif

#include "kernel_source.h"

namespace silverpoint {
namespace {

// The CUDA driver's and NVRTC's functions, by name: their headers are the toolkit's. Both keep these signatures from release to
// release. Results are 0 where all went well.
struct Symbols {
  int (*launch)(void* function, unsigned blocksX, unsigned blocksY, unsigned blocksZ, unsigned threadsX, unsigned threadsY,
                unsigned threadsZ, unsigned sharedBytes, void* stream, void** arguments, void** extra);
  int (*load)(void** module, const void* image);
  int (*function)(void** function, void* module, const char* name);
  int (*attribute)(int* value, int which, int device);
  int (*errorName)(int error, const char** name);
  int (*version)(int* major, int* minor);
  int (*create)(void** program, const char* source, const char* name, int headers, const char* const* texts, const char* const* names);
  int (*compile)(void* program, int options, const char* const* texts);
  int (*logSize)(void* program, size_t* size);
  int (*log)(void* program, char* text);
  int (*imageSize)(void* program, size_t* size);
  int (*image)(void* program, char* bytes);
  int (*destroy)(void** program);

  static const Symbols& instance() {
    static const Symbols found = find();
    return found;
  }

  bool complete = false;

 private:
  static Symbols find();
};

#ifdef __linux__
// LibTorch's own loader of NVRTC: beside libtorch_cuda, and linked with NVRTC and the driver.
void* openLoader() {
  void* cuda = dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_NOLOAD);
  std::array<char, 4096> folder = {};
  if (!cuda || dlinfo(cuda, RTLD_DI_ORIGIN, folder.data()) != 0) return nullptr;
  return dlopen((std::string(folder.data()) + "/libcaffe2_nvrtc.so").c_str(), RTLD_LAZY);
}

// Beside NVRTC, which asks for them by their name alone and finds what is open already.
void openBuiltins(const Symbols& symbols) {
  int major = 0, minor = 0;
  symbols.version(&major, &minor);
  Dl_info nvrtc = {};
  if (dladdr(reinterpret_cast<const void*>(symbols.version), &nvrtc) == 0) return;
  const std::string path = nvrtc.dli_fname, folder = path.substr(0, path.rfind('/') + 1);
  dlopen((folder + "libnvrtc-builtins.so." + std::to_string(major) + "." + std::to_string(minor)).c_str(), RTLD_LAZY);
}

Symbols Symbols::find() {
  Symbols symbols = {};
  void* library = openLoader();
  if (!library) return symbols;
  symbols.complete = true;
  const auto take = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
    if (!function) symbols.complete = false;
  };
  take(symbols.launch, "cuLaunchKernel");
  take(symbols.load, "cuModuleLoadData");
  take(symbols.function, "cuModuleGetFunction");
  take(symbols.attribute, "cuDeviceGetAttribute");
  take(symbols.errorName, "cuGetErrorName");
  take(symbols.version, "nvrtcVersion");
  take(symbols.create, "nvrtcCreateProgram");
  take(symbols.compile, "nvrtcCompileProgram");
  take(symbols.logSize, "nvrtcGetProgramLogSize");
  take(symbols.log, "nvrtcGetProgramLog");
  take(symbols.imageSize, "nvrtcGetCUBINSize");
  take(symbols.image, "nvrtcGetCUBIN");
  take(symbols.destroy, "nvrtcDestroyProgram");
  if (symbols.complete) openBuiltins(symbols);
  return symbols;
}
#else
Symbols Symbols::find() { return {}; }
#endif

// The driver's numbers of a device's attributes.
constexpr int kMultiprocessors = 16, kMajor = 75, kMinor = 76;

void check(int result, const char* work) {
  if (result == 0) return;
  const char* name = "an unknown error";
  Symbols::instance().errorName(result, &name);
  TORCH_CHECK(false, "CUDA error: ", work, " failed with ", name);
}

int attributeOf(c10::Device device, int which) {
  int value = 0;
  check(Symbols::instance().attribute(&value, which, device.index()), "asking for a GPU's attribute");
  return value;
}

// A machine's code for the device.
std::vector<char> compiled(c10::Device device, c10::ScalarType type) {
  const auto& nvrtc = Symbols::instance();
  const auto architecture = "-arch=sm_" + std::to_string(10 * attributeOf(device, kMajor) + attributeOf(device, kMinor));
  std::vector<const char*> options{architecture.c_str(), "-std=c++17"};
  if (type == at::kHalf) options.push_back("-DHALF");
  void* program = nullptr;
  TORCH_CHECK(nvrtc.create(&program, kKernelSource, "silverpoint.cu", 0, nullptr, nullptr) == 0, "NVRTC made no program");
  const bool done = nvrtc.compile(program, static_cast<int>(options.size()), options.data()) == 0;
  size_t size = 0;
  done ? nvrtc.imageSize(program, &size) : nvrtc.logSize(program, &size);
  std::vector<char> bytes(size + 1);
  done ? nvrtc.image(program, bytes.data()) : nvrtc.log(program, bytes.data());
  nvrtc.destroy(&program);
  TORCH_CHECK(done, "NVRTC could not compile the kernels for ", architecture, ": ", bytes.data());
  return bytes;
}

std::mutex& known() {
  static auto* mutex = new std::mutex();
  return *mutex;
}

// Loaded once for a device and a type; never unloaded, as graphs that were captured may ask for it.
void* moduleOf(c10::Device device, c10::ScalarType type) {
  static auto* modules = new std::map<std::tuple<int, c10::ScalarType>, void*>();
  auto& module = (*modules)[{device.index(), type}];
  if (!module) {
    void* made = nullptr;
    check(Symbols::instance().load(&made, compiled(device, type).data()), "loading kernels");
    module = made;
  }
  return module;
}

void* functionOf(const char* name, c10::Device device, c10::ScalarType type) {
  static auto* functions = new std::map<std::tuple<std::string, int, c10::ScalarType>, void*>();
  std::lock_guard lock(known());
  auto& function = (*functions)[{name, device.index(), type}];
  if (!function) {
    void* found = nullptr;
    check(Symbols::instance().function(&found, moduleOf(device, type), name), "finding a kernel");
    function = found;
  }
  return function;
}

}  // namespace

bool GpuKernel::available() { return Symbols::instance().complete; }

GpuKernel::GpuKernel(const char* name, const at::Tensor& like) : device_(like.device()) {
  const c10::DeviceGuard there(device_);
  function_ = functionOf(name, device_, like.scalar_type());
}

void GpuKernel::launch(const Grid& grid, void** arguments) const {
  const c10::DeviceGuard there(device_);
  const c10::impl::VirtualGuardImpl guard(device_.type());
  auto* stream = guard.getStreamNativeHandle(guard.getStream(device_));
  check(Symbols::instance().launch(function_, grid.blocks[0], grid.blocks[1], 1, grid.threads[0], grid.threads[1], 1, grid.sharedBytes,
                                   stream, arguments, nullptr),
        "a kernel's launch");
}

int64_t multiprocessors(c10::Device device) { return attributeOf(device, kMultiprocessors); }

}  // namespace silverpoint

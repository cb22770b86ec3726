#include "cuda_graph.h"

#include <c10/util/Exception.h>

#include <mutex>

#if __has_include(<ATen/accelerator/Graph.h>)
#include <ATen/accelerator/Graph.h>

namespace silverpoint {

struct CudaGraph::Impl {
  at::accelerator::Graph graph;

  // Other threads may go on: what they ask for is not captured, and need not be forbidden.
  void begin(c10::MempoolId_t pool) { graph.capture_begin(pool, at::GraphCaptureMode::ThreadLocal); }
  void end() { graph.capture_end(); }
  void replay() { graph.replay(); }
  c10::MempoolId_t pool() { return graph.pool(); }
};

bool CudaGraph::available() { return at::has_graph_impl(c10::DeviceType::CUDA); }

}  // namespace silverpoint

#elif defined(__linux__)
#include <dlfcn.h>

#include <array>
#include <cstddef>
#include <type_traits>

namespace silverpoint {
namespace {

// at::cuda::CUDAGraph of LibTorch 2.11 and 2.12, by name: its header needs the CUDA toolkit, and an addon linked with
// libtorch_cuda would not open where there is no GPU. Where a name has changed, there are no graphs.
struct Symbols {
  void (*construct)(void* self, bool keepGraph);
  void (*destroy)(void* self);
  void (*begin)(void* self, c10::MempoolId_t pool, int mode);
  void (*end)(void* self);
  void (*replay)(void* self);
  c10::MempoolId_t (*pool)(void* self);

  static const Symbols& instance() {
    static const Symbols found = find();
    return found;
  }

  bool complete() const { return construct && destroy && begin && end && replay && pool; }

 private:
  static Symbols find() {
    Symbols symbols = {};
    // Open already, or there is no GPU.
    void* library = dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_NOLOAD);
    if (!library) return symbols;
    const auto take = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
    };
    take(symbols.construct, "_ZN2at4cuda9CUDAGraphC1Eb");
    take(symbols.destroy, "_ZN2at4cuda9CUDAGraphD1Ev");
    take(symbols.begin, "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
    take(symbols.end, "_ZN2at4cuda9CUDAGraph11capture_endEv");
    take(symbols.replay, "_ZN2at4cuda9CUDAGraph6replayEv");
    take(symbols.pool, "_ZN2at4cuda9CUDAGraph4poolEv");
    return symbols;
  }
};

constexpr int kThreadLocal = 1;  // cudaStreamCaptureModeThreadLocal

}  // namespace

struct CudaGraph::Impl {
  // Some 200 bytes are used.
  alignas(std::max_align_t) std::array<std::byte, 2048> graph;

  Impl() { Symbols::instance().construct(&graph, false); }
  ~Impl() { Symbols::instance().destroy(&graph); }
  void begin(c10::MempoolId_t pool) { Symbols::instance().begin(&graph, pool, kThreadLocal); }
  void end() { Symbols::instance().end(&graph); }
  void replay() { Symbols::instance().replay(&graph); }
  c10::MempoolId_t pool() { return Symbols::instance().pool(&graph); }
};

bool CudaGraph::available() { return Symbols::instance().complete(); }

}  // namespace silverpoint

#else

namespace silverpoint {

struct CudaGraph::Impl {
  Impl() { TORCH_CHECK(false, "CUDA graphs need LibTorch 2.13 or Linux"); }
  void begin(c10::MempoolId_t) {}
  void end() {}
  void replay() {}
  c10::MempoolId_t pool() { return {0, 0}; }
};

bool CudaGraph::available() { return false; }

}  // namespace silverpoint

#endif

namespace silverpoint {
namespace {

// Held where a graph enters the generators' unguarded list of graphs, and where it leaves: JavaScript's thread may drop one.
std::mutex& listed() {
  static auto* mutex = new std::mutex();
  return *mutex;
}

}  // namespace

CudaGraph::CudaGraph() : impl_(std::make_unique<Impl>()) {}

CudaGraph::~CudaGraph() {
  std::lock_guard lock(listed());
  impl_.reset();
}

void CudaGraph::begin(c10::MempoolId_t pool) {
  std::lock_guard lock(listed());
  impl_->begin(pool);
}

void CudaGraph::end() { impl_->end(); }
void CudaGraph::replay() { impl_->replay(); }
c10::MempoolId_t CudaGraph::pool() const { return impl_->pool(); }

}  // namespace silverpoint

#include "failure.h"

#include <c10/util/Exception.h>

#include <new>

namespace silverpoint {
namespace {

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// TorchScript puts a listing of its own before the cause; the cause follows the last "RuntimeError: ".
std::string firstLineOfCause(const std::string& text) {
  static const std::string marker = "\nRuntimeError: ";
  const auto at = text.rfind(marker);
  const auto start = at == std::string::npos ? 0 : at + marker.size();
  return text.substr(start, text.find('\n', start) - start);
}

const char* codeOf(const std::string& message) {
  for (const char* words : {"out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED"}) {
    if (contains(message, words)) return "OUT_OF_MEMORY";
  }
  // Of a CUDA graph that cannot be captured: the device is well.
  if (contains(message, "captur")) return "OPERATION_FAILED";
  if (contains(message, "CUDA error") || contains(message, "device-side assert")) return "DEVICE_LOST";
  return "OPERATION_FAILED";
}

}  // namespace

FailurePtr describeFailure(std::exception_ptr error, const std::string& operation, uint64_t call) {
  std::string text = "unknown C++ exception";
  bool exhausted = false;
  try {
    std::rethrow_exception(error);
  } catch (const c10::OutOfMemoryError& e) {
    text = e.what_without_backtrace();
    exhausted = true;
  } catch (const c10::Error& e) {
    text = e.what_without_backtrace();
  } catch (const std::bad_alloc&) {
    text = "out of memory";
  } catch (const std::exception& e) {
    text = e.what();
  } catch (...) {
  }
  const auto message = firstLineOfCause(text);
  return std::make_shared<Failure>(Failure{exhausted ? "OUT_OF_MEMORY" : codeOf(text), message, operation, call});
}

}  // namespace silverpoint

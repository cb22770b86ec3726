// What is kept of an operation that failed: enough for TypeScript to say what happened and where it was asked for.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

namespace silverpoint {

struct Failure {
  std::string code;       // an ErrorCode of lib/errors.ts
  std::string message;    // one line, without a C++ backtrace
  std::string operation;  // such as "aten::matmul"
  uint64_t call;          // the number TypeScript gave the call
};

using FailurePtr = std::shared_ptr<const Failure>;

// Reads the exception being handled.
FailurePtr describeFailure(std::exception_ptr error, const std::string& operation, uint64_t call);

}  // namespace silverpoint

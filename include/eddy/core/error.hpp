#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace eddy {

/// Called with the message of an error where exceptions are switched off.
using ErrorHandler = void (*)(const char* message);

/// The handler that `set_error_handler` has set, or null.
inline ErrorHandler error_handler = nullptr;

/// Sets what happens on an error in a program built with `-fno-exceptions`; the default prints the message
/// and aborts. A handler must not return: when it does, the program aborts. Set it before threads start.
/// Returns the handler that was set before.
inline ErrorHandler set_error_handler(ErrorHandler handler) { return std::exchange(error_handler, handler); }

/// Reports an error: throws an `Error`, or calls the error handler where exceptions are switched off. Misuse
/// is a `std::invalid_argument`; what a program cannot know before, as a damaged file, a
/// `std::runtime_error`.
template <class Error = std::invalid_argument>
[[noreturn]] void fail(const std::string& reason) {
  const std::string message = "eddy: " + reason;
#if defined(__cpp_exceptions)
  throw Error(message);
#else
  if (error_handler) {
    error_handler(message.c_str());
  } else {
    std::fprintf(stderr, "%s\n", message.c_str());
  }
  std::abort();
#endif
}

/// Reports a size that is not what it should be: "x has 4 values, expected 3".
[[noreturn]] inline void fail_size(const char* what, long actual, long expected) {
  fail(std::string(what) + " has " + std::to_string(actual) + (actual == 1 ? " value" : " values") +
       ", expected " + std::to_string(expected));
}

}  // namespace eddy

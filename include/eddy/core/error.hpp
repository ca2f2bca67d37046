#pragma once

#include <eddy/core/message.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace eddy {

/// Called with the message of an error where exceptions are switched off.
using ErrorHandler = void (*)(const char* message);

/// The handler that `set_error_handler` has set, or null.
inline ErrorHandler error_handler = nullptr;

/// Sets what happens on an error in a program built with `-fno-exceptions`; the default prints the message
/// and aborts; with newlib, the library of small devices, it only aborts. A handler must not return: when it
/// does, the program aborts. Set it before threads start. Returns the handler that was set before.
inline ErrorHandler set_error_handler(ErrorHandler handler) { return std::exchange(error_handler, handler); }

/// Reports an error, whose message is put together from pieces, texts and numbers: throws an `Error`, or
/// calls the error handler where exceptions are switched off. Misuse is a `std::invalid_argument`; what a
/// program cannot know before, as a damaged file, a `std::runtime_error`. Without exceptions nothing here
/// needs a heap, and the message is cut off after 255 characters.
template <class Error = std::invalid_argument, class... Pieces>
[[noreturn]] void fail(const Pieces&... pieces) {
#if defined(__cpp_exceptions)
  std::string message = "eddy: ";
  const auto append = [&](const auto& piece) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(piece)>>) {
      message += Message(piece).c_str();
    } else {
      message += piece;
    }
  };
  (append(pieces), ...);
  throw Error(message);
#else
  const Message message("eddy: ", pieces...);
  if (error_handler) {
    error_handler(message.c_str());
  } else {
#if !defined(__NEWLIB__)  // whose streams take their buffers from a heap
    std::fprintf(stderr, "%s\n", message.c_str());
#endif
  }
  std::abort();
#endif
}

/// Reports the use of an object that was moved from; `what` names it.
[[noreturn]] inline void fail_moved_from(const char* what) {
  fail(what, " was moved from: assign to it before it is used again");
}

/// Reports a size that is not what it should be: "x has 4 values, expected 3". Only an object that was moved
/// from expects none.
[[noreturn]] inline void fail_size(const char* what, long actual, long expected) {
  if (expected == 0) {
    fail(what, " has ", actual, actual == 1 ? " value" : " values",
         ", but what should take it was moved from: assign to it before it is used again");
  }
  fail(what, " has ", actual, actual == 1 ? " value" : " values", ", expected ", expected);
}

}  // namespace eddy

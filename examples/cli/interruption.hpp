#pragma once
// SIGTERM and SIGINT ask the program to end between two rows.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>

namespace eddy_stream {

inline volatile std::sig_atomic_t signal_received = 0;
inline int signal_pipe[2] = {-1, -1};  // wakes up who waits for input, whenever the signal comes

inline bool interrupted() { return signal_received != 0; }

inline const char* name_of_signal() { return signal_received == SIGTERM ? "SIGTERM" : "SIGINT"; }

/// Becomes readable with the signal.
inline int interruption_descriptor() { return signal_pipe[0]; }

/// From here on the first SIGTERM or SIGINT sets `interrupted()`; a second one ends the program at once. A
/// closed output is an error of `write` and no signal.
inline void catch_signals() {
  if (::pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::runtime_error(std::string("no pipe can be made: ") + std::strerror(errno));
  }
  struct sigaction action {};
  action.sa_handler = [](int number) {
    const int error = errno;
    signal_received = number;
    [[maybe_unused]] const ssize_t written = ::write(signal_pipe[1], "", 1);
    errno = error;
  };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace eddy_stream

#pragma once
// What the user sees on standard error: a line that rewrites itself on a terminal, plain lines elsewhere.

#include "text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace eddy_stream {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// "1 row", "2 rows".
inline std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

/// A message stands on a line of its own, above the bar if there is one.
class Progress {
 public:
  /// Of an input of so many bytes; -1: nobody knows.
  Progress(bool bar, bool quiet, std::int64_t size)
      : bar_(bar && !quiet && isatty(STDERR_FILENO) != 0 && isatty(STDOUT_FILENO) == 0),
        quiet_(quiet),
        size_(size) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void say(const std::string& message) {
    clear();
    std::fprintf(stderr, "eddy-stream: %s\n", escaped(message, "\n").c_str());
  }
  /// What --quiet does without.
  void remark(const std::string& message) {
    if (!quiet_) say(message);
  }

  /// Ten times a second; describe() gives the errors.
  template <class Describe>
  void update(std::int64_t rows, std::int64_t bytes, Describe&& describe) {
    if (!bar_ || seconds_since(drawn_) < 0.1) return;
    drawn_ = Clock::now();
    // The rate of the last second or so.
    const double passed = seconds_since(since_);
    if (passed > 1 || rate_ == 0) {
      rate_ = passed > 0 ? static_cast<double>(rows - rows_then_) / passed : 0;
      rows_then_ = rows;
      since_ = Clock::now();
    }
    std::string line;
    if (size_ > 0) {
      const double part = static_cast<double>(bytes) / static_cast<double>(size_);
      const auto filled = static_cast<std::size_t>(20 * (part < 1 ? part : 1));
      char percent[16];
      std::snprintf(percent, sizeof percent, " %3.0f%%  ", 100 * (part < 1 ? part : 1));
      line = "[" + std::string(filled, '=') + std::string(20 - filled, ' ') + "]" + percent;
    }
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "%lld rows  %.0f/s  ", static_cast<long long>(rows), rate_);
    line += numbers + describe();
    if (const std::size_t columns = width(); line.size() >= columns) line.resize(columns - 1);
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    shown_ = true;
  }

 private:
  void clear() {
    if (shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
  }

  // A line that wraps could not be rewritten.
  static std::size_t width() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
  }

  bool bar_, quiet_, shown_ = false;
  std::int64_t size_, rows_then_ = 0;
  double rate_ = 0;
  Clock::time_point drawn_{}, since_ = Clock::now();
};

}  // namespace eddy_stream

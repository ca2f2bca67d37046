#pragma once
// What predicting a text has cost so far.

#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace text {

using forecast::formatted, forecast::grouped;

/// What has been paid so far, as a line that rewrites itself on a terminal; elsewhere a plain line after
/// 10,000, 20,000, 50,000, 100,000, … bytes.
class Account {
 public:
  explicit Account(bool shown) : shown_(shown), terminal_(isatty(STDOUT_FILENO) != 0) {}

  void pay(double bits) {
    bits_ += bits;
    recent_ += (bits - recent_) / static_cast<double>(std::min<std::int64_t>(++bytes_, 20'000));
    if (shown_ && due()) {
      std::printf(terminal_ ? "\r\033[K%s" : "%s\n", line().c_str());
      std::fflush(stdout);
    }
  }

  void close(const std::string& name) const {
    if (shown_ && terminal_) std::printf("\r\033[K");
    std::printf("%s: %s bytes in %.1f s, %.2f us a byte; %.4f bits a byte, %s bytes in all\n", name.c_str(),
                grouped(static_cast<double>(bytes_)).c_str(), seconds(),
                1e6 * seconds() / static_cast<double>(bytes_), bits_ / static_cast<double>(bytes_),
                grouped(std::ceil(bits_ / 8)).c_str());
  }

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  /// Bits a byte, over the newest 20,000.
  [[nodiscard]] double recent() const { return recent_; }

 private:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  [[nodiscard]] std::string line() const {
    const auto bytes = static_cast<double>(bytes_);
    return grouped(bytes) + " bytes  " + formatted("%.4f", bits_ / bytes) + " bits a byte  " +
           formatted("%.4f", recent_) + " of late  " + grouped(bytes / seconds()) + " bytes/s";
  }

  bool due() {
    if (terminal_) {
      if (bytes_ % 64 != 0 || std::chrono::steady_clock::now() < next_time_) return false;
      next_time_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
      return true;
    }
    if (bytes_ < next_bytes_) return false;
    next_bytes_ = std::to_string(bytes_).front() == '2' ? bytes_ / 2 * 5 : bytes_ * 2;
    return true;
  }

  bool shown_, terminal_;
  double bits_ = 0, recent_ = 0;
  std::int64_t bytes_ = 0, next_bytes_ = 10'000;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), next_time_ = start_;
};

}  // namespace text

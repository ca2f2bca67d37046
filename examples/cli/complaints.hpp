#pragma once
// Bad lines: all are counted, as many are told as a reader can take.

#include "progress.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace eddy_stream {

/// Tells the first ten, and then one a second at most.
class Complaints {
 public:
  Complaints(Progress& progress, std::string source) : progress_(progress), source_(std::move(source)) {}

  void add(std::int64_t line, const char* reason) {
    ++told_;
    if (told_ > 10 && seconds_since(last_) < 1) {
      ++untold_;
      return;
    }
    last_ = Clock::now();
    progress_.say(source_ + ":" + std::to_string(line) + ": " + reason + ": skipped" +
                  (untold_ > 0 ? " (and " + std::to_string(untold_) + " more)" : ""));
    untold_ = 0;
  }

 private:
  Progress& progress_;
  std::string source_;
  std::int64_t told_ = 0, untold_ = 0;
  Clock::time_point last_{};
};

}  // namespace eddy_stream

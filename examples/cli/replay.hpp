#pragma once
// Lines that an earlier run has taken, if they are those.

#include "fingerprint.hpp"

#include <cstdint>
#include <string_view>

namespace eddy_stream {

/// Passes over the lines of a fingerprint.
class Replay {
 public:
  void start(const Fingerprint& known) {
    known_ = known;
    seen_ = {};
  }
  void stop() { known_ = seen_ = {}; }

  /// Whether lines that are known should still come.
  bool is_on() const { return seen_.lines() < known_.lines(); }
  /// How many have come.
  std::int64_t lines() const { return seen_.lines(); }

  /// False if the input is another one, as far as can be told by this line.
  bool pass(std::string_view line) {
    seen_.add(line);
    return seen_.may_begin(known_);
  }

 private:
  Fingerprint known_, seen_;
};

}  // namespace eddy_stream

#pragma once
// Bad lines and unreadable fields: all are counted, as many are told as a reader can take.

#include "progress.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace eddy_stream {

class Complaints {
 public:
  Complaints(Progress& progress, std::string source) : progress_(progress), source_(std::move(source)) {}

  /// The first ten are told, and then one a second at most; reason() says what is wrong.
  template <class Reason>
  void tell(std::int64_t line, Reason&& reason) {
    ++told_;
    if (told_ > 10 && seconds_since(last_) < 1) {
      ++untold_;
      return;
    }
    last_ = Clock::now();
    say(line, reason() + (untold_ > 0 ? " (and " + std::to_string(untold_) + " more)" : ""));
    untold_ = 0;
  }

  /// Counts a field that is taken for a missing value; returns how many there have been in its column.
  std::int64_t count_field(std::size_t column) {
    if (fields_.size() <= column) fields_.resize(column + 1);
    return ++fields_[column];
  }

  void say(std::int64_t line, const std::string& message) {
    progress_.say(source_ + ":" + std::to_string(line) + ": " + message);
  }

  /// How many fields of each column were unreadable; nothing if none was.
  std::string unreadable_fields(const std::vector<std::string>& names) const {
    std::string text;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i] == 0) continue;
      text += (text.empty() ? "fields taken for missing values: " : ", ") + escaped(names[i]) + " " +
              std::to_string(fields_[i]);
    }
    return text;
  }

  const std::string& source() const { return source_; }

 private:
  Progress& progress_;
  std::string source_;
  std::int64_t told_ = 0, untold_ = 0;
  std::vector<std::int64_t> fields_;  // unreadable ones of each column
  Clock::time_point last_{};
};

/// Whether an input is mostly unreadable: most of its first thousand lines, of all of them if they are fewer,
/// or of any thousand later on.
class BadShare {
 public:
  static constexpr int lines_at_once = 1000;

  /// Takes a line; true when with it most of a thousand are bad.
  bool add(bool bad) {
    ++lines_;
    bad_ += bad ? 1 : 0;
    if (lines_ < lines_at_once) return false;
    const bool mostly = 2 * bad_ > lines_;
    mostly_bad_ = mostly_bad_ || mostly;
    lines_ = bad_ = 0;
    whole_ = true;
    return mostly;
  }

  bool mostly_bad() const { return mostly_bad_ || (!whole_ && 2 * bad_ > lines_); }

 private:
  int lines_ = 0, bad_ = 0;
  bool whole_ = false, mostly_bad_ = false;
};

}  // namespace eddy_stream

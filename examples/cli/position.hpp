#pragma once
// What a checkpoint holds beside the model. All of it is checked when it is read.

#include "columns.hpp"
#include "fingerprint.hpp"
#include "layout.hpp"
#include "options.hpp"
#include "scores.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace eddy_stream {

/// Where a stream is in its input, and what is known of its columns.
struct Place {
  explicit Place(std::size_t columns) : layout(columns), kinds(columns, Kind::undecided) {}

  Fingerprint read;          ///< the lines below the header, bad ones included
  std::int64_t bad = 0;      ///< lines skipped, of all inputs so far
  bool below_header = true;  ///< a row of units may come
  Layout layout;
  std::vector<Kind> kinds;  ///< of each column

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("read", self.read);
    visit("bad", self.bad);
    visit("below_header", self.below_header);
    visit("layout", self.layout);
    visit("kinds", self.kinds);
  }

  bool state_is_valid() const {
    return bad >= 0 && bad <= Fingerprint::most_lines &&
           std::all_of(kinds.begin(), kinds.end(),
                       [](Kind kind) { return kind >= Kind::undecided && kind <= Kind::text; });
  }
};

/// How many rows there were, and what has been said of rows that are still to come.
struct Position {
  Position(std::size_t targets, const Options& options)
      : expected(targets * static_cast<std::size_t>(options.horizon),
                 std::numeric_limits<double>::quiet_NaN()),
        persistent(expected),
        newest(targets, std::numeric_limits<double>::quiet_NaN()),
        scores(targets, Scores(options.rolling)) {}

  std::int64_t rows = 0;     ///< learned from
  std::int64_t lessons = 0;  ///< rows whose targets the model has learned from
  std::vector<double> expected,
      persistent;              ///< for the next `horizon` rows, a ring of [targets] values a row
  std::vector<double> newest;  ///< the newest values of the targets that were there
  std::vector<Scores> scores;  ///< of each target

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("rows", self.rows);
    visit("lessons", self.lessons);
    visit("expected", self.expected);
    visit("persistent", self.persistent);
    visit("newest", self.newest);
    visit("scores", self.scores);
  }

  /// Counts that can be, and values that are finite where they are not missing.
  bool state_is_valid() const {
    const auto are_good = [](const std::vector<double>& values) {
      return std::none_of(values.begin(), values.end(), [](double value) { return std::isinf(value); });
    };
    return rows >= 0 && rows <= Fingerprint::most_lines && lessons >= 0 && lessons <= rows &&
           are_good(expected) && are_good(persistent) && are_good(newest);
  }
};

}  // namespace eddy_stream

#pragma once

#include <eddy/core/error.hpp>
#include <eddy/core/finite.hpp>

#include <limits>

namespace eddy {

/// The values that a setting may have, from `low` to `high`, each of which is one of them unless it is said
/// to be open. Infinity as a bound sets none.
struct Range {
  double low = -std::numeric_limits<double>::infinity();  ///< the least
  double high = std::numeric_limits<double>::infinity();  ///< the largest
  bool low_is_open = false;                               ///< whether `low` itself is not allowed
  bool high_is_open = false;                              ///< whether `high` itself is not allowed
};

/// At least `low`.
constexpr Range at_least(double low) { return {.low = low}; }

/// More than `low`, at most `high`.
constexpr Range above(double low, double high = std::numeric_limits<double>::infinity()) {
  return {.low = low, .high = high, .low_is_open = true};
}

/// `low` to `high`, both included.
constexpr Range from_to(double low, double high) { return {.low = low, .high = high}; }

/// At least `low`, less than `high`.
constexpr Range from_below(double low, double high) {
  return {.low = low, .high = high, .high_is_open = true};
}

/// More than `low`, less than `high`.
constexpr Range between(double low, double high) {
  return {.low = low, .high = high, .low_is_open = true, .high_is_open = true};
}

/// Whether a setting lies in its range; what is not finite lies in none.
constexpr bool is_in(const Range& range, double value) {
  return is_finite(value) && (range.low_is_open ? value > range.low : value >= range.low) &&
         (range.high_is_open ? value < range.high : value <= range.high);
}

/// Refuses a setting that is out of its range: "epsilon is 0, expected more than 0".
inline void check_setting(const char* what, double value, const Range& range) {
  if (is_in(range, value)) {
    return;
  }
  const char* const low = range.low_is_open ? "more than " : "at least ";
  const char* const high = range.high_is_open ? "less than " : "at most ";
  if (!is_finite(range.low) && !is_finite(range.high)) {
    fail(what, " is ", value, ", expected a finite number");
  } else if (!is_finite(range.high)) {
    fail(what, " is ", value, ", expected ", low, range.low);
  } else if (!is_finite(range.low)) {
    fail(what, " is ", value, ", expected ", high, range.high);
  } else {
    fail(what, " is ", value, ", expected ", low, range.low, " and ", high, range.high);
  }
}

/// A struct of settings that can be checked.
template <class Settings>
concept ChecksItself = requires(const Settings& settings) {
  settings.check();
};

/// Lets settings check themselves, where they can.
template <class Settings>
void check_settings(const Settings& settings) {
  if constexpr (ChecksItself<Settings>) {
    settings.check();
  }
}

}  // namespace eddy

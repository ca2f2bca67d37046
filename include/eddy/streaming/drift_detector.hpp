#pragma once

#include <eddy/core/error.hpp>
#include <eddy/core/finite.hpp>

#include <concepts>
#include <string>

namespace eddy {

/// What notices that a stream of numbers, usually the losses of a model, is no longer what it was:
/// `update(value)` takes the next, and is true when a change is found; the detector then begins anew.
/// `reset()` forgets the stream. A value that is not finite is passed over.
template <class D>
concept DriftDetector = requires(D& detector, double value) {
  { detector.update(value) } -> std::same_as<bool>;
  detector.reset();
};

/// Which changes of the mean count. For losses it is `up`: a model that got better needs no help.
enum class Change { up, down, any };

/// Whether a step of the mean from `before` to `after` counts.
constexpr bool counts(Change change, double before, double after) {
  return change == Change::any || (change == Change::up ? after > before : after < before);
}

/// Refuses a setting that is not within bounds, themselves excluded.
inline void check_between(const char* what, double value, double low, double high) {
  if (!is_finite(value) || value <= low || value >= high) {
    fail(std::string(what) + " is " + std::to_string(value) + ", expected between " + std::to_string(low) +
         " and " + std::to_string(high));
  }
}

}  // namespace eddy

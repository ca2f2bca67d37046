#pragma once

#include <eddy/core/cxx20.hpp>

#include <concepts>

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

}  // namespace eddy

#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace eddy {

/// What was computed at the latest steps of a stream: a column of `Width` values a step, for the `Length`
/// newest of them. A label that comes late finds there what its prediction was made from.
///
/// Steps are counted from 1, and `reset()` does not turn time back. Throws when it is used after it was moved
/// from, unless both sizes are fixed.
template <class Scalar, int Width = Dynamic, int Length = Dynamic>
class History {
  static constexpr bool inside = Width != Dynamic && Length != Dynamic;

 public:
  using Time = std::int64_t;

  /// Sizes by the type.
  History() requires(Width != Dynamic && Length != Dynamic) : History(Width, Length) {}

  /// Allocates where sizes are known at run time only. Throws if one is below 1, or not what the type fixes.
  History(int width, int length)
      : width_((check_fixed<Width>("the width of a history", width), width)),
        length_((check_fixed<Length>("the length of a history", length), length)),
        columns_(length, width) {}

  /// Throws if it was moved from, and has no memory any more.
  void check_memory() const noexcept(inside) {
    if constexpr (!inside) {
      if (width_ == 0) {
        fail_moved_from("the learner");
      }
    }
  }

  /// How many values are kept of a step.
  int width() const { return width_; }
  int length() const { return length_; }

  /// The newest step; 0 before the first.
  Time time() const { return time_; }

  /// Whether a step is among the newest `length()`, and was taken since the latest reset.
  bool holds(Time step) const {
    check_memory();
    return step > time_ - held_ && step <= time_;
  }

  /// Begins the next step; returns its column, which still has the values of the step that it takes the place
  /// of.
  Scalar* advance() {
    check_memory();
    ++time_;
    held_ = (std::min)(held_ + 1, std::int64_t{length_});
    return column(time_);
  }

  /// The column of a step that is held.
  Scalar* column(Time step) { return columns_.data() + slot(step); }
  const Scalar* column(Time step) const { return columns_.data() + slot(step); }

  /// Forgets all steps; time goes on.
  void reset() { held_ = 0; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    self.check_memory();
    visit("time", self.time_);
    visit("held", self.held_);
    visit("columns", self.columns_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return is_count(time_) && held_ >= 0 && held_ <= (std::min)(time_, Time{length_});
  }

 private:
  Index slot(Time step) const {
    check_memory();
    return static_cast<Index>(step % length_) * width_;
  }

  SizeBeside<inside> width_;
  int length_;
  Time time_ = 0, held_ = 0;
  Storage<Scalar, multiply(Width, Length)> columns_;
};

}  // namespace eddy

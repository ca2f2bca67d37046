#pragma once

#include "reference.hpp"

#include <eddy/update.hpp>

#include <deque>

namespace eddy::properties {

/// What became of a label by the reference, and how many labels with it.
struct Entered {
  UpdateStatus status = UpdateStatus::pending;
  double loss = 0;
  int skipped = 0;
};

/// The books of a stream, or of a batch of streams: its window, and which errors wait, by what the
/// documentation says about them.
class Account {
 public:
  Account(const Specification& specification, int columns, bool batch)
      : specification_(specification),
        batch_(batch),
        slots_(specification.window + (specification.amortized && !batch ? specification.stride : 0)),
        states_(static_cast<std::size_t>(columns), Values(static_cast<std::size_t>(specification.state()))) {}

  std::int64_t time() const { return time_; }
  Values& state(int column) { return states_[static_cast<std::size_t>(column)]; }

  /// Takes a step: `steps` has one for each column.
  void step(std::vector<Step> steps);

  /// Enters the labels of a step, one for each column.
  Entered enter(std::int64_t when, const std::vector<Label>& labels);

  /// Whether it is time for an update.
  bool due() const;

  /// What the update learns from: the gradient, summed over the columns. Nothing waits any more.
  WindowGradient sweep(const Values& now);

  void reset();
  void reset(int column);

  /// The window that ends at the newest step with an error of the latest sweep, for rehearsal.
  std::vector<Step> window_to_keep() const;

 private:
  struct Moment {
    std::vector<Step> columns;
    bool waits = false;
  };

  Moment* find(std::int64_t when);

  Specification specification_;
  bool batch_;
  int slots_;
  std::vector<Values> states_;
  std::deque<Moment> window_;
  std::int64_t time_ = 0, since_reset_ = 0, last_sweep_ = 0, newest_swept_ = 0;
  int lost_ = 0;
};

/// A label as numbers: a masked target has weight 0.
struct Written {
  enum class Kind { usable, missing, not_finite } kind = Kind::usable;
  Values target, weight;
};
Written write(const Label& label, int targets);

}  // namespace eddy::properties

#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>
#include <cstdint>

namespace eddy {

/// The labels of a stream that are known so far, by the steps that they belong to: what an autoregression
/// looks back on. Labels may come late, out of order or not at all; a step without one counts as the step
/// before it.
///
/// Remembers the newest `length` steps. Steps are counted as by the model that they are the labels of.
template <class Scalar>
class PastLabels {
 public:
  static constexpr const char* kind = "PastLabels";
  using Time = std::int64_t;

  /// Throws if the length is below 1.
  explicit PastLabels(int length)
      : length_((check_fixed<Dynamic>("the length of past labels", length), length)), values_(length) {}

  int length() const { return length_; }

  /// Takes the label of a step. One that is not finite, or older than what is remembered, is passed over.
  void partial_fit(Time step, Scalar label) {
    if (!is_finite(label) || step < 1 || (!empty() && step <= newest_ - length_)) {
      return;
    }
    if (empty()) {
      newest_ = oldest_ = step;
    }
    const Scalar last = value(newest_);
    for (Time next = (std::max)(newest_, step - length_) + 1; next <= step; ++next) {
      slot(next) = last;
    }
    newest_ = (std::max)(newest_, step);
    slot(step) = label;
    oldest_ = (std::max)((std::min)(oldest_, step), newest_ - length_ + 1);
  }

  /// Whether there was no label yet.
  bool empty() const { return newest_ == 0; }

  /// The newest step with a label; 0 before the first.
  Time newest() const { return newest_; }

  /// The label of a step; of the oldest or the newest that is known, if it lies beyond. Zero before the first
  /// label.
  Scalar at(Time step) const { return empty() ? Scalar(0) : value(std::clamp(step, oldest_, newest_)); }

  /// The newest label that is known of a whole number of seasons before a step; the newest of all where none
  /// is.
  Scalar season_before(Time step, int season) const {
    const Time seasons = (step - newest_ + season - 1) / season;
    const Time found = step - (std::max)(seasons, Time{1}) * season;
    return found >= oldest_ ? at(found) : at(newest_);
  }

  /// Forgets all labels.
  void reset() { newest_ = oldest_ = 0; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("newest", self.newest_);
    visit("oldest", self.oldest_);
    visit("values", self.values_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return empty() ? oldest_ == 0
                   : is_count(newest_) && oldest_ <= newest_ &&
                         oldest_ >= (std::max)(Time{1}, newest_ - length_ + 1);
  }

 private:
  Scalar& slot(Time step) { return values_.data()[step % length_]; }
  const Scalar& value(Time step) const { return values_.data()[step % length_]; }

  int length_;
  Time newest_ = 0, oldest_ = 0;
  Storage<Scalar, Dynamic> values_;
};

}  // namespace eddy

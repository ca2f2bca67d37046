#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eddy {

/// Settings of `QuantileTracker`.
struct QuantileTrackerOptions {
  double quantile = 0.9;     ///< the share of numbers that are to be below
  double rate = 0.05;        ///< of a step, in units of the numbers' scale
  double forgetting = 0.01;  ///< of the scale: each number weighs 1 − `forgetting` times what the next weighs

  /// Throws unless all are in range.
  void check() const {
    check_setting("quantile", quantile, between(0, 1));
    check_setting("rate", rate, between(0, 1));
    check_setting("forgetting", forgetting, between(0, 1));
  }
};

/// Follows a quantile of a stream of numbers, in constant memory: stochastic descent on the quantile loss
/// (Koenker & Bassett 1978, doi:10.2307/1913643),
///
///   q ← q + η s (τ − 1{x ≤ q})    s ← s + φ (|x − q| − s),
///
/// where the step is proportional to a scale s of the numbers, so that η fits any unit (as in the "quantile
/// tracking" of Angelopoulos, Candès & Tibshirani 2023, arXiv:2307.16895). While s stays, the share below, of
/// any T numbers in a row, is off τ by |q_T − q_0| / (T η s), whatever the numbers do. The scale learns from
/// x as `UsualValues` bounds it, so that one huge number, be it the first, moves q no further than another.
class QuantileTracker {
 public:
  static constexpr const char* kind = "QuantileTracker";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit QuantileTracker(QuantileTrackerOptions options = {}) : options_((options.check(), options)) {}

  /// Takes one number in; one that is not finite is skipped and counted.
  void add(double number) {
    if (!is_finite(number)) {
      ++skipped_;
      return;
    }
    const double bounded = usual_.add(number);
    if (usual_.has_all()) {
      count_ = 0;
      for (int i = 0; i < usual_.count(); ++i) {
        learn(usual_.bounded(i), usual_.bounded(i));
      }
    } else {
      learn(number, bounded);
    }
  }

  /// The quantile; NaN before the first number.
  double value() const { return count_ == 0 ? not_a_number<double> : value_; }

  std::int64_t count() const { return count_; }      ///< numbers so far
  std::int64_t skipped() const { return skipped_; }  ///< numbers that were not finite

  void reset() {
    value_ = scale_ = 0;
    usual_.reset();
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("value", self.value_);
    visit("scale", self.scale_);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_) && is_count(skipped_); }

 private:
  void learn(double number, double bounded) {
    ++count_;
    if (count_ == 1) {
      value_ = bounded;
      scale_ = 0;
      return;
    }
    // At first a mean of all, so that the scale of the first few numbers is not too small.
    const double share = (std::max)(options_.forgetting, 1 / static_cast<double>(count_ - 1));
    const bool below = number <= value_;
    scale_ += share * (std::abs(bounded - value_) - scale_);
    value_ += options_.rate * scale_ * (options_.quantile - (below ? 1 : 0));
  }

  QuantileTrackerOptions options_;
  UsualValues<> usual_;
  double value_ = 0, scale_ = 0;
  std::int64_t count_ = 0, skipped_ = 0;
};

}  // namespace eddy

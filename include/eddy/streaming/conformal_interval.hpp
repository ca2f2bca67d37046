#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/history.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/interval.hpp>
#include <eddy/streaming/ordered_window.hpp>
#include <eddy/target.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace eddy {

/// Settings of `ConformalInterval`.
template <int Window, int Delay>
struct ConformalIntervalOptions {
  double coverage = 0.9;               ///< the share of labels that are to be within
  double rate = 0.02;                  ///< how fast the level adapts; 0: not at all
  int window = fixed_or(Window, 500);  ///< of how many errors the quantile is taken
  int delay = fixed_or(Delay, 64);     ///< how many of the newest steps wait for their labels

  /// Throws unless all are in range, and the sizes are what the type fixes.
  void check() const {
    check_fixed<Window>("window", window);
    check_fixed<Delay>("delay", delay);
    check_setting("coverage", coverage, between(0, 1));
    check_setting("rate", rate, from_to(0, 1));
    check_setting("delay", delay, at_least(1));
    check_setting("window", window, at_least((std::max)(1.0, least_window())));
  }

  /// So many errors it takes to tell where a share `coverage` of them ends: 9 for 0.9.
  double least_window() const {
    return std::ceil((1 / (1 - coverage) - 1) * (1 - 1e-9));
  }  // apart from rounding
};

/// An interval around any prediction of a number that covers its label as often as asked: adaptive conformal
/// inference (Gibbs & Candès 2021, arXiv:2106.00170). The radius is the quantile at 1 − α of the newest
/// absolute errors, those of a split conformal interval; the level α follows what happens,
///
///   α ← α + γ (1 − coverage − miss),    miss = 1 if the label was outside, else 0.
///
/// Whatever the stream does, of T labels in a row the share that was covered is off by at most
/// (1 + γ) / (γ T), if the interval is infinite where α ≤ 0 (their proposition 4.1). Here it stays finite:
/// below what the errors at hand can tell, the radius is the largest of them, but at most twice the second
/// largest, nearly doubled by each further miss in a row. The bound then has γ (1 + log₂ r) in the place of
/// the upper γ, where no error is more than r times the second largest in the window before it. Late labels,
/// which miss many times before the first is known, add what they miss. Until there are
/// (1 − coverage)⁻¹ − 1 errors, the interval is infinite; a window of fewer is refused.
///
/// The verbs are those of a model: `step(prediction)` gives the interval, `partial_fit(at(t), y)` learns from
/// a label, late or not, against the interval that was given then.
template <int Window = Dynamic, int Delay = Dynamic>
class ConformalInterval {
 public:
  static constexpr const char* kind = "ConformalInterval";
  using Time = std::int64_t;
  using Options = ConformalIntervalOptions<Window, Delay>;

  /// Allocates where sizes are known at run time only. Throws `std::invalid_argument` if a setting is out of
  /// range.
  explicit ConformalInterval(Options options = {})
      : options_((options.check(), options)),
        errors_(options.window),
        given_(given_values, options.delay),
        level_(1 - options.coverage) {}

  /// The interval around the prediction of the next step, which is kept for its label.
  Interval step(double prediction) {
    const double now = radius();
    double* const given = given_.advance();
    given[0] = prediction;
    given[1] = now;
    given[2] = 0;
    return interval_around(prediction, now);
  }

  /// What `step(prediction)` would return; changes nothing.
  Interval predict(double prediction) const {
    const double now = radius();
    return interval_around(prediction, now);
  }

  /// Learns from the label of a step; returns whether its interval covered it. What is no label (its step has
  /// had one, or is not among the newest `delay`; it or the prediction is not finite) is skipped and counted,
  /// and returns false.
  bool partial_fit(At when, double truth) {
    double* const given = given_.holds(when.step) ? given_.column(when.step) : nullptr;
    if (!given || given[2] != 0 || !is_finite(truth) || !is_finite(given[0])) {
      ++skipped_;
      return false;
    }
    given[2] = 1;
    lateness_ = time() - when.step + 1;
    const double error = (std::min)(std::abs(truth - given[0]), largest);
    const bool covered = !is_finite(given[1]) || error <= given[1];
    ++count_;
    covered_ += covered;
    level_ += options_.rate * ((1 - options_.coverage) - (covered ? 0 : 1));
    errors_.add(error);
    return covered;
  }
  /// Learns from the label of the newest step; returns whether the interval covered it.
  bool partial_fit(double truth) { return partial_fit(at(time()), truth); }

  /// Half the width that the next interval will have.
  double radius() const {
    const int errors = errors_.size();
    if (errors < options_.least_window()) {
      return std::numeric_limits<double>::infinity();
    }
    const double least = 1.0 / (errors + 1);  // the lowest level that so many errors can tell
    if (level_ < least * (1 - 1e-9)) {        // up to rounding
      const double top = errors < 2 ? errors_[0] : (std::min)(errors_[errors - 1], 2 * errors_[errors - 2]),
                   doublings = (least - level_) / (options_.rate * static_cast<double>(lateness_));
      return (std::min)(top * std::exp2((std::min)(doublings, 1000.0)), largest);
    }
    // The smallest error such that a share 1 − α of them and of the one to come is not above it.
    const double rank = std::ceil((1 - level_) * (errors + 1));
    return rank < 1 ? 0 : errors_[(std::min)(static_cast<int>(rank), errors) - 1];
  }

  /// The share of labels that were covered so far; NaN before the first.
  double coverage() const {
    return count_ == 0 ? not_a_number<double> : static_cast<double>(covered_) / static_cast<double>(count_);
  }

  /// α, the share of misses that the radius is made for: that which was asked for, when errors stay alike.
  double level() const { return level_; }

  Time time() const { return given_.time(); }
  std::int64_t count() const { return count_; }      ///< labels learned from
  std::int64_t skipped() const { return skipped_; }  ///< labels that could not be

  /// Forgets the intervals that wait for their labels; keeps what was learned, and time goes on.
  void reset() { given_.reset(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("errors", self.errors_);
    visit("given", self.given_);
    visit("level", self.level_);
    visit("count", self.count_);
    visit("covered", self.covered_);
    visit("skipped", self.skipped_);
    visit("lateness", self.lateness_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return is_finite(level_) && is_count(count_) && covered_ >= 0 && covered_ <= count_ &&
           is_count(skipped_) && lateness_ >= 1 && is_count(lateness_);
  }

 private:
  static constexpr double largest = (std::numeric_limits<double>::max)();
  static constexpr int given_values = 3;  ///< of a step: prediction, radius, whether its label has come

  Options options_;
  OrderedWindow<Window> errors_;
  History<double, given_values, Delay> given_;
  double level_;
  std::int64_t count_ = 0, covered_ = 0, skipped_ = 0;
  std::int64_t lateness_ = 1;  ///< how many intervals were given from that of the newest label on
};

}  // namespace eddy

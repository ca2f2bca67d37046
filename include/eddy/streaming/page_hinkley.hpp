#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/drift_detector.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eddy {

/// Settings of `PageHinkley`. Tolerance and threshold are in standard deviations of the values.
struct PageHinkleyOptions {
  double tolerance = 0.25;  ///< how much of a change is borne; finds changes of over twice that the fastest
  double threshold = 25;    ///< how much beyond that adds up before it is called a change
  int warm_up = 30;         ///< values after which the first change can be found
  Change change = Change::up;  ///< in which direction a change counts

  /// Throws unless all are in range.
  void check() const {
    check_setting("tolerance", tolerance, from_to(0, 1e9));
    check_setting("threshold", threshold, between(0, 1e9));
    check_setting("warm_up", warm_up, at_least(2));
  }
};

/// Finds a change of the mean by sums of deviations that go on in one direction (Page 1954,
/// doi:10.2307/2333009; Hinkley 1971, doi:10.1093/biomet/58.3.509):
///
///   S ← max(0, S + (x − μ)/σ − δ),    a change if S > λ,
///
/// and the same downwards; μ and σ are mean and standard deviation of all values since the latest change, so
/// that tolerance δ and threshold λ fit values of any unit. Without a change, normal values that are
/// independent of each other raise a false alarm about every (exp(2δh) − 2δh − 1) / (2δ²) values, h = λ
/// + 1.166, and a change of the mean by Δ standard deviations is found after about h / (Δ − δ) (Siegmund
/// 1985, doi:10.1007/978-1-4757-1862-1): for the defaults four million, and 34 for Δ = 1. Values with heavy
/// tails, or that hang together, as losses may, need a higher threshold. A value counts as `UsualValues`
/// bounds it, in S as in μ and σ: one of 1e160 neither is a change nor hides the next.
class PageHinkley {
 public:
  static constexpr const char* kind = "PageHinkley";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit PageHinkley(PageHinkleyOptions options = {}) : options_((options.check(), options)) {}

  /// Takes the next value; true if a change is found.
  bool update(double value) {
    if (!is_finite(value)) {
      return false;
    }
    value = usual_.add(value);
    if (count_ >= options_.warm_up && squares_ > 0) {
      const double deviation = (value - mean_) / std::sqrt(squares_ / static_cast<double>(count_));
      up_ = (std::max)(0.0, up_ + deviation - options_.tolerance);
      down_ = (std::max)(0.0, down_ - deviation - options_.tolerance);
      const bool rose = up_ > options_.threshold, fell = down_ > options_.threshold;
      if (rose || fell) {
        reset();
        return counts(options_.change, 0, rose ? 1 : -1);
      }
    }
    if (usual_.has_all()) {
      count_ = 0;
      mean_ = squares_ = 0;
      for (int i = 0; i < usual_.count(); ++i) {
        learn(usual_.bounded(i));
      }
    } else {
      learn(value);
    }
    return false;
  }

  /// The mean since the latest change.
  double mean() const { return mean_; }

  void reset() {
    count_ = 0;
    mean_ = squares_ = up_ = down_ = 0;
    usual_.reset();
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("count", self.count_);
    visit("mean", self.mean_);
    visit("squares", self.squares_);
    visit("up", self.up_);
    visit("down", self.down_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_); }

 private:
  void learn(double value) {
    ++count_;
    const double before = value - mean_;
    mean_ += before / static_cast<double>(count_);
    squares_ += before * (value - mean_);
  }

  PageHinkleyOptions options_;
  UsualValues<> usual_;
  std::int64_t count_ = 0;
  double mean_ = 0, squares_ = 0;  ///< and the sum of squared deviations from it
  double up_ = 0, down_ = 0;       ///< S, upwards and downwards
};

}  // namespace eddy

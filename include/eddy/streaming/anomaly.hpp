#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace eddy {

/// Settings of `AnomalyScore`.
struct AnomalyScoreOptions {
  double forgetting = 0.001;  ///< of mean and deviation: each error weighs 1 − `forgetting` times the next
  double smoothing = 0;       ///< what an error keeps of those before it; 0: each is judged by itself
  double limit = 4;           ///< deviations to which an error counts at most in mean and deviation
  int warm_up = 100;          ///< errors before the first score

  /// Throws unless all are in range.
  void check() const {
    check_setting("forgetting", forgetting, from_below(0, 1));
    check_setting("smoothing", smoothing, from_below(0, 1));
    check_setting("limit", limit, from_to(1, 1e6));
    check_setting("warm_up", warm_up, at_least(1));
  }
};

/// How unusual the newest error of a prediction is among those before it, in standard deviations:
///
///   a ← s a + (1 − s) e,    z = (a − μ) / σ,    then μ and σ learn from a.
///
/// With smoothing s it is a run of errors that counts, as in the anomaly likelihood of Ahmad, Lavin, Purdy &
/// Agha 2017 (doi:10.1016/j.neucom.2017.04.070), whose windows are exponential here. An error beyond the
/// limit moves μ and σ as one at the limit would, so that an anomaly does not hide the next; what lasts
/// becomes usual all the same. During the warm-up, while σ is 0, and in a, errors are held to what
/// `UsualValues` allows, so that one huge error, be it the first, neither hides the next nor lingers.
///
/// While 2 / (n + 1) is more than the forgetting, the n-th error weighs in by that: the first few, of a model
/// that knows nothing yet, soon count for nothing.
///
/// Give it absolute errors, if it is size that matters, or signed ones. An error that is not finite is passed
/// over: its score is 0.
class AnomalyScore {
 public:
  static constexpr const char* kind = "AnomalyScore";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit AnomalyScore(AnomalyScoreOptions options = {}) : options_((options.check(), options)) {}

  /// The score of the next error, from which it then learns; 0 during the warm-up, and while no error has
  /// differed from another.
  double update(double error) {
    score_ = 0;
    if (!is_finite(error)) {
      return score_;
    }
    const bool judged = count_ >= options_.warm_up && variance_ > 0;
    if (judged) {
      constexpr double most = (std::numeric_limits<double>::max)();
      score_ = std::clamp((smoothed(error) - mean_) / std::sqrt(variance_), -most, most);
    }
    const double bounded = usual_.add(error);
    if (usual_.has_all()) {
      count_ = 0;
      recent_ = mean_ = variance_ = 0;
      for (int i = 0; i < usual_.count(); ++i) {
        learn(usual_.bounded(i));
      }
    } else {
      learn(judged && options_.smoothing == 0 ? error : bounded);
    }
    return score_;
  }

  /// The newest score; 0 before the first, and where `update` says 0.
  double score() const { return score_; }
  /// How likely a score at least as large would be if errors were normal, ½ erfc(z / √2); ½ where the score
  /// is 0. Errors of most streams have heavier tails: take it for an order of scores, not for a rate of
  /// alarms.
  double probability() const { return std::erfc(score_ / std::numbers::sqrt2) / 2; }

  /// The mean of the errors.
  double mean() const { return mean_; }
  /// The standard deviation of the errors.
  double deviation() const { return std::sqrt(variance_); }
  /// How many errors it has seen.
  std::int64_t count() const { return count_; }

  void reset() {
    count_ = 0;
    recent_ = mean_ = variance_ = score_ = 0;
    usual_.reset();
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("count", self.count_);
    visit("recent", self.recent_);
    visit("mean", self.mean_);
    visit("variance", self.variance_);
    visit("score", self.score_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_); }

 private:
  double smoothed(double error) const {
    return count_ == 0 ? error : options_.smoothing * recent_ + (1 - options_.smoothing) * error;
  }

  void learn(double error) {
    recent_ = smoothed(error);
    ++count_;
    double value = recent_;
    if (count_ > options_.warm_up && variance_ > 0) {
      const double reach = options_.limit * std::sqrt(variance_);
      value = std::clamp(value, mean_ - reach, mean_ + reach);
    }
    const double rate = (std::max)(options_.forgetting, 2 / static_cast<double>(count_ + 1)),
                 difference = value - mean_;
    mean_ += rate * difference;
    variance_ = (1 - rate) * (variance_ + rate * difference * difference);
  }

  AnomalyScoreOptions options_;
  UsualValues<> usual_;
  std::int64_t count_ = 0;
  double recent_ = 0, mean_ = 0, variance_ = 0, score_ = 0;
};

}  // namespace eddy

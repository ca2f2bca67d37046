#pragma once

#include <eddy/core/kind.hpp>
#include <eddy/streaming/metric.hpp>

#include <cmath>

namespace eddy {

/// Whether sums of such a number, or of one so much smaller, stay finite, as many as there may be.
inline bool can_be_summed(double value) { return is_finite(value) && std::abs(value) <= 1e280; }

/// The mean of one number a pair, which most metrics are: `Term::of(truth, prediction)`, NaN where the metric
/// is not defined; `Term::value(mean)` makes the metric of the mean.
template <class Term>
struct MeanOf {
  static constexpr const char* kind = "MeanOf";
  using KindParts = Types<Term>;
  double weight = 0, sum = 0;

  template <class Truth, class Prediction>
  static MeanOf of(const Truth& truth, const Prediction& prediction) requires requires {
    Term::of(truth, prediction);
  }
  {
    const double term = Term::of(truth, prediction);
    return can_be_summed(term) ? MeanOf{1, term} : MeanOf{};
  }
  void merge(const MeanOf& other) {
    weight += other.weight;
    sum += other.sum;
  }
  void fade(double factor) {
    weight *= factor;
    sum *= factor;
  }
  double value() const { return Term::value(sum / weight); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("weight", self.weight);
    visit("sum", self.sum);
  }
};

/// |y − p|.
struct AbsoluteError {
  static constexpr const char* kind = "AbsoluteError";
  static double of(double truth, double prediction) { return std::abs(truth - prediction); }
  static double value(double mean) { return mean; }
};

/// (y − p)², of whose mean the root is taken.
struct RootSquaredError {
  static constexpr const char* kind = "RootSquaredError";
  static double of(double truth, double prediction) { return (truth - prediction) * (truth - prediction); }
  static double value(double mean) { return std::sqrt(mean); }
};

/// |y − p| / |y|; not defined for y = 0.
struct RelativeError {
  static constexpr const char* kind = "RelativeError";
  static double of(double truth, double prediction) {
    return truth == 0 ? not_a_number<double> : std::abs((truth - prediction) / truth);
  }
  static double value(double mean) { return mean; }
};

/// 2 |y − p| / (|y| + |p|), from 0 to 2; 0 if both are 0.
struct SymmetricRelativeError {
  static constexpr const char* kind = "SymmetricRelativeError";
  static double of(double truth, double prediction) {
    const double size = std::abs(truth) + std::abs(prediction);
    return size == 0 ? 0 : 2 * std::abs(truth - prediction) / size;
  }
  static double value(double mean) { return mean; }
};

/// Squared errors beside the squared deviations of the truth from its mean, merged without cancellation
/// (Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115). `Term::value(squared error, squared
/// deviation)` makes the metric of the two means; NaN while the truth has not varied.
template <class Term>
struct ErrorBesideSpread {
  static constexpr const char* kind = "ErrorBesideSpread";
  using KindParts = Types<Term>;
  double weight = 0, mean = 0, deviation = 0, error = 0;

  static ErrorBesideSpread of(double truth, double prediction) {
    const double squared = (truth - prediction) * (truth - prediction);
    return can_be_summed(squared) && can_be_summed(truth * truth) ? ErrorBesideSpread{1, truth, 0, squared}
                                                                  : ErrorBesideSpread{};
  }
  void merge(const ErrorBesideSpread& other) {
    const double both = weight + other.weight;
    if (both == 0) {
      return;
    }
    const double between = other.mean - mean, share = other.weight / both;
    mean += between * share;
    deviation += other.deviation + between * between * weight * share;
    error += other.error;
    weight = both;
  }
  void fade(double factor) {
    weight *= factor;
    deviation *= factor;
    error *= factor;
  }
  double value() const {
    return deviation > 0 ? Term::value(error / weight, deviation / weight) : not_a_number<double>;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("weight", self.weight);
    visit("mean", self.mean);
    visit("deviation", self.deviation);
    visit("error", self.error);
  }
};

/// √(error / spread).
struct ErrorOverSpread {
  static constexpr const char* kind = "ErrorOverSpread";
  static double value(double error, double spread) { return std::sqrt(error / spread); }
};

/// 1 − error / spread.
struct ExplainedSpread {
  static constexpr const char* kind = "ExplainedSpread";
  static double value(double error, double spread) { return 1 - error / spread; }
};

/// The mean absolute error.
using Mae = Metric<MeanOf<AbsoluteError>>;

/// The root of the mean squared error.
using Rmse = Metric<MeanOf<RootSquaredError>>;

/// The root of the mean squared error over the standard deviation of the truth, both of the same pairs: 1 is
/// as good as their mean would have been.
using Nrmse = Metric<ErrorBesideSpread<ErrorOverSpread>>;

/// The mean absolute error relative to the truth, 0.1 for 10%. Pairs whose truth is 0 are skipped.
using Mape = Metric<MeanOf<RelativeError>>;

/// The same relative to the mean of truth and prediction, from 0 to 2 (Makridakis 1993,
/// doi:10.1016/0169-2070(93)90079-3).
using Smape = Metric<MeanOf<SymmetricRelativeError>>;

/// The share of the truth's variance that is explained, 1 − NRMSE².
using RSquared = Metric<ErrorBesideSpread<ExplainedSpread>>;

}  // namespace eddy

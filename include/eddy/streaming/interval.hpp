#pragma once

#include <eddy/core/error.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/setting.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace eddy {

/// The numbers from `lower` to `upper`, both included.
struct Interval {
  double lower, upper;  ///< its ends

  /// Whether a value lies in it, ends included.
  bool covers(double value) const { return lower <= value && value <= upper; }
  /// From end to end.
  double width() const { return upper - lower; }
};

/// The numbers within a radius; its ends are finite where centre and radius are.
inline Interval interval_around(double centre, double radius) {
  constexpr double most = (std::numeric_limits<double>::max)();
  return is_finite(centre) && is_finite(radius)
             ? Interval{(std::max)(centre - radius, -most), (std::min)(centre + radius, most)}
             : Interval{centre - radius, centre + radius};
}

/// How many standard deviations to either side of its mean cover that share of a normal distribution: 1.96
/// for 0.95. Some ten evaluations of erfc; throws unless the share is between 0 and 1.
inline double normal_deviations(double coverage) {
  check_setting("coverage", coverage, between(0, 1));
  // Newton's method on log erfc(x) = log(1 − coverage), which is concave: it overshoots once, and then comes
  // back without passing the root.
  const double target = std::log1p(-coverage);
  double x = 0;
  for (int i = 0; i < 50; ++i) {
    const double tail = std::erfc(x), slope = -2 / std::sqrt(std::numbers::pi) * std::exp(-x * x) / tail,
                 step = (target - std::log(tail)) / slope;
    x += step;
    if (std::abs(step) <= 1e-15 * x) {
      break;
    }
  }
  return std::numbers::sqrt2 * x;
}

/// What covers that share of a normal distribution, as a model with `GaussianLoss` predicts it: by its output
/// for the mean and its output for the log-variance. `normal_deviations` of the share, once, will do for all.
/// Its ends are finite where both outputs are; NaN where one is NaN.
inline Interval normal_interval(double mean, double log_variance, double deviations) {
  constexpr double most = 1400;  // exp(700) is near the largest number
  return interval_around(mean, deviations * std::exp((log_variance > most ? most : log_variance) / 2));
}

}  // namespace eddy

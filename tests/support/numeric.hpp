#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/shape.hpp>

#include <algorithm>
#include <cmath>

namespace eddy::testing {

/// Central differences of `function` at `point`, with the step that balances truncation (h²) and rounding
/// (ε/h) in double.
template <class Function>
Vector<double> numeric_gradient(Function&& function, Vector<double> point) {
  constexpr double h = 1e-5;
  Vector<double> gradient(point.size());
  for (Index i = 0; i < point.size(); ++i) {
    const double value = point(i);
    point(i) = value + h;
    const double above = function(point);
    point(i) = value - h;
    const double below = function(point);
    point(i) = value;
    gradient(i) = (above - below) / (2 * h);
  }
  return gradient;
}

/// The largest difference, each relative to the larger of 1 and the value expected.
template <class Actual, class Expected>
double worst_error(const Actual& actual, const Expected& expected) {
  double worst = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    const double a = static_cast<double>(actual.derived().reshaped()(i)),
                 e = static_cast<double>(expected.derived().reshaped()(i));
    const double error = std::abs(a - e) / (std::max)(1.0, std::abs(e));
    worst = error > worst || is_nan(error) ? error : worst;
  }
  return actual.size() == expected.size() ? worst : HUGE_VAL;
}

/// Whether all values are finite, or none is a number; under `-ffast-math`, too.
template <class Values>
bool all_are_finite(const Eigen::DenseBase<Values>& values) {
  const Vector<typename Values::Scalar> copy = values.reshaped();
  return all_finite(copy.data(), copy.size());
}
template <class Values>
bool all_are_nan(const Eigen::DenseBase<Values>& values) {
  const Vector<typename Values::Scalar> copy = values.reshaped();
  return std::all_of(copy.begin(), copy.end(), [](auto value) { return is_nan(value); });
}

}  // namespace eddy::testing

#pragma once
// The forecasts a network has to beat: the last value, the value a season ago, and an online autoregression.

#include <eddy/heads/recursive_least_squares.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace forecast {

/// The newest of the values that lie a whole number of seasons before row `now + horizon`; NaN where there is
/// none.
inline double seasonal_naive(const std::vector<double>& series, std::size_t now, std::size_t horizon,
                             std::size_t season) {
  const std::size_t behind = (horizon + season - 1) / season * season;
  return now + horizon >= behind ? series[now + horizon - behind] : std::numeric_limits<double>::quiet_NaN();
}

/// Online autoregression: the value `horizon` rows ahead from the last `lags` values and further regressors
/// known now, by recursive least squares.
///
/// It learns the weights for exactly that horizon, from each value as it comes and from what was known
/// `horizon` rows before.
class Autoregression {
 public:
  Autoregression(std::size_t lags, std::size_t regressors, std::size_t horizon, double forgetting = 0.999,
                 double ridge = 1e-3)
      : lags_(static_cast<Eigen::Index>(lags)),
        horizon_(static_cast<std::int64_t>(horizon)),
        regression_(static_cast<int>(lags + regressors), 1,
                    {.forgetting = forgetting, .ridge = ridge, .window = static_cast<int>(horizon)}),
        x_(regression_.inputs()) {}

  /// Learns from series[now], then predicts series[now + horizon]. Before the first value the series is taken
  /// to be constant.
  template <class Regressors>
  double step(const std::vector<double>& series, std::size_t now, const Regressors& regressors) {
    if (regression_.time() >= horizon_)
      regression_.partial_fit(eddy::at(regression_.time() - horizon_ + 1), series[now]);
    for (Eigen::Index lag = 0; lag < lags_; ++lag)
      x_[lag] = series[now - (std::min)(static_cast<std::size_t>(lag), now)];
    x_.tail(regressors.size()) = regressors.template cast<double>();
    return regression_.step(x_)[0];
  }

 private:
  Eigen::Index lags_;
  std::int64_t horizon_;
  eddy::RecursiveLeastSquares<double> regression_;
  Eigen::VectorXd x_;
};

}  // namespace forecast

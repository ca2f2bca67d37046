#pragma once
// The forecasts a network has to beat: the last value, the value a season ago, and an online autoregression.

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <vector>

namespace forecast {

/// Linear regression by recursive least squares with forgetting λ, in the square-root form of Potter.
///
/// P = S Sᵀ is the inverse of the weighted correlation of the inputs, and stays positive definite because
/// only S is kept:
///   f = Sᵀx;  a = 1/(λ + f·f);  k = a S f;  w += k e;  S −= k fᵀ / (1 + √(aλ));  S /= √λ
/// (Potter 1963, as in Bierman 1977, "Factorization Methods for Discrete Sequential Estimation").
/// Where inputs stop varying, forgetting would let P grow without bound: it pauses while the trace of P is
/// above its initial value. O(n²) a sample.
class RecursiveLeastSquares {
 public:
  explicit RecursiveLeastSquares(Eigen::Index inputs, double forgetting = 0.999,
                                 double initial_variance = 1e3)
      : forgetting_(forgetting),
        trace_limit_(initial_variance * static_cast<double>(inputs)),
        weights_(Eigen::VectorXd::Zero(inputs)),
        root_(std::sqrt(initial_variance) * Eigen::MatrixXd::Identity(inputs, inputs)) {}

  [[nodiscard]] double predict(const Eigen::VectorXd& x) const { return weights_.dot(x); }

  void learn(const Eigen::VectorXd& x, double y) {
    const double error = y - predict(x);
    const Eigen::VectorXd f = root_.transpose() * x;
    const double a = 1 / (forgetting_ + f.squaredNorm());
    const Eigen::VectorXd k = a * (root_ * f);
    weights_ += k * error;
    root_.noalias() -= (k / (1 + std::sqrt(a * forgetting_))) * f.transpose();
    if (root_.squaredNorm() < trace_limit_) root_ /= std::sqrt(forgetting_);
  }

  [[nodiscard]] const Eigen::VectorXd& weights() const { return weights_; }

 private:
  double forgetting_, trace_limit_;
  Eigen::VectorXd weights_;
  Eigen::MatrixXd root_;
};

/// The newest of the values that lie a whole number of seasons before row `now + horizon`; NaN where there is
/// none.
inline double seasonal_naive(const std::vector<double>& series, std::size_t now, std::size_t horizon,
                             std::size_t season) {
  const std::size_t behind = (horizon + season - 1) / season * season;
  return now + horizon >= behind ? series[now + horizon - behind] : std::numeric_limits<double>::quiet_NaN();
}

/// Online autoregression: the value `horizon` rows ahead from 1, the last `lags` values, and further
/// regressors known now.
///
/// It learns the weights for exactly that horizon, from each value as it comes and from what was known
/// `horizon` rows before.
class Autoregression {
 public:
  Autoregression(std::size_t lags, std::size_t regressors, std::size_t horizon, double forgetting = 0.999)
      : lags_(lags),
        horizon_(horizon),
        regression_(static_cast<Eigen::Index>(1 + lags + regressors), forgetting) {}

  /// Learns from series[now], then predicts series[now + horizon]. Before the first value the series is taken
  /// to be constant.
  template <class Regressors>
  double step(const std::vector<double>& series, std::size_t now, const Regressors& regressors) {
    if (waiting_.size() == horizon_) {
      regression_.learn(waiting_.front(), series[now]);
      waiting_.pop_front();
    }
    const auto lags = static_cast<Eigen::Index>(lags_);
    Eigen::VectorXd x(1 + lags + regressors.size());
    x[0] = 1;
    for (std::size_t lag = 0; lag < lags_; ++lag)
      x[1 + static_cast<Eigen::Index>(lag)] = series[now - (std::min)(lag, now)];
    x.tail(regressors.size()) = regressors.template cast<double>();
    waiting_.push_back(x);
    return regression_.predict(x);
  }

 private:
  std::size_t lags_, horizon_;
  RecursiveLeastSquares regression_;
  std::deque<Eigen::VectorXd> waiting_;
};

}  // namespace forecast

#pragma once
// The simple forecasts that run beside the network, on the same rows, under the same rules.

#include "baselines.hpp"
#include "calendar.hpp"
#include "options.hpp"
#include "series.hpp"
#include "track.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <string>
#include <vector>

namespace forecast {

/// Persistence, seasonal naive, and online autoregressions: alone, with the weekday, and with all that the
/// network is given.
class Rivals {
 public:
  Rivals(const Series& series, const Options& options, std::size_t network_inputs)
      : series_(series),
        options_(options),
        plain_(options.lags, 0, options.horizon),
        with_weekday_(options.lags, 7, options.horizon),
        with_inputs_(options.lags, network_inputs, options.horizon),
        daily_(series.has_times() && series.cadence() <= std::chrono::days(1)) {}

  [[nodiscard]] std::vector<std::string> names() const {
    const std::string ar = "AR(" + std::to_string(options_.lags) + ")";
    std::vector<std::string> names{"persistence", "seasonal naive", ar};
    if (daily_) names.push_back(ar + " + weekday");
    names.push_back(ar + " + inputs");
    return names;
  }

  /// Learns from the value of row `now`, and notes predictions for `horizon` rows later in `tracks`, in the
  /// order of names().
  void predict(std::size_t now, const Eigen::VectorXf& network_input, Track* tracks) {
    const std::size_t then = now + options_.horizon;
    const std::vector<double>& y = series_.target;
    (tracks++)->predict(then, y[now]);
    (tracks++)->predict(then, seasonal_naive(y, now, options_.horizon, options_.season));
    (tracks++)->predict(then, plain_.step(y, now, Eigen::VectorXd()));
    if (daily_)
      (tracks++)->predict(then,
                          with_weekday_.step(y, now, Eigen::VectorXd::Unit(7, weekday(series_.time(then)))));
    tracks->predict(then, with_inputs_.step(y, now, network_input));
  }

 private:
  const Series& series_;
  const Options& options_;
  Autoregression plain_, with_weekday_, with_inputs_;
  bool daily_;
};

}  // namespace forecast

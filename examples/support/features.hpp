#pragma once
// What the network is told about a row that has yet to come.

#include "baselines.hpp"
#include "calendar.hpp"
#include "running_scaler.hpp"
#include "series.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace forecast {

/// The inputs of the network: at row `now`, for the target of row `now + horizon`. Only rows up to `now` are
/// looked at, by the running scaler too; of the future, only its date.
///
///   the target now, and when the season was last where it will be then
///   how unusual the same date was a year before, and the same weekday 52 weeks before: where holidays show
///   the other columns now
///   the calendar of the row to predict
class Features {
 public:
  Features(const Series& series, std::size_t horizon, std::size_t season)
      : series_(series),
        horizon_(horizon),
        season_(season),
        side_columns_(series.input_names.size()),
        measured_(2 + (series.has_times() ? 2 : 0) + side_columns_),
        scaler_(static_cast<Eigen::Index>(measured_)) {
    if (series.has_times()) calendar_.emplace(series.cadence());
  }

  [[nodiscard]] std::size_t size() const { return measured_ + (calendar_ ? calendar_->size() : 0); }

  /// Rows are to be asked for in their order, each once.
  Eigen::VectorXf at(std::size_t now) {
    const std::size_t then = now + horizon_;
    values_ = {series_.target[now], seasonal_naive(series_.target, now, horizon_, season_)};
    if (calendar_) {
      const auto [same_date, same_weekday] = a_year_before(series_.time(then));
      values_.push_back(unusual(same_date, now));
      values_.push_back(unusual(same_weekday, now));
    }
    values_.insert(values_.end(), series_.inputs[now].begin(), series_.inputs[now].end());
    scaler_.observe(
        Eigen::Map<const Eigen::VectorXd>(values_.data(), static_cast<Eigen::Index>(values_.size())));
    for (std::size_t i = 0; i < measured_; ++i)
      values_[i] = scaler_.scale(values_[i], static_cast<Eigen::Index>(i));

    // Together the side columns have the variance of one, so that useless ones cannot drown the target's own
    // past.
    const double share = 1 / std::sqrt(static_cast<double>(std::max<std::size_t>(side_columns_, 1)));
    for (std::size_t i = measured_ - side_columns_; i < measured_; ++i) values_[i] *= share;

    if (calendar_) calendar_->append(series_.time(then), values_);
    return Eigen::Map<const Eigen::VectorXd>(values_.data(), static_cast<Eigen::Index>(values_.size()))
        .cast<float>();
  }

 private:
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();  // the scaler makes it the mean

  static std::pair<Time, Time> a_year_before(Time then) {
    using namespace std::chrono;
    const sys_days day = floor<days>(then);
    const year_month_day date(day);
    year_month_day before = date - years(1);
    if (!before.ok()) before = before.year() / before.month() / last;  // 29 February
    return {sys_days(before) + (then - day), then - weeks(52)};
  }

  // How far the value at that time was from the mean of the four seasons before it.
  [[nodiscard]] double unusual(Time time, std::size_t now) const {
    const auto known_end = series_.times.begin() + static_cast<std::ptrdiff_t>(now) + 1;
    const auto found = std::lower_bound(series_.times.begin(), known_end, time);
    if (found == known_end || *found != time) return unknown;
    const auto row = static_cast<std::size_t>(found - series_.times.begin());
    double sum = 0, count = 0;
    for (std::size_t back = 1; back <= 4 && back * season_ <= row; ++back, ++count)
      sum += series_.target[row - back * season_];
    return count > 0 ? series_.target[row] - sum / count : unknown;
  }

  const Series& series_;
  std::size_t horizon_, season_, side_columns_, measured_;
  RunningScaler scaler_;
  std::optional<CalendarFeatures> calendar_;
  std::vector<double> values_;
};

}  // namespace forecast

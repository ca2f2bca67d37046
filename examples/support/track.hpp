#pragma once
// One forecaster's predictions, and how wrong they have been so far.

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace forecast {

class Track {
 public:
  Track(std::string name, std::size_t rows)
      : name_(std::move(name)), predictions_(rows, none), running_error_(rows, none) {}

  /// Notes a prediction for a row that has yet to come; one beyond the last row is of no use.
  void predict(std::size_t row, double value) {
    if (row < predictions_.size()) predictions_[row] = value;
  }

  /// The truth of that row has come. A row that is not scored, or that nothing was predicted for, changes no
  /// error.
  void settle(std::size_t row, double truth, bool scored) {
    const double error = predictions_[row] - truth;
    if (scored && std::isfinite(error)) {
      absolute_ += std::abs(error);
      squared_ += error * error;
      ++count_;
    }
    running_error_[row] = mean_absolute_error();
  }

  [[nodiscard]] double mean_absolute_error() const {
    return count_ > 0 ? absolute_ / static_cast<double>(count_) : none;
  }
  [[nodiscard]] double root_mean_squared_error() const {
    return count_ > 0 ? std::sqrt(squared_ / static_cast<double>(count_)) : none;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<double>& predictions() const {
    return predictions_;
  }  ///< a row each, NaN: none
  [[nodiscard]] const std::vector<double>& running_error() const {
    return running_error_;
  }  ///< a row each, NaN: none yet

 private:
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::string name_;
  std::vector<double> predictions_, running_error_;
  double absolute_ = 0, squared_ = 0;
  std::size_t count_ = 0;
};

}  // namespace forecast

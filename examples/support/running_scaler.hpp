#pragma once
// Zero mean and unit variance for every column of a stream, from what has been seen so far.

#include <Eigen/Core>

#include <algorithm>
#include <cmath>

namespace forecast {

/// Standardises columns with running moments: z = (x − mean) / deviation, clipped to ±8.
///
/// The moments are Welford's (1962, doi:10.1080/00401706.1962.10490022). A value that is not finite teaches
/// nothing and becomes 0, the mean. A column that has not varied yet is only centred.
class RunningScaler {
 public:
  static constexpr double clip = 8;

  explicit RunningScaler(Eigen::Index columns = 1)
      : count_(Eigen::ArrayXd::Zero(columns)), mean_(count_), squares_(count_) {}

  /// Takes one row into the moments.
  template <class Row>
  void observe(const Eigen::DenseBase<Row>& row) {
    for (Eigen::Index i = 0; i < mean_.size(); ++i) observe(static_cast<double>(row[i]), i);
  }

  /// Takes one value into the moments of its column.
  void observe(double x, Eigen::Index i = 0) {
    if (!std::isfinite(x)) return;
    const double change = x - mean_[i];
    mean_[i] += change / ++count_[i];
    squares_[i] += change * (x - mean_[i]);
  }

  [[nodiscard]] double mean(Eigen::Index i = 0) const { return mean_[i]; }

  /// Population standard deviation; 1 where the column has not varied.
  [[nodiscard]] double deviation(Eigen::Index i = 0) const {
    const double variance = count_[i] > 1 ? squares_[i] / count_[i] : 0;
    return variance > 0 ? std::sqrt(variance) : 1;
  }

  [[nodiscard]] double scale(double x, Eigen::Index i = 0) const {
    if (!std::isfinite(x)) return 0;
    return (std::clamp)((x - mean_[i]) / deviation(i), -clip, clip);
  }

  /// The inverse of scale(), where nothing was clipped.
  [[nodiscard]] double restore(double z, Eigen::Index i = 0) const { return mean_[i] + z * deviation(i); }

 private:
  Eigen::ArrayXd count_, mean_, squares_;
};

}  // namespace forecast

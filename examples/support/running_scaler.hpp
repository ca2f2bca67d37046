#pragma once
// Zero mean and unit variance for every column of a stream, from what has been seen so far.

#include <eddy/preprocessing/robust_moments.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>

namespace forecast {

/// Standardises columns with running moments: z = (x − mean) / deviation, clipped to ±8.
///
/// The moments are those of `eddy::RobustMoments`: Welford's, outliers left out. A value that is not finite
/// teaches nothing and becomes 0, the mean. A column that has not varied yet is only centred.
class RunningScaler {
 public:
  static constexpr double clip = 8;

  explicit RunningScaler(Eigen::Index columns = 1)
      : memory_(Eigen::ArrayXXd::Zero(eddy::RobustMoments<double>::size, columns)) {}

  /// Takes one row into the moments.
  template <class Row>
  void observe(const Eigen::DenseBase<Row>& row) {
    for (Eigen::Index i = 0; i < memory_.cols(); ++i) observe(static_cast<double>(row[i]), i);
  }

  /// Takes one value into the moments of its column.
  void observe(double x, Eigen::Index i = 0) {
    if (std::isfinite(x)) eddy::RobustMoments<double>(memory_.col(i).data()).learn(x, 0);
  }

  [[nodiscard]] double mean(Eigen::Index i = 0) const { return moments(i).mean(); }

  /// Population standard deviation; 1 where the column has not varied.
  [[nodiscard]] double deviation(Eigen::Index i = 0) const {
    const double variance = moments(i).variance();
    return variance > 0 ? std::sqrt(variance) : 1;
  }

  [[nodiscard]] double scale(double x, Eigen::Index i = 0) const {
    if (!std::isfinite(x)) return 0;
    return (std::clamp)((x - mean(i)) / deviation(i), -clip, clip);
  }

  /// The inverse of scale(), where nothing was clipped.
  [[nodiscard]] double restore(double z, Eigen::Index i = 0) const { return mean(i) + z * deviation(i); }

 private:
  [[nodiscard]] eddy::RobustMoments<const double> moments(Eigen::Index i) const {
    return eddy::RobustMoments<const double>(memory_.col(i).data());
  }

  Eigen::ArrayXXd memory_;  // a column of numbers for each column of the stream
};

}  // namespace forecast

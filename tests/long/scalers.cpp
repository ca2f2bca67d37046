// Scalers of a stream of doubles whose values lie far from 0: 10⁹ plus noise of unit variance. The moments
// are compared to those of the same noise, summed exactly enough beside the offset.

#include "long.hpp"

#include <eddy/core/random.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/robust_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>

#include <algorithm>
#include <cmath>

namespace eddy::testing {
namespace {

constexpr double offset = 1e9;

/// The mean and the deviation of what a scaler takes for a mean of 0 and a deviation of 1.
template <class Scaler>
void check_scaler(const char* name, Scaler& scaler, double most) {
  const std::int64_t all = samples(100000000);
  Random random(5);
  double sum = 0, squares = 0;  // of x − offset, which is exact
  for (std::int64_t n = 0; n < all; ++n) {
    const double x = offset + random.normal();
    scaler.partial_fit(x);
    sum += x - offset;
    squares += (x - offset) * (x - offset);
  }
  const double mean = sum / static_cast<double>(all);
  const double variance = squares / static_cast<double>(all) - mean * mean;
  const double mean_error = std::abs(scaler.mean()(0) - offset - mean);
  const double variance_error = std::abs(scaler.variance()(0) / variance - 1);
  // What becomes of one deviation above the mean.
  const double scaled = scaler.transform(offset + mean + std::sqrt(variance))(0);
  check(name,
        "mean " + digits(mean_error, "%.1e off, ") + digits(variance_error, "variance %.1e, ") +
            digits(scaled, "z(1) %.4f"),
        mean_error < most && variance_error < most && std::abs(scaled - 1) < 2 * most);
}

}  // namespace

void run_scalers() {
  StandardScaler<double, 1> all_alike, forgetting({.forgetting = 1e-3});
  check_scaler("StandardScaler at 1e9", all_alike, 1e-3);
  // The last thousand or so count: their mean is off by 1/√2000, their variance by √(2/2000).
  check_scaler("StandardScaler at 1e9, forgetting 1e-3", forgetting, 0.15);

  const std::int64_t all = samples(100000000);
  Random random(5);
  MinMaxScaler<double, 1> range;
  RobustScaler<double, 1> robust;
  double least = 0, most = 0;
  for (std::int64_t n = 0; n < all; ++n) {
    const double x = offset + random.uniform(1);
    range.partial_fit(x);
    robust.partial_fit(x);
    least = (std::min)(least, x - offset);
    most = (std::max)(most, x - offset);
  }
  const double low = range.transform(offset + least)(0), high = range.transform(offset + most)(0);
  check("MinMaxScaler at 1e9", digits(low, "the least is %.6f, ") + digits(high, "the most %.6f"),
        std::abs(low) < 1e-6 && std::abs(high - 1) < 1e-6);
  // Quartiles are scaled so that those of a normal distribution come to ±0.6745.
  const double middle = robust.transform(offset)(0);
  const double quartiles = robust.transform(offset + 0.5)(0) - robust.transform(offset - 0.5)(0);
  check("RobustScaler at 1e9",
        digits(middle, "the median is %.4f, ") + digits(quartiles, "the quartiles' distance %.4f"),
        std::abs(middle) < 0.02 && std::abs(quartiles - 2 * 0.6745) < 0.02);
}

}  // namespace eddy::testing

#include "conformance/scaler_conformance.hpp"

#include <eddy/preprocessing/robust_scaler.hpp>

#include <algorithm>
#include <numbers>
#include <vector>

template class eddy::RobustScaler<float, 3>;
template class eddy::RobustScaler<double>;
template class eddy::RunningQuartiles<double>;

namespace eddy::testing {
namespace {

using Scalers = ::testing::Types<RobustScaler<float, 3>, RobustScaler<double, 1>, RobustScaler<double>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Robust, ScalerConformance, Scalers);

TEST(RobustScaler, TheFirstFiveHaveTheirOwnQuartiles) {
  RobustScaler<double, 1> scaler;
  const double medians[] = {4, 6, 8, 6, 4}, ranges[] = {0, 2, 3, 5.25, 7};
  int count = 0;
  for (const double x : {4.0, 8.0, 10.0, 1.0, 1.0}) {
    scaler.partial_fit(x);
    EXPECT_NEAR(scaler.median(0), medians[count], 1e-14);  // rounding
    EXPECT_NEAR(scaler.deviation(0), ranges[count] / 1.349, 1e-14);
    ++count;
  }
}

/// Quartiles of a Cauchy distribution with that median and scale are one scale away from the median.
double cauchy(Random& random, double median, double scale) {
  return median + scale * std::tan(std::numbers::pi / 2 * random.uniform(1));
}

TEST(RobustScaler, FindsTheQuartilesOfAStreamWithoutMean) {
  RobustScaler<double, 1> scaler;
  Random random(1);
  for (int t = 0; t < 20000; ++t) {
    scaler.partial_fit(cauchy(random, 5, 2));
  }
  // Asymptotic deviation of sample quartiles: 2 scales √(3/16) π / √20000 = 0.02; four of them.
  EXPECT_NEAR(scaler.median(0), 5, 0.08);
  EXPECT_NEAR(scaler.deviation(0), 4 / 1.349, 0.16 / 1.349);
}

TEST(RobustScaler, FollowsAStreamThatJumps) {
  RobustScaler<double, 1> scaler({.forgetting = 0.01});
  Random random(1);
  for (int t = 0; t < 3000; ++t) {
    scaler.partial_fit(cauchy(random, 5, 2));
  }
  for (int t = 0; t < 1000; ++t) {
    scaler.partial_fit(cauchy(random, -200, 0.5));
  }
  EXPECT_NEAR(scaler.median(0), -200, 0.5);
  EXPECT_NEAR(scaler.deviation(0), 1 / 1.349, 0.4);
}

TEST(RobustScaler, AValueThatMostlyStaysPutDoesNotBlowUp) {
  RobustScaler<double, 1> scaler;
  for (int t = 0; t < 5000; ++t) {
    scaler.partial_fit(t % 10 == 0 ? 3.0 : 0.0);
  }
  EXPECT_NEAR(scaler.deviation(0), 0.3 / 4, 0.02);  // a quarter of the mean, which is still on its way
}

TEST(RobustScaler, ADistanceThatOverflowsTeachesNothing) {
  RobustScaler<double, 1> scaler, other;
  for (const double x : {1.0, 2.0, 1.7e308, 3.0, 4.0, 5.0, -1.7e308, 6.0}) {
    scaler.partial_fit(x);
    if (std::abs(x) < 10) {
      other.partial_fit(x);
    }
  }
  EXPECT_EQ(scaler.deviation(0), other.deviation(0));
}

TEST(RobustScaler, LongStreamsFarFromZeroKeepTheirQuartiles) {
  // At 10¹² a step of 10⁻⁴ is lost in rounding, which is that of the 10⁴th number; at 10⁹ that of the 10⁷th.
  RobustScaler<double, 1> scaler;
  Random random(5);
  for (int n = 0; n < 500000; ++n) {
    scaler.partial_fit(1e12 + random.uniform(1));
  }
  const double distance = scaler.transform(1e12 + 0.5)(0) - scaler.transform(1e12 - 0.5)(0);
  // The quartiles of a uniform distribution on ±1 are ±½, and those of a normal one come to ±0.6745. The
  // estimate keeps a noise of a tenth, as it learns at the rate of the digits that are there.
  EXPECT_NEAR(distance, 2 * 0.6745, 0.3);
}

TEST(RobustScaler, NamesASettingThatCannotBe) {
  using Scaler = RobustScaler<float, 1>;
  EXPECT_THROW(Scaler({.forgetting = 1}), std::invalid_argument);
  EXPECT_THROW(Scaler({.limit = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

#include "conformance/scaler_conformance.hpp"

#include <eddy/preprocessing/standard_scaler.hpp>

template class eddy::StandardScaler<float, 3>;
template class eddy::StandardScaler<double>;

namespace eddy::testing {
namespace {

using Scalers = ::testing::Types<StandardScaler<float, 3>, StandardScaler<double, 1>, StandardScaler<double>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Standard, ScalerConformance, Scalers);

TEST(StandardScaler, HasTheMomentsOfAllSamples) {
  StandardScaler<double, 1> scaler;
  for (const double x : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) {
    scaler.partial_fit(x);
  }
  EXPECT_NEAR(scaler.mean()(0), 5, 1e-14);  // rounding; the two are whole numbers
  EXPECT_NEAR(scaler.variance()(0), 4, 1e-14);
  EXPECT_NEAR(scaler.transform(8.0)(0), 1.5, 1e-14);
  EXPECT_NEAR(scaler.inverse_transform(-1.0)(0), 3, 1e-14);
}

TEST(StandardScaler, ForgetsWhatIsOld) {
  StandardScaler<double, 1> scaler({.forgetting = 0.1});
  const double samples[] = {1, 5, -3, 2, 8, 0, 4, 4, 6, -2, 7, 3, 1, 9, 5, 2, 2, 6, 0, 4};
  // Weights by the definition: all alike for the first ten, from then on each newer sample takes a tenth.
  double weights[20] = {};
  for (int t = 0; t < 20; ++t) {
    const double rate = (std::max)(0.1, 1.0 / (t + 1));
    for (int before = 0; before < t; ++before) {
      weights[before] *= 1 - rate;
    }
    weights[t] = rate;
    scaler.partial_fit(samples[t]);
    double mean = 0, variance = 0;
    for (int i = 0; i <= t; ++i) {
      mean += weights[i] * samples[i];
    }
    for (int i = 0; i <= t; ++i) {
      variance += weights[i] * (samples[i] - mean) * (samples[i] - mean);
    }
    EXPECT_NEAR(scaler.mean()(0), mean, 1e-13);  // rounding
    EXPECT_NEAR(scaler.variance()(0), variance, 1e-12);
  }
  for (int t = 0; t < 300; ++t) {
    scaler.partial_fit(100 + t % 2);
  }
  EXPECT_NEAR(scaler.mean()(0), 100.5, 0.1);
  EXPECT_NEAR(scaler.variance()(0), 0.25, 0.05);  // 0.9^300 of the jump by 100 is left: 1e-10
}

TEST(StandardScaler, KeepsItsDigitsOverTenMillionSamplesOfFloat) {
  // A level of a million deviations, more samples than a float can count. Sums of floats would stand still
  // after 16 of them.
  StandardScaler<float, 1> scaler;
  for (int t = 0; t < 10'000'000; ++t) {
    scaler.partial_fit(t % 2 == 0 ? 999999.0f : 1000001.0f);
  }
  EXPECT_NEAR(scaler.mean()(0), 1e6, 1e-4);
  EXPECT_NEAR(scaler.variance()(0), 1, 1e-4);
  EXPECT_NEAR(scaler.transform(1000001.0f)(0), 1, 1e-4);
}

TEST(StandardScaler, TheFirstSampleIsTheMean) {
  StandardScaler<float, 3> scaler;
  const Eigen::Vector3f x(5, -1, 1e30f);
  scaler.partial_fit(x);
  EXPECT_EQ(scaler.transform(x), Eigen::Vector3f::Zero());
}

TEST(StandardScaler, AValueWhoseSquareOverflowsTeachesNothing) {
  StandardScaler<double, 1> scaler, other;
  for (const double x : {1.0, 2.0, 1e200, 3.0}) {
    scaler.partial_fit(x);
    if (x < 10) {
      other.partial_fit(x);
    }
  }
  EXPECT_EQ(scaler.variance()(0), other.variance()(0));
  EXPECT_EQ(scaler.transform(1e200)(0), 8);
}

TEST(StandardScaler, NamesASettingThatCannotBe) {
  using Scaler = StandardScaler<float, 1>;
  EXPECT_THROW(Scaler({.forgetting = 1}), std::invalid_argument);
  EXPECT_THROW(Scaler({.forgetting = -0.1}), std::invalid_argument);
  EXPECT_THROW(Scaler({.forgetting = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(Scaler({.limit = -1}), std::invalid_argument);
  EXPECT_EQ(Scaler({.limit = 0}).transform(1e6f)(0), 1e6f);
}

}  // namespace
}  // namespace eddy::testing

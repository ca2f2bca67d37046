#include "conformance/scaler_conformance.hpp"

#include <eddy/preprocessing/min_max_scaler.hpp>

template class eddy::MinMaxScaler<float, 3>;
template class eddy::MinMaxScaler<double>;

namespace eddy::testing {
namespace {

using Scalers = ::testing::Types<MinMaxScaler<float, 3>, MinMaxScaler<double, 1>, MinMaxScaler<double>>;
INSTANTIATE_TYPED_TEST_SUITE_P(MinMax, ScalerConformance, Scalers);

TEST(MinMaxScaler, BringsTheRangeToTheOneAskedFor) {
  MinMaxScaler<double, 1> unit, both({.low = -1, .high = 1});
  for (const double x : {3.0, 7.0, 5.0, -1.0}) {
    unit.partial_fit(x);
    both.partial_fit(x);
  }
  const double values[][3] = {{-1, 0, -1}, {7, 1, 1}, {3, 0.5, 0}, {1, 0.25, -0.5}, {11, 1.5, 2}};
  for (const auto& [x, in_unit, in_both] : values) {
    EXPECT_EQ(unit.transform(x)(0), in_unit);
    EXPECT_EQ(both.transform(x)(0), in_both);
    EXPECT_EQ(unit.inverse_transform(in_unit)(0), x);
    EXPECT_EQ(both.inverse_transform(in_both)(0), x);
  }
}

TEST(MinMaxScaler, ForgetsWhatIsOld) {
  MinMaxScaler<double, 1> scaler({.forgetting = 0.1});
  double minimum = 0, maximum = 0;
  for (int t = 0; t < 200; ++t) {
    const double x = t == 10 ? 6 : t % 3;
    minimum = t == 0 ? x : (std::min)(x, minimum + 0.1 * (x - minimum));
    maximum = t == 0 ? x : (std::max)(x, maximum + 0.1 * (x - maximum));
    scaler.partial_fit(x);
    EXPECT_EQ(scaler.minimum()(0), minimum);
    EXPECT_EQ(scaler.maximum()(0), maximum);
  }
  EXPECT_LE(scaler.maximum()(0), 2.001);
  EXPECT_GT(scaler.maximum()(0), 1.5);
}

TEST(MinMaxScaler, LeavesOutliersOutOfTheRange) {
  MinMaxScaler<double, 1> scaler;
  for (int t = 0; t < 500; ++t) {
    scaler.partial_fit(t % 50 == 40 ? -999.0 : 10 + t % 7);
  }
  EXPECT_EQ(scaler.minimum()(0), 10);
  EXPECT_EQ(scaler.maximum()(0), 16);
}

TEST(MinMaxScaler, TheRangeBeginsAnewWithANewUnit) {
  MinMaxScaler<double, 1> scaler;
  for (int t = 0; t < 1000; ++t) {
    scaler.partial_fit((t < 500 ? 1 : 1000) * (10 + t % 7));
  }
  EXPECT_NEAR(scaler.minimum()(0), 10000, 1000);
  EXPECT_NEAR(scaler.maximum()(0), 16000, 1000);
}

TEST(MinMaxScaler, AValueWhoseSquareOverflowsTeachesNothing) {
  MinMaxScaler<double, 1> scaler;
  for (const double x : {1e308, -1e308, 3.0, 5.0}) {
    scaler.partial_fit(x);
  }
  EXPECT_EQ(scaler.minimum()(0), 3);
  EXPECT_EQ(scaler.maximum()(0), 5);
}

TEST(MinMaxScaler, NamesASettingThatCannotBe) {
  using Scaler = MinMaxScaler<float, 1>;
  EXPECT_THROW(Scaler({.forgetting = 1}), std::invalid_argument);
  EXPECT_THROW(Scaler({.low = 1, .high = 1}), std::invalid_argument);
  EXPECT_THROW(Scaler({.low = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(Scaler({.limit = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

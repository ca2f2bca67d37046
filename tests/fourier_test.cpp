#include "support/numeric.hpp"

#include <eddy/preprocessing/fourier.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::Fourier<float, 2>;
template class eddy::Fourier<double, eddy::Dynamic, 3>;

namespace eddy::testing {
namespace {

static_assert(Transform<Fourier<float, 2>> && Transform<Fourier<double, Dynamic, 3>>);
static_assert(Fourier<float, 2>::Outputs == 4 && Fourier<double, 2, 3>::Outputs == 12);

TEST(Fourier, GoesRoundOnceAPeriod) {
  Fourier<double, 2> waves({24, 168});
  EXPECT_LT(worst_error(waves.transform(6), Eigen::Vector4d(1, 0, std::sin(std::numbers::pi / 14),
                                                            std::cos(std::numbers::pi / 14))),
            1e-15);  // rounding
  const Eigen::Vector4d now = waves.transform(5.5);
  EXPECT_LT(worst_error(waves.transform(5.5 + 168), now), 1e-14);
  EXPECT_LT(worst_error(waves.transform(5.5 - 168), now), 1e-14);
}

TEST(Fourier, HarmonicsGoRoundMoreOften) {
  Fourier<double, Dynamic, 3> waves({10});
  ASSERT_EQ(waves.outputs(), 6);
  const Vector<double> values = waves.transform(0.7);
  for (int k = 1; k <= 3; ++k) {
    EXPECT_NEAR(values(2 * k - 2), std::sin(2 * std::numbers::pi * k * 0.07), 1e-15);
    EXPECT_NEAR(values(2 * k - 1), std::cos(2 * std::numbers::pi * k * 0.07), 1e-15);
  }
}

TEST(Fourier, TellsSecondsApartSince1970InFloat) {
  Fourier<float, 1> minute({60});
  const double time = 1'700'000'040;  // a whole minute
  for (int second = 0; second < 60; ++second) {
    const double angle = 2 * std::numbers::pi * second / 60;
    // One rounding to float.
    EXPECT_LT(worst_error(minute.transform(time + second), Eigen::Vector2d(std::sin(angle), std::cos(angle))),
              1e-7);
  }
}

TEST(Fourier, HasNoPlaceForWhatIsNotFinite) {
  Fourier<float, 1> waves({7});
  EXPECT_TRUE(all_are_nan(waves.transform(not_a_number<double>)));
  EXPECT_TRUE(all_are_nan(waves.transform(Vector<float, 1>(std::numeric_limits<float>::infinity()))));
}

TEST(Fourier, NamesPeriodsThatCannotBe) {
  EXPECT_THROW((Fourier<float, 2>({24})), std::invalid_argument);
  EXPECT_THROW((Fourier<float>({24, 0})), std::invalid_argument);
  EXPECT_THROW((Fourier<float>({not_a_number<double>})), std::invalid_argument);
  EXPECT_THROW((Fourier<float>(std::initializer_list<double>{})), std::invalid_argument);
  EXPECT_THROW((Fourier<float>({24}).transform(Vector<float>(2))), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

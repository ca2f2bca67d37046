#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/preprocessing/beside.hpp>
#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/fourier.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/one_hot.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/preprocessing/unchanged.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace eddy {
template class Unchanged<float, 2>;
template class Unchanged<double>;
template class Beside<StandardScaler<float, 2>, OneHot<float, 3>, Unchanged<float, 1>>;
template class Beside<StandardScaler<double>, Fourier<double>>;
}  // namespace eddy

namespace eddy::testing {
namespace {

using Three = Beside<StandardScaler<float, 2>, OneHot<float, 3>, Unchanged<float, 1>>;
static_assert(Transform<Three> && Three::Inputs == 4 && Three::Outputs == 6 && Three::fixed);
static_assert(Transform<Chain<Imputer<float, 4>, Three>>);
static_assert(Transform<Beside<StandardScaler<double>, OneHot<double, 3>>> &&
              Beside<StandardScaler<double>, OneHot<double, 3>>::Inputs == Dynamic);

Eigen::Vector4f sample(int t) {
  const auto value = static_cast<float>(t);
  return {value * value, 100 - value, static_cast<float>(t % 3), 0.5f};
}

TEST(Beside, EachPartHasItsShare) {
  Three parts;
  StandardScaler<float, 2> scaler;
  for (int t = 0; t < 10; ++t) {
    parts.partial_fit(sample(t));
    scaler.partial_fit(sample(t).head<2>());
    Eigen::Vector<float, 6> expected;
    expected << scaler.transform(sample(t).head<2>()), Eigen::Vector3f::Unit(t % 3), 0.5f;
    EXPECT_EQ(parts.transform(sample(t)), expected);
    EXPECT_EQ(parts.transform(sample(t)), expected);  // changes nothing
  }
}

TEST(Beside, SizesOfRunTimeAddUp) {
  Beside parts(StandardScaler<double>(2), Fourier<double>({7, 24}), Unchanged<double>(3));
  EXPECT_EQ(parts.inputs(), 6);
  EXPECT_EQ(parts.outputs(), 9);
  const Vector<double> x{{1, 2, 12, 4, 5, 6}};
  parts.partial_fit(x);
  const Vector<double> values = parts.transform(x);
  EXPECT_EQ(values.head(2), Eigen::Vector2d::Zero());
  EXPECT_NEAR(values(5), -1, 1e-15);  // cos of half a turn; rounding
  EXPECT_EQ(values.tail(3), x.tail(3));
  EXPECT_THROW(parts.partial_fit(Vector<double>(5)), std::invalid_argument);
  EXPECT_THROW(Unchanged<double>(0), std::invalid_argument);
  EXPECT_THROW(Unchanged<double>(2).transform(1.0), std::invalid_argument);
}

TEST(Beside, GoesOnFromItsState) {
  Three parts, resumed;
  for (int t = 0; t < 5; ++t) {
    parts.partial_fit(sample(t));
  }
  copy_state(parts, resumed);
  parts.partial_fit(sample(7));
  resumed.partial_fit(sample(7));
  EXPECT_EQ(resumed.transform(sample(2)), parts.transform(sample(2)));
}

}  // namespace
}  // namespace eddy::testing

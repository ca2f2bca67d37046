#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/preprocessing/lags.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::Lags<float, 2, 3>;
template class eddy::Lags<double>;
template class eddy::Lags<double, 2>;

namespace eddy::testing {
namespace {

static_assert(Transform<Lags<float, 2, 3>> && Transform<Lags<double>>);
static_assert(Lags<float, 2, 3>::Outputs == 6 && Lags<float, 2>::Outputs == Dynamic);

template <class L>
Vector<typename L::Scalar> take(L& lags, const Vector<typename L::Scalar>& x) {
  lags.partial_fit(x);
  return lags.transform(x);
}

TEST(Lags, StandSideBySideNewestFirst) {
  Lags<double, 2, 3> lags;
  Lags<double> sized(2, 3);
  const auto sample = [](int t) { return Eigen::Vector2d(t, -t); };
  const double expected[][3] = {{1, 1, 1}, {2, 1, 1}, {3, 2, 1}, {4, 3, 2}, {5, 4, 3}};
  for (int t = 1; t <= 5; ++t) {
    const auto& row = expected[t - 1];
    const Vector<double> side_by_side{{row[0], -row[0], row[1], -row[1], row[2], -row[2]}};
    EXPECT_EQ(take(lags, sample(t)), side_by_side);
    EXPECT_EQ(lags.transform(sample(t)), side_by_side);  // changes nothing
    EXPECT_EQ(take(sized, sample(t)), side_by_side);
  }
  lags.reset();
  EXPECT_EQ(take(lags, sample(9)), Eigen::Vector2d(9, -9).replicate(3, 1));
}

TEST(Lags, ABrokenSampleIsAGapOnce) {
  Lags<float, 1, 3> lags;
  take(lags, Vector<float, 1>(1));
  const Vector<float> broken = take(lags, Vector<float, 1>(not_a_number<float>));
  EXPECT_TRUE(is_nan(broken(0)));
  EXPECT_EQ(take(lags, Vector<float, 1>(3)), Eigen::Vector3f(3, 3, 1));
  EXPECT_EQ(take(lags, Vector<float, 1>(4)), Eigen::Vector3f(4, 3, 3));
  EXPECT_EQ(take(lags, Vector<float, 1>(5)), Eigen::Vector3f(5, 4, 3));
}

TEST(Lags, GoOnFromTheirState) {
  Lags<double> lags(1, 4), resumed(1, 4);
  for (int t = 0; t < 6; ++t) {
    take(lags, Vector<double, 1>(t));
  }
  copy_state(lags, resumed);
  EXPECT_EQ(take(resumed, Vector<double, 1>(9)), take(lags, Vector<double, 1>(9)));
}

TEST(Lags, NameASizeThatCannotBe) {
  EXPECT_THROW(Lags<double>(0, 1), std::invalid_argument);
  EXPECT_THROW(Lags<double>(1, 0), std::invalid_argument);
  EXPECT_THROW(Lags<double>(2, 2).partial_fit(1.0), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

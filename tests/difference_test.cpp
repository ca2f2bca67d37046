#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/target_transform.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::Difference<float, 2>;
template class eddy::Difference<float, 2, 3>;
template class eddy::Difference<double>;
template class eddy::Difference<double, eddy::Dynamic, eddy::Dynamic>;

namespace eddy::testing {
namespace {

static_assert(TargetTransform<Difference<float, 2>> && TargetTransform<Difference<double>>);

/// Offset and scale, side by side, of a transform with one output.
template <class T>
Eigen::Vector2d affine(const T& transform) {
  double offset = -1, scale = -1;
  transform.affine(&offset, &scale);
  return {offset, scale};
}

TEST(Difference, StartsFromTheNewestLabel) {
  Difference<double, 1> change;
  EXPECT_EQ(affine(change), Eigen::Vector2d(0, 0));
  for (const double y : {5.0, -3.0, 8.0}) {
    change.partial_fit(y);
    EXPECT_EQ(affine(change), Eigen::Vector2d(y, 1));
  }
  change.reset();
  EXPECT_EQ(affine(change), Eigen::Vector2d(0, 0));
}

TEST(Difference, StartsFromTheLabelOfASeasonBefore) {
  Difference<double, 1, 3> season;
  for (int t = 1; t <= 3; ++t) {
    EXPECT_EQ(affine(season), Eigen::Vector2d(10 * (t - 1), 0)) << t;  // the newest, no scale yet
    season.partial_fit(10.0 * t);
  }
  for (int t = 4; t < 12; ++t) {
    EXPECT_EQ(affine(season), Eigen::Vector2d(10 * (t - 3), 1)) << t;
    season.partial_fit(10.0 * t);
  }
}

TEST(Difference, AMissingLabelLeavesTheOneBefore) {
  Difference<float, 2> change;
  change.partial_fit(Eigen::Vector2f(1, 2));
  change.partial_fit(Eigen::Vector2f(not_a_number<float>, 3));
  change.partial_fit(Eigen::Vector2f(std::numeric_limits<float>::infinity(), 4));
  Eigen::Vector2f offset, scale;
  change.affine(offset.data(), scale.data());
  EXPECT_EQ(offset, Eigen::Vector2f(1, 4));
  EXPECT_EQ(scale, Eigen::Vector2f(1, 1));

  Difference<double, 1, 2> season;
  for (const double y : {1.0, 2.0, not_a_number<double>, 4.0}) {
    season.partial_fit(y);
  }
  EXPECT_EQ(affine(season), Eigen::Vector2d(1, 1));  // what lay in the missing label's place
}

TEST(Difference, SizesOfRunTimeAreThoseOfTheType) {
  Difference<double, 1, 3> fixed;
  Difference<double, Dynamic, Dynamic> sized(1, 3);
  for (int t = 0; t < 10; ++t) {
    fixed.partial_fit(t * t + 0.5);
    sized.partial_fit(t * t + 0.5);
    EXPECT_EQ(affine(sized), affine(fixed));
  }
}

TEST(Difference, GoesOnFromItsState) {
  Difference<double, 1, 3> season, resumed;
  for (int t = 0; t < 5; ++t) {
    season.partial_fit(1.0 * t);
  }
  copy_state(season, resumed);
  for (int t = 0; t < 4; ++t) {
    EXPECT_EQ(affine(resumed), affine(season));
    season.partial_fit(-1.0 * t);
    resumed.partial_fit(-1.0 * t);
  }
}

TEST(Difference, NamesASizeThatCannotBe) {
  using Sized = Difference<double, Dynamic, Dynamic>;
  EXPECT_THROW(Sized(0), std::invalid_argument);
  EXPECT_THROW(Sized(1, 0), std::invalid_argument);
  EXPECT_THROW((Difference<double, Dynamic, 3>(1, 2)), std::invalid_argument);
  EXPECT_THROW(Sized(2).partial_fit(1.0), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/anomaly.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace eddy::testing {
namespace {

AnomalyScore after_noise(AnomalyScoreOptions options, int count, double unit = 1) {
  AnomalyScore score(options);
  Random random(1);
  for (int t = 0; t < count; ++t) {
    score.update(unit * (5 + random.normal()));
  }
  return score;
}

TEST(AnomalyScore, CountsInDeviationsOfAnyUnit) {
  for (const double unit : {1e-6, 1.0, 1e6}) {
    AnomalyScore score = after_noise({.forgetting = 0}, 10000, unit);
    // Mean and deviation of 10000 normal numbers are known to 1%.
    EXPECT_NEAR(score.update(unit * 8), 3, 0.06);
    EXPECT_NEAR(score.probability(), 0.00135, 0.0003);
    EXPECT_NEAR(score.update(unit * 2), -3, 0.06);
    EXPECT_NEAR(score.probability(), 0.99865, 0.0003);
  }
}

TEST(AnomalyScore, OfNormalErrorsIsNormal) {
  AnomalyScore score({.forgetting = 0.001});
  Random random(2);
  double sum = 0, squares = 0;
  int beyond = 0;
  constexpr int count = 50000;
  for (int t = 0; t < count; ++t) {
    const double z = score.update(random.normal());
    sum += z / count;
    squares += z * z / count;
    beyond += z > 2;
  }
  EXPECT_NEAR(sum, 0, 0.02);
  EXPECT_NEAR(squares, 1, 0.03);
  EXPECT_NEAR(beyond / static_cast<double>(count), 0.0228, 0.003);
}

// One error of 1000 deviations would make a deviation of 30 out of 1: what comes after it would hide.
TEST(AnomalyScore, IsNotBlindedByAnAnomaly) {
  AnomalyScore score = after_noise({}, 5000);
  EXPECT_GT(score.update(1000), 900);
  EXPECT_NEAR(score.deviation(), 1, 0.1);
  EXPECT_NEAR(score.update(11), 6, 0.7);
}

TEST(AnomalyScore, GetsUsedToWhatLasts) {
  AnomalyScore score = after_noise({.forgetting = 0.01}, 2000);
  Random random(3);
  EXPECT_GT(score.update(50), 30);
  for (int t = 0; t < 2000; ++t) {
    score.update(50 + random.normal());
  }
  EXPECT_LT(std::abs(score.update(50)), 1);
}

TEST(AnomalyScore, SeesARunOfSmallErrorsWhenItSmooths) {
  AnomalyScore alone = after_noise({}, 5000), smooth = after_noise({.smoothing = 0.9}, 5000);
  double highest_alone = 0, highest_smooth = 0;
  for (int t = 0; t < 20; ++t) {
    highest_alone = (std::max)(highest_alone, alone.update(6.5));
    highest_smooth = (std::max)(highest_smooth, smooth.update(6.5));
  }
  EXPECT_LT(highest_alone, 1.7);
  EXPECT_GT(highest_smooth, 4);
}

TEST(AnomalyScore, WaitsUntilItKnowsWhatIsUsual) {
  AnomalyScore score({.warm_up = 10});
  for (int t = 0; t < 10; ++t) {
    EXPECT_EQ(score.update(t % 2), 0);
  }
  EXPECT_NE(score.update(5), 0);
  AnomalyScore flat;
  for (int t = 0; t < 1000; ++t) {
    ASSERT_EQ(flat.update(3), 0);
  }
}

TEST(AnomalyScore, PassesOverWhatIsNotFinite) {
  AnomalyScore score = after_noise({}, 500);
  const double mean = score.mean();
  EXPECT_EQ(score.update(not_a_number<double>), 0);
  EXPECT_EQ(score.update(std::numeric_limits<double>::infinity()), 0);
  EXPECT_EQ(score.mean(), mean);
  EXPECT_EQ(score.count(), 500);
}

TEST(AnomalyScore, NamesASettingThatCannotBe) {
  EXPECT_THROW(AnomalyScore({.forgetting = 1}), std::invalid_argument);
  EXPECT_THROW(AnomalyScore({.smoothing = -0.1}), std::invalid_argument);
  EXPECT_THROW(AnomalyScore({.limit = 0.5}), std::invalid_argument);
  EXPECT_THROW(AnomalyScore({.limit = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(AnomalyScore({.warm_up = 0}), std::invalid_argument);
}

TEST(AnomalyScore, GoesOnFromItsState) {
  AnomalyScore score = after_noise({.smoothing = 0.5}, 300), other({.smoothing = 0.5}),
               fresh({.smoothing = 0.5});
  copy_state(score, other);
  EXPECT_EQ(score.update(9), other.update(9));
  EXPECT_EQ(score.update(4), other.update(4));
  score.reset();
  for (int t = 0; t < 300; ++t) {
    ASSERT_EQ(score.update(t % 7), fresh.update(t % 7));
  }
}

}  // namespace
}  // namespace eddy::testing

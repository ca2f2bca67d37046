#include <eddy/core/random.hpp>
#include <eddy/preprocessing/robust_moments.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

template class eddy::RobustMoments<double>;

namespace eddy::testing {
namespace {

/// Moments with a memory of their own.
struct Moments {
  Lesson learn(double value, double forgetting = 0) {
    return RobustMoments<double>(memory).learn(value, forgetting);
  }
  RobustMoments<const double> read() const { return RobustMoments<const double>(memory); }
  double mean() const { return read().mean(); }
  double deviation() const { return std::sqrt(read().variance()); }

  double memory[RobustMoments<double>::size] = {};
};

/// A noisy rhythm of mean 20 and deviation 3.6.
double rhythm(int t, Random& random) { return 20 + 5 * std::sin(t / 10.0) + random.uniform(0.6); }

TEST(RobustMoments, AreThoseOfWelfordBitForBitWhereNothingLiesFarOut) {
  for (const double forgetting : {0.0, 0.01}) {
    Moments moments;
    Random random(1);
    double mean = 0, variance = 0;
    for (int t = 0; t < 20000; ++t) {
      const double x = rhythm(t, random) + 0.001 * t;
      const double rate = (std::max)(forgetting, 1 / (t + 1.0)), change = x - mean;
      mean += rate * change;
      variance = (1 - rate) * (variance + rate * change * change);
      ASSERT_EQ(moments.learn(x, forgetting), Lesson::learned) << t;
      ASSERT_EQ(moments.mean(), mean);
      ASSERT_EQ(moments.read().variance(), variance);
    }
  }
}

TEST(RobustMoments, RareEventsAreNoOutliersWhereNothingElseVaries) {
  Moments moments;
  for (int t = 0; t < 5000; ++t) {
    ASSERT_NE(moments.learn(t % 100 == 7 ? 1 : 0), Lesson::outlier) << t;
  }
  EXPECT_NEAR(moments.mean(), 0.01, 1e-12);  // rounding
  EXPECT_NEAR(moments.deviation(), std::sqrt(0.01 * 0.99), 1e-12);
}

TEST(RobustMoments, AWrongValueTeachesNothing) {
  for (const double wrong : {65535.0, -999.0, 4294967295.0, 1e30, -1e300}) {
    Moments moments, clean;
    Random random(1);
    for (int t = 0; t < 2000; ++t) {
      const double x = rhythm(t, random);
      if (t == 1000) {
        EXPECT_EQ(moments.learn(wrong), Lesson::outlier);
      }
      moments.learn(x);
      clean.learn(x);
    }
    EXPECT_EQ(moments.mean(), clean.mean()) << wrong;
    EXPECT_EQ(moments.deviation(), clean.deviation()) << wrong;
  }
}

TEST(RobustMoments, WrongValuesAtTheStartAreDropped) {
  for (const int wrong : {1, 3, 8}) {
    for (const double value : {65535.0, -1e6, 4294967295.0}) {
      Moments moments;
      Random random(1);
      for (int t = 0; t < 200; ++t) {
        moments.learn(t < wrong ? value : rhythm(t, random));
      }
      EXPECT_NEAR(moments.mean(), 20, 2) << wrong << " × " << value;  // of three cycles
      EXPECT_NEAR(moments.deviation(), 3.6, 0.5) << wrong << " × " << value;
    }
  }
}

TEST(RobustMoments, AFirstValueThatIsNotSoFarOffIsDroppedToo) {
  Moments moments;
  Random random(1);
  for (int t = 0; t < 17; ++t) {
    moments.learn(t == 0 ? 100 : rhythm(t, random));
  }
  EXPECT_LT(moments.deviation(), 4);
}

TEST(RobustMoments, SentinelsInATwentiethOfAllValuesTeachNothing) {
  for (const double forgetting : {0.0, 0.001}) {
    Moments moments;
    Random random(1);
    for (int t = 0; t < 4000; ++t) {
      moments.learn(t % 20 == 7 ? -999 : rhythm(t, random), forgetting);
    }
    EXPECT_NEAR(moments.mean(), 20, 0.2);
    EXPECT_NEAR(moments.deviation(), 3.6, 0.1);
  }
}

TEST(RobustMoments, AFailureOfThirtyValuesTeachesNothing) {
  Moments moments;
  Random random(1);
  for (int t = 0; t < 2000; ++t) {
    const double x = rhythm(t, random);
    EXPECT_EQ(moments.learn(t >= 1000 && t < 1030 ? -5000 : x) == Lesson::outlier, t >= 1000 && t < 1030);
  }
}

/// How many steps after a change the moments have followed it: the mean within a deviation of the new one,
/// the deviation within a fifth; −1 if they never do.
int followed(double factor, double shift, double forgetting = 0, int change = 2000) {
  Moments moments;
  Random random(1);
  for (int t = 0; t < 3 * change; ++t) {
    const double x = rhythm(t, random);
    moments.learn(t < change ? x : factor * x + shift, forgetting);
    if (t >= change && std::abs(moments.mean() - (20 * factor + shift)) < 3.6 * std::abs(factor) &&
        std::abs(moments.deviation() / (3.6 * std::abs(factor)) - 1) < 0.2) {
      return t - change;
    }
  }
  return -1;
}

TEST(RobustMoments, FollowANewLevelOrALargerUnitWithin65Values) {
  for (const double forgetting : {0.0, 0.001}) {
    for (const auto& [factor, shift] : {std::pair{1.0, 1000.0}, {1.0, -100.0}, {1000.0, 0.0}, {-30.0, 0.0}}) {
      const int steps = followed(factor, shift, forgetting);
      EXPECT_GE(steps, 0) << factor << " " << shift;
      EXPECT_LE(steps, 65) << factor << " " << shift;
    }
  }
}

TEST(RobustMoments, FollowASmallerUnitWithinAThirdOfTheTimeBefore) {
  for (const double factor : {0.1, 0.01, 0.001}) {
    for (const int change : {500, 2000, 5000}) {
      const int steps = followed(factor, 0, 0, change);
      EXPECT_GE(steps, 0) << factor << " after " << change;
      EXPECT_LE(steps, change / 3) << factor << " after " << change;
    }
  }
}

TEST(RobustMoments, AStreamThatGoesBackAndForthEndsUpWithTheMomentsOfBothLevels) {
  Moments moments;
  Random random(1);
  for (int t = 0; t < 20000; ++t) {
    moments.learn(t / 100 % 2 * 100 + random.uniform(1));
  }
  EXPECT_NEAR(moments.mean(), 50, 5);
  EXPECT_NEAR(moments.deviation(), 50, 5);
}

TEST(RobustMoments, BurstsArePartOfTheStream) {
  // Of a base of 2, a twentieth of all values lies at 90, ten at a time: mean 6.4, deviation 19.2.
  Moments moments;
  Random random(1);
  for (int t = 0; t < 2000; ++t) {
    moments.learn(t % 200 >= 190 ? 90 + random.uniform(5) : 2 + random.uniform(0.3));
  }
  EXPECT_NEAR(moments.mean(), 6.4, 1);
  EXPECT_NEAR(moments.deviation(), 19.2, 3);
  EXPECT_FALSE(moments.read().is_outlier(90));
}

TEST(RobustMoments, DaysAndNightsAreTwoLevelsOfOneStreamFromTheThirdDayOn) {
  Moments moments;
  Random random(1);
  for (int t = 0; t < 5 * 288; ++t) {
    const double level = t % 288 < 100 || t % 288 >= 200 ? 20 : 80;
    const auto lesson = moments.learn(level + random.uniform(1));
    if (t >= 3 * 288) {
      ASSERT_EQ(lesson, Lesson::learned) << t;
    }
  }
  EXPECT_NEAR(moments.deviation(), 28.6, 3);
}

TEST(RobustMoments, ALongSilenceDoesNotMakeOutliersOfWhatFollows) {
  Moments moments;
  Random random(1);
  int outliers = 0;
  for (int t = 0; t < 3000; ++t) {
    outliers += moments.learn(t >= 500 && t < 2500 ? 20 : rhythm(t, random)) == Lesson::outlier;
  }
  EXPECT_EQ(outliers, 0);
}

TEST(RobustMoments, OneWrongValueOfAConstantStreamIsForgotten) {
  for (const int length : {1, 3}) {
    Moments moments;
    for (int t = 0; t < 1600; ++t) {
      moments.learn(t >= 1000 && t < 1000 + length ? 65535 : 20);
    }
    EXPECT_EQ(moments.mean(), 20);
    EXPECT_EQ(moments.deviation(), 0);
  }
}

TEST(RobustMoments, AStairIsNoWrongValue) {
  Moments moments;
  for (int t = 0; t < 3000; ++t) {
    ASSERT_NE(moments.learn(t / 1000), Lesson::restarted) << t;
  }
  EXPECT_NEAR(moments.mean(), 1, 1e-12);
}

TEST(RobustMoments, StayValidOverAnyNumbers) {
  Moments moments;
  Random random(3);
  const double edges[] = {0.0,
                          -0.0,
                          1e-320,
                          1e154,
                          -1e154,
                          (std::numeric_limits<double>::max)(),
                          (std::numeric_limits<double>::lowest)()};
  for (int t = 0; t < 100000; ++t) {
    const double size = std::pow(10.0, random.uniform(30));
    moments.learn(t % 11 == 0 ? edges[t / 11 % 7] : size * random.uniform(1), t % 3 == 0 ? 0.3 : 0);
    ASSERT_TRUE(moments.read().state_is_valid()) << t;
  }
}

TEST(RobustMoments, AStateThatCannotComeAboutIsNotValid) {
  Moments moments;
  EXPECT_TRUE(moments.read().state_is_valid());
  moments.learn(1);
  moments.learn(3);
  for (double& number : moments.memory) {
    const double was = number;
    number = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(moments.read().state_is_valid());
    number = was;
  }
  for (const int count : {0, 2, 5, 8, 9, 10, 13, 14}) {
    const double was = moments.memory[count];
    moments.memory[count] = -1;
    EXPECT_FALSE(moments.read().state_is_valid()) << count;
    moments.memory[count] = was;
  }
}

}  // namespace
}  // namespace eddy::testing

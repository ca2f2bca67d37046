// One bad value costs one value: what a monitor says after it is what it would have said without it. Streams
// are noise of deviation 1 unless something else is said.
#include <eddy/core/random.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/anomaly.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/kswin.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/quantile_tracker.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/stopping.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace eddy::testing {
namespace {

constexpr double wild_values[] = {65535, -999, 4294967295.0, 1e160, -1e200, 1.7e308};
constexpr int moments[] = {0, 3, 25, 700};  // first, before anything is known, in a warm-up, and late

template <class Detector>
class DetectorsAfterAWildValue : public ::testing::Test {};
using Detectors = ::testing::Types<Adwin, PageHinkley, Kswin<>>;
TYPED_TEST_SUITE(DetectorsAfterAWildValue, Detectors);

TYPED_TEST(DetectorsAfterAWildValue, FindNothingInItAndTheNextChangeAsSoonAsWithoutIt) {
  const auto delay = [](double wild, int when) {
    TypeParam detector;
    Random random(1);
    for (int t = 0; t < 2000; ++t) {
      EXPECT_FALSE(detector.update(t == when ? wild : random.normal()))
          << wild << " at " << when << ": " << t;
    }
    int t = 0;
    while (t < 1000 && !detector.update(2 + random.normal())) {
      ++t;
    }
    return t;
  };
  const int clean = delay(0, 0);
  for (const double wild : wild_values) {
    for (const int when : moments) {
      EXPECT_LE(delay(wild, when), clean + 40) << wild << " at " << when;  // ADWIN looks every 32 values
    }
  }
}

TYPED_TEST(DetectorsAfterAWildValue, FindAHugeChangeOnce) {
  for (const double jump : {1e3, 1e9, 1e150}) {
    TypeParam detector;
    Random random(2);
    int found = 0, first = 0;
    for (int t = 0; t < 2000; ++t) {
      if (detector.update((t < 1000 ? 0 : jump) + random.normal())) {
        first = ++found == 1 ? t : first;
      }
    }
    EXPECT_EQ(found, 1) << jump;
    EXPECT_LT(first, 1000 + 70) << jump;
  }
}

// Errors of a classifier: a one is rare, but no wild value.
TEST(Adwin, SeesTheRateOfRareOnesRise) {
  Adwin detector;
  Random random(3);
  for (int t = 0; t < 20000; ++t) {
    ASSERT_FALSE(detector.update(random.uniform() < 0.01 ? 1 : 0));
  }
  EXPECT_NEAR(detector.mean(), 0.01, 0.003);
  int delay = 0;
  while (delay < 2000 && !detector.update(random.uniform() < 0.1 ? 1 : 0)) {
    ++delay;
  }
  EXPECT_LT(delay, 400);
}

TEST(QuantileTracker, IsMovedByAWildNumberAsByAnyOther) {
  for (const double wild : wild_values) {
    for (const int when : moments) {
      QuantileTracker tracker, clean;
      Random random(4);
      for (int t = 0; t < 1500; ++t) {
        const double number = random.normal();
        tracker.add(t == when ? wild : number);
        clean.add(number);
      }
      EXPECT_NEAR(tracker.value(), clean.value(), 0.1) << wild << " at " << when;
    }
  }
}

TEST(QuantileTracker, FindsAQuantileFarBeyondWhatIsUsual) {
  QuantileTracker tracker({.quantile = 0.99, .rate = 0.05});
  Random random(5);
  double mean = 0;
  for (int t = 0; t < 200000; ++t) {
    const double u = random.uniform();
    tracker.add(1 / std::sqrt(1 - u));  // of which 1% are above 10, and the quartiles are 1.15 and 2
    mean += t < 100000 ? 0 : tracker.value() / 100000;
  }
  EXPECT_NEAR(mean, 10, 1.5);
}

TEST(AnomalyScore, JudgesTheNextAnomalyAsIfTheFirstHadNotBeen) {
  for (const double smoothing : {0.0, 0.9}) {
    for (const double wild : wild_values) {
      for (const int when : moments) {
        AnomalyScore score({.smoothing = smoothing}), clean({.smoothing = smoothing});
        Random random(6);
        for (int t = 0; t < 1500; ++t) {
          const double error = random.normal();
          EXPECT_TRUE(is_finite(score.update(t == when ? wild : error)));
          clean.update(error);
        }
        EXPECT_NEAR(score.deviation() / clean.deviation(), 1, 0.05) << wild << " at " << when;
        EXPECT_NEAR(score.update(30), clean.update(30), 2) << wild << " at " << when;
      }
    }
  }
}

TEST(AnomalyScore, StaysFiniteAfterAConstantStream) {
  AnomalyScore score({.forgetting = 0.1});
  for (int t = 0; t < 20000; ++t) {
    score.update(0.5);
  }
  score.update(1e200);
  Random random(7);
  for (int t = 0; t < 500; ++t) {
    EXPECT_TRUE(is_finite(score.update(random.normal())));
  }
  EXPECT_NEAR(score.deviation(), 1, 0.5);
}

TEST(ConformalInterval, WithoutARateIsTheQuantileOfItsErrors) {
  ConformalInterval<> nine({.coverage = 0.9, .rate = 0}), four({.coverage = 0.8, .rate = 0, .window = 4});
  for (int t = 0; t < 9; ++t) {
    EXPECT_FALSE(is_finite(nine.step(0).upper));
    nine.partial_fit(0.0);
  }
  EXPECT_EQ(nine.predict(0).lower, 0);
  EXPECT_EQ(nine.predict(0).upper, 0);
  int finite = 0;
  for (int t = 0; t < 1000; ++t) {
    finite += is_finite(four.step(0).upper);
    four.partial_fit(0.5);
  }
  EXPECT_EQ(finite, 996);
  EXPECT_EQ(four.radius(), 0.5);
}

TEST(ConformalInterval, IsNoWiderThanTwiceTheSecondLargestErrorForAWildOne) {
  ConformalInterval<> interval;
  Random random(8);
  for (int t = 0; t < 500; ++t) {
    interval.step(0);
    interval.partial_fit(t == 450 ? 1e30 : random.normal());
  }
  double widest = 0;
  for (int t = 0; t < 12; ++t) {  // a run of misses, which use up the level
    interval.step(0);
    widest = (std::max)(widest, interval.radius());
    interval.partial_fit((std::min)(1.01 * interval.radius(), 10.0));
  }
  EXPECT_LT(widest, 100);
}

TEST(ConformalInterval, StaysFiniteWhateverItMisses) {
  ConformalInterval<> interval({.coverage = 0.5, .rate = 1e-12, .window = 1});
  Random random(9);
  for (int t = 0; t < 3000; ++t) {
    const Interval now = interval.step(t % 2 == 0 ? 1.7e308 : -1.7e308);
    EXPECT_TRUE(t == 0 || (is_finite(now.lower) && is_finite(now.upper)));
    interval.partial_fit(random.normal());
  }
  const Interval normal = normal_interval(1e308, 1e9, 2);
  EXPECT_TRUE(is_finite(normal.lower) && is_finite(normal.upper));
  EXPECT_EQ(normal_interval(1, -1e9, 2).width(), 0);
}

template <class M>
class MetricsAfterAWildPair : public ::testing::Test {};
using Metrics = ::testing::Types<Mae, Rmse, Nrmse, RSquared, Mape, Smape>;
TYPED_TEST_SUITE(MetricsAfterAWildPair, Metrics);

TYPED_TEST(MetricsAfterAWildPair, RecoverOnceItHasLeft) {
  const double wild[][2] = {{1e300, 0},      {0, 1e300},         {1e300, 1e300},  {-1.7e308, 1.7e308},
                            {1e150, -1e150}, {1e200, 1e200 + 1}, {1e-320, 1e290}, {1e100, 1},
                            {1e30, 1e30},    {65535, 0},         {-1e154, -1e154}};
  for (const auto& pair : wild) {
    TypeParam all, forgetting(MetricOptions{.forgetting = 0.05}), clean(MetricOptions{.forgetting = 0.05});
    Rolling<TypeParam, 50> rolling, clean_rolling;
    Random random(10);
    for (int t = 0; t < 20000; ++t) {
      const bool is_wild = t == 20 || t == 21;
      const double truth = 3 + random.normal(), prediction = 3 + random.normal();
      all.add(is_wild ? pair[0] : truth, is_wild ? pair[1] : prediction);
      forgetting.add(is_wild ? pair[0] : truth, is_wild ? pair[1] : prediction);
      rolling.add(is_wild ? pair[0] : truth, is_wild ? pair[1] : prediction);
      clean.add(truth, prediction);
      clean_rolling.add(truth, prediction);
      EXPECT_TRUE(is_finite(all.value()) || t < 2) << pair[0] << ", " << pair[1] << ": " << t;
      if (t > 21 + 100) {
        ASSERT_NEAR(rolling.value(), clean_rolling.value(), 1e-9) << pair[0] << ", " << pair[1] << ": " << t;
      }
    }
    EXPECT_NEAR(forgetting.value(), clean.value(), 1e-6) << pair[0] << ", " << pair[1];
  }
}

TEST(Plateau, IsNotToldByOneWildError) {
  Plateau plateau({.samples = 50, .patience = 2}), clean({.samples = 50, .patience = 2});
  Random random(11);
  for (int t = 0; t < 2000; ++t) {
    const double error = std::exp(-0.001 * t) * (1 + 0.1 * random.normal());
    EXPECT_EQ(plateau.update(t % 500 == 60 ? 1e300 : t == 777 ? -1e300 : error), clean.update(error)) << t;
  }
}

}  // namespace
}  // namespace eddy::testing

#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/quantile_tracker.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

template class eddy::ConformalInterval<100, 4>;
template class eddy::ConformalInterval<>;

namespace eddy::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Interval, OfANormalDistributionIsThatOfTheTables) {
  EXPECT_NEAR(normal_deviations(0.5), 0.674489750196082, 1e-14);
  EXPECT_NEAR(normal_deviations(0.9), 1.644853626951473, 1e-14);
  EXPECT_NEAR(normal_deviations(0.95), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_deviations(0.99), 2.575829303548901, 1e-14);
  for (const double coverage : {1e-9, 1e-3, 0.3, 0.8, 0.999, 1 - 1e-9}) {
    EXPECT_NEAR(std::erf(normal_deviations(coverage) / std::sqrt(2.0)), coverage, 1e-15);
  }
  const Interval interval = normal_interval(10, std::log(4), normal_deviations(0.95));
  EXPECT_NEAR(interval.lower, 10 - 2 * 1.96, 1e-3);
  EXPECT_NEAR(interval.upper, 10 + 2 * 1.96, 1e-3);
  EXPECT_THROW(normal_deviations(1), std::invalid_argument);
  EXPECT_THROW(normal_deviations(not_a_number<double>), std::invalid_argument);
}

TEST(QuantileTracker, FindsTheQuantileInAnyUnit) {
  for (const double unit : {1e-6, 1.0, 1e6}) {
    QuantileTracker tracker({.quantile = 0.8, .rate = 0.01});
    Random random(1);
    double mean = 0;
    for (int t = 0; t < 20000; ++t) {
      tracker.add(unit * (5 + random.uniform()));
      mean += t < 10000 ? 0 : tracker.value() / 10000;
    }
    // 5.8 is the quantile; around it the tracker wanders by a few steps of 0.01 · 0.35.
    EXPECT_NEAR(mean / unit, 5.8, 0.005);
    EXPECT_NEAR(tracker.value() / unit, 5.8, 0.05);
  }
}

TEST(QuantileTracker, FollowsAStreamThatMoves) {
  QuantileTracker tracker({.rate = 0.1});
  Random random(2);
  int below = 0;
  for (int t = 0; t < 5000; ++t) {
    const double number = 0.001 * t + (t > 2500 ? 5 : 1) * random.normal();
    below += number <= tracker.value();
    tracker.add(number);
  }
  // What the documentation allows: q moves by 5 + 5 in steps of up to η s, s from 1.4 to 7, which is 0.1 of
  // 5000 · 0.1 · 1.4 at worst.
  EXPECT_NEAR(below / 5000.0, 0.9, 10 / (5000 * 0.1 * 1.4));
  EXPECT_NEAR(tracker.value(), 5 + 5 * 1.28, 1.5);  // where the 90% of a normal distribution are
}

TEST(QuantileTracker, SkipsWhatIsNotFiniteAndNamesBadSettings) {
  QuantileTracker tracker, other;
  EXPECT_TRUE(is_nan(tracker.value()));
  tracker.add(3);
  tracker.add(not_a_number<double>);
  tracker.add(-infinity);
  EXPECT_EQ(tracker.value(), 3);
  EXPECT_EQ(tracker.skipped(), 2);
  tracker.add(5);
  copy_state(tracker, other);
  tracker.add(7);
  other.add(7);
  EXPECT_EQ(tracker.value(), other.value());
  tracker.reset();
  EXPECT_TRUE(is_nan(tracker.value()));
  EXPECT_THROW(QuantileTracker({.quantile = 1}), std::invalid_argument);
  EXPECT_THROW(QuantileTracker({.rate = 0}), std::invalid_argument);
  EXPECT_THROW(QuantileTracker({.forgetting = not_a_number<double>}), std::invalid_argument);
}

// Errors uniform on [0, 1): the radius that covers 80% is 0.8.
TEST(ConformalInterval, HasTheRadiusThatCoversTheShareAskedFor) {
  ConformalInterval<> interval({.coverage = 0.8, .rate = 0.005, .window = 1000});
  Random random(3);
  for (int t = 0; t < 20000; ++t) {
    interval.step(t);
    interval.partial_fit(t + random.uniform(1));
  }
  EXPECT_NEAR(interval.radius(), 0.8, 0.06);  // of 1000 errors: 0.8 ± 0.013, and the level wanders
  EXPECT_NEAR(interval.coverage(), 0.8, 1.0 / 20000 / 0.005);  // the bound of the documentation
  const Interval next = interval.predict(7);
  EXPECT_EQ(next.lower, 7 - interval.radius());
  EXPECT_EQ(next.width(), 2 * interval.radius());
  EXPECT_TRUE(next.covers(7.5));
  EXPECT_FALSE(next.covers(9));
}

// The n-th of n + 1 errors is above the others with probability 1/(n + 1): 9 of them are needed for 90%.
TEST(ConformalInterval, IsInfiniteUntilThereAreErrorsEnough) {
  ConformalInterval<> interval;
  for (int t = 0; t < 9; ++t) {
    EXPECT_EQ(interval.step(0).upper, infinity);
    EXPECT_TRUE(interval.partial_fit(t));
  }
  EXPECT_LT(interval.step(0).upper, infinity);
}

/// The worst and the mean coverage of blocks of 500 labels.
struct Coverage {
  double worst = 1, mean = 0;

  explicit Coverage(const std::vector<bool>& covered) {
    const std::size_t blocks = covered.size() / 500;
    for (std::size_t block = 0; block < blocks; ++block) {
      const auto begin = covered.begin() + static_cast<long>(500 * block);
      const double share = static_cast<double>(std::count(begin, begin + 500, true)) / 500;
      worst = (std::min)(worst, share);
      mean += share / static_cast<double>(blocks);
    }
  }
};

// Errors that are ten times as large in every other 500: the worst that can happen to one block.
TEST(ConformalInterval, HoldsItsCoverageThroughRegimes) {
  ConformalInterval<> adaptive, fixed({.rate = 0});
  Random random(4);
  std::vector<bool> by_adaptive, by_fixed;
  for (int t = 0; t < 20000; ++t) {
    const double label = (t / 500 % 2 == 0 ? 1 : 10) * random.normal();
    adaptive.step(0);
    fixed.step(0);
    by_adaptive.push_back(adaptive.partial_fit(label));
    by_fixed.push_back(fixed.partial_fit(label));
  }
  EXPECT_NEAR(Coverage(by_adaptive).mean, 0.9, 0.005);
  EXPECT_GT(Coverage(by_adaptive).worst, 0.85);
  EXPECT_LT(Coverage(by_fixed).worst, 0.75);  // what the level is for
}

// Each error is just outside the interval, for as long as the stream likes: the radius doubles and doubles.
TEST(ConformalInterval, OutgrowsAnyError) {
  ConformalInterval<> interval;
  for (int t = 0; t < 100; ++t) {
    interval.step(0);
    interval.partial_fit(t % 2);
  }
  int misses = 0;
  while (!interval.step(0).covers(1e9)) {
    interval.partial_fit((std::min)(1e9, 1.01 * interval.radius()));
    ++misses;
  }
  EXPECT_LT(misses, 60);  // log₂ 1e9 is 30, after the few that use up the level
}

TEST(ConformalInterval, JudgesALateLabelByTheIntervalOfItsStep) {
  ConformalInterval<> late({.window = 20, .delay = 4}), at_once({.window = 20, .delay = 1});
  Random random(5);
  for (int t = 1; t <= 200; ++t) {
    const double label = random.normal();
    at_once.step(0);
    EXPECT_EQ(late.step(0).upper, at_once.radius());
    EXPECT_EQ(late.partial_fit(at(t), label), at_once.partial_fit(label));
  }
  const double then = late.step(0).upper;
  late.step(100);
  late.step(100);
  EXPECT_TRUE(late.partial_fit(at(202), 100));
  EXPECT_TRUE(late.partial_fit(at(201), then));
  EXPECT_FALSE(late.partial_fit(at(201), then));  // once only
  EXPECT_FALSE(late.partial_fit(at(204), 0));     // still to come
  EXPECT_EQ(late.count(), 202);
  EXPECT_EQ(late.skipped(), 2);
  late.reset();
  EXPECT_FALSE(late.partial_fit(at(203), 100));
  EXPECT_EQ(late.time(), 203);
}

TEST(ConformalInterval, LearnsNothingFromWhatIsNotFinite) {
  ConformalInterval<> interval({.window = 20});
  for (int t = 0; t < 30; ++t) {
    interval.step(t % 3);
    interval.partial_fit(0);
  }
  const double radius = interval.radius(), level = interval.level();
  interval.step(not_a_number<double>);
  EXPECT_FALSE(interval.partial_fit(0));
  interval.step(0);
  EXPECT_FALSE(interval.partial_fit(infinity));
  EXPECT_FALSE(interval.partial_fit(not_a_number<double>));
  EXPECT_EQ(interval.radius(), radius);
  EXPECT_EQ(interval.level(), level);
  EXPECT_EQ(interval.skipped(), 3);
  EXPECT_TRUE(interval.partial_fit(0));  // the label that came after the broken ones
}

TEST(ConformalInterval, NamesASettingThatCannotBe) {
  EXPECT_THROW(ConformalInterval<>({.coverage = 1}), std::invalid_argument);
  EXPECT_THROW(ConformalInterval<>({.coverage = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(ConformalInterval<>({.rate = -1}), std::invalid_argument);
  EXPECT_THROW(ConformalInterval<>({.window = 0}), std::invalid_argument);
  EXPECT_THROW(ConformalInterval<>({.delay = 0}), std::invalid_argument);
  EXPECT_THROW((ConformalInterval<100, 4>({.window = 10})), std::invalid_argument);
}

TEST(ConformalInterval, GoesOnFromItsState) {
  ConformalInterval<> interval({.window = 30}), other({.window = 30});
  Random random(6);
  for (int t = 0; t < 200; ++t) {
    if (t == 100) {
      copy_state(interval, other);
    }
    const double label = random.normal();
    interval.step(0);
    interval.partial_fit(at(interval.time() - 3), label);
    if (t >= 100) {
      other.step(0);
      other.partial_fit(at(other.time() - 3), label);
      ASSERT_EQ(interval.radius(), other.radius());
    }
  }
  EXPECT_EQ(interval.coverage(), other.coverage());
}

// The riders of a day, guessed to be those of the same day a week ago: errors with holidays, seasons, and a
// trend.
TEST(ConformalInterval, CoversWhatWasAskedOfARealStream) {
  std::ifstream file(std::string(EDDY_EXAMPLE_DATA) + "/chicago_ridership.csv");
  std::string line;
  std::getline(file, line);
  std::vector<double> riders;
  while (std::getline(file, line)) {
    riders.push_back(std::stod(line.substr(line.find(',') + 1)));
  }
  ASSERT_EQ(riders.size(), 5698u);
  ConformalInterval<> interval;
  std::vector<bool> covered;
  for (std::size_t day = 7; day < riders.size(); ++day) {
    interval.step(riders[day - 7]);
    covered.push_back(interval.partial_fit(riders[day]));
  }
  const Coverage coverage(covered);
  std::printf("[ stream   ] coverage %.3f, in the worst block of 500 %.3f\n", coverage.mean, coverage.worst);
  EXPECT_NEAR(interval.coverage(), 0.9, 0.01);
  EXPECT_GT(coverage.worst, 0.87);
}

}  // namespace
}  // namespace eddy::testing

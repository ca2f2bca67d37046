#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/ddm.hpp>
#include <eddy/streaming/kswin.hpp>
#include <eddy/streaming/page_hinkley.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <vector>

template class eddy::Kswin<100, 30>;
template class eddy::Kswin<>;

namespace eddy::testing {
namespace {

static_assert(DriftDetector<Adwin> && DriftDetector<PageHinkley> && DriftDetector<Ddm> &&
              DriftDetector<Kswin<>>);

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The number of changes found among `count` values.
template <class Detector, class Value>
int changes(Detector& detector, int count, Value&& value) {
  int found = 0;
  for (int t = 0; t < count; ++t) {
    found += detector.update(value(t));
  }
  return found;
}

/// After how many values a change is found, `limit` if it is not by then.
template <class Detector, class Value>
int delay(Detector& detector, int limit, Value&& value) {
  for (int t = 1; t <= limit; ++t) {
    if (detector.update(value(t))) {
      return t;
    }
  }
  return limit;
}

/// What every detector of changes in any numbers must hold.
template <class Detector>
class DriftConformance : public ::testing::Test {};

using Detectors = ::testing::Types<Adwin, PageHinkley, Kswin<>, Kswin<300, 60>>;
TYPED_TEST_SUITE(DriftConformance, Detectors);

TYPED_TEST(DriftConformance, FindsAJumpInAnyUnitAndAtAnyLevel) {
  for (const double unit : {1e-6, 1.0, 1e6}) {
    TypeParam detector;
    Random random(1);
    EXPECT_EQ(changes(detector, 3000, [&](int) { return unit * (20 + random.normal()); }), 0);
    EXPECT_LT(delay(detector, 1000, [&](int) { return unit * (22 + random.normal()); }), 100);
    EXPECT_EQ(changes(detector, 3000, [&](int) { return unit * (22 + random.normal()); }), 0);
  }
}

template <class Detector>
void tells_a_fall_from_a_rise(const Detector& fresh, Change change) {
  Detector detector = fresh;
  Random random(2);
  const auto noise = [&](double level) { return [&, level](int) { return level + random.normal(); }; };
  EXPECT_EQ(changes(detector, 1000, noise(0)), 0);
  EXPECT_EQ(changes(detector, 1000, noise(3)) > 0, change != Change::down);
  EXPECT_EQ(changes(detector, 1000, noise(0)) > 0, change != Change::up);
}

TEST(DriftDetectors, TellAFallFromARise) {
  for (const Change change : {Change::up, Change::down, Change::any}) {
    tells_a_fall_from_a_rise(Adwin({.change = change}), change);
    tells_a_fall_from_a_rise(PageHinkley({.change = change}), change);
  }
}

TYPED_TEST(DriftConformance, FindsNothingInValuesThatNeverVary) {
  TypeParam detector;
  EXPECT_EQ(changes(detector, 10000, [](int) { return 0.1; }), 0);
}

TYPED_TEST(DriftConformance, PassesOverWhatIsNotFinite) {
  TypeParam clean, dirty;
  Random random(3);
  for (int t = 0; t < 2000; ++t) {
    const double value = random.normal() + (t > 1500 ? 4 : 0);
    EXPECT_FALSE(dirty.update(not_a_number<double>));
    EXPECT_FALSE(dirty.update(infinity));
    ASSERT_EQ(clean.update(value), dirty.update(value));
  }
}

TYPED_TEST(DriftConformance, BeginsAnewWhenReset) {
  TypeParam used, fresh;
  Random random(4);
  changes(used, 777, [&](int) { return 50 + random.normal(); });
  used.reset();
  for (int t = 0; t < 2000; ++t) {
    const double value = random.normal() + (t > 1500 ? 4 : 0);
    ASSERT_EQ(used.update(value), fresh.update(value));
  }
}

TYPED_TEST(DriftConformance, GoesOnFromItsState) {
  TypeParam detector, other;
  Random random(5);
  for (int t = 0; t < 2000; ++t) {
    if (t == 1400) {
      copy_state(detector, other);
    }
    const double value = random.normal() + (t > 1500 ? 4 : 0);
    const bool found = detector.update(value);
    if (t >= 1400) {
      ASSERT_EQ(found, other.update(value));
    }
  }
}

// With mean and deviation known well, the run to a false alarm is what Siegmund's formula says, which is good
// to a few percent; 300 runs of an exponential law tell it to 6%.
TEST(PageHinkley, RaisesFalseAlarmsAsOftenAsTheFormulaSays) {
  constexpr int warm_up = 5000, runs = 300;
  PageHinkley detector({.tolerance = 0.25, .threshold = 8, .warm_up = warm_up, .change = Change::any});
  Random random(6);
  double values = 0;
  for (int run = 0; run < runs; ++run) {
    detector.reset();
    changes(detector, warm_up, [&](int) { return random.normal(); });
    values += delay(detector, 1000000, [&](int) { return random.normal(); });
  }
  // Half of what it is for one direction.
  const double h = 8 + 1.166, expected = (std::exp(0.5 * h) - 0.5 * h - 1) / (2 * 0.25 * 0.25) / 2;
  std::printf("[ drift    ] values to a false alarm: %.0f, by the formula %.0f\n", values / runs, expected);
  EXPECT_NEAR(values / runs / expected, 1, 0.3);
}

TEST(PageHinkley, FindsAChangeAsSoonAsTheFormulaSays) {
  Random random(7);
  for (const double jump : {0.5, 1.0, 2.0}) {
    constexpr int runs = 200;
    double values = 0;
    for (int run = 0; run < runs; ++run) {
      PageHinkley detector;
      changes(detector, 5000, [&](int) { return random.normal(); });
      values += delay(detector, 5000, [&](int) { return jump + random.normal(); });
    }
    const double drift = jump - 0.25, expected = (2 * drift * 26.166 - 1) / (2 * drift * drift);
    std::printf("[ drift    ] values to a jump of %.1f: %.1f, by the formula %.1f\n", jump, values / runs,
                expected);
    EXPECT_NEAR(values / runs / expected, 1, 0.1);
  }
}

// The guarantee: a look finds a change that is not there with a probability of at most δ.
TEST(Adwin, RaisesFewerFalseAlarmsThanItPromises) {
  for (const double share : {0.1, 0.5}) {
    Adwin detector({.confidence = 0.05, .every = 1, .range = 1, .change = Change::any});
    Random random(8);
    const int found = changes(detector, 100000, [&](int) { return random.uniform() < share ? 1.0 : 0.0; });
    std::printf("[ drift    ] false alarms in 100000 looks: %d\n", found);
    EXPECT_LT(found, 0.05 * 100000);
  }
}

// The other guarantee: a change that is larger than ε for some cut, on both sides by chance, is found. For a
// jump from 0.2 to 0.8 of a share of ones ε falls below the jump after a few dozen values.
TEST(Adwin, FindsAChangeAsSoonAsItsBoundAllows) {
  Random random(9);
  for (const double jump : {0.1, 0.3, 0.6}) {
    constexpr int runs = 100, before = 4096;
    double values = 0;
    for (int run = 0; run < runs; ++run) {
      Adwin detector({.every = 1, .range = 1});
      changes(detector, before, [&](int) { return random.uniform() < 0.2 ? 1.0 : 0.0; });
      values += delay(detector, 5000, [&](int) { return random.uniform() < 0.2 + jump ? 1.0 : 0.0; });
    }
    // The first n whose ε is below the jump, with the variance of the whole window.
    int bound = 5;
    for (;; ++bound) {
      const double n = bound, all = before + n, share = 0.2 + jump * n / all;
      const double confidence = std::log(2 * std::log(all) / 0.002), inverse = 1 / n + 1.0 / before;
      if (std::sqrt(2 * inverse * share * (1 - share) * confidence) + 2.0 / 3 * inverse * confidence < jump) {
        break;
      }
    }
    std::printf("[ drift    ] values to a jump of %.1f: %.1f, by the bound %d\n", jump, values / runs, bound);
    EXPECT_LT(values / runs,
              1.1 * bound);  // sooner, as the bound asks of the mean what chance brings earlier
  }
}

TEST(Adwin, KeepsTheMeanAndVarianceOfItsWindow) {
  Adwin detector;
  EXPECT_EQ(detector.width(), 0);
  EXPECT_TRUE(is_nan(detector.mean()));
  Random random(10);
  std::vector<double> values;
  for (int t = 0; t < 1000; ++t) {
    values.push_back(1e6 + random.normal());
    detector.update(values.back());
  }
  ASSERT_EQ(detector.width(), 1000);
  double mean = 0, variance = 0;
  for (const double value : values) {
    mean += value / 1000;
  }
  for (const double value : values) {
    variance += (value - mean) * (value - mean) / 1000;
  }
  EXPECT_NEAR(detector.mean(), mean, 1e-8);  // rounding of 1e6
  EXPECT_NEAR(detector.variance(), variance, 1e-8);
  changes(detector, 3000, [&](int) { return 2e6 + random.normal(); });
  EXPECT_LE(detector.width(), 3000);
  EXPECT_GT(detector.width(), 2900);
  EXPECT_NEAR(detector.mean(), 2e6, 0.1);
}

// On a stream that raises no false alarm before.
TEST(Ddm, WarnsBeforeItFindsARise) {
  Ddm detector({.warm_up = 300});
  Random random(15);
  EXPECT_EQ(changes(detector, 1000, [&](int) { return random.uniform() < 0.2 ? 1.0 : 0.0; }), 0);
  EXPECT_NEAR(detector.rate(), 0.2, 0.04);
  int warned = 0, found = 0;
  for (int t = 1; t <= 1000 && found == 0; ++t) {
    found = detector.update(random.uniform() < 0.5 ? 1 : 0) ? t : 0;
    warned = warned == 0 && detector.warning() ? t : warned;
  }
  // s* is about 0.4/√1000 = 0.0126; p must rise by two to four of them, and rises by 0.3 n / (1000 + n).
  EXPECT_GT(warned, 0);
  EXPECT_LT(warned, found);
  EXPECT_LT(found, 350);
  EXPECT_FALSE(detector.warning());
}

// Three deviations, at every one of the values: about one in a thousand would be found at a single moment.
TEST(Ddm, RarelyFindsWhatIsNotThere) {
  int found = 0;
  for (std::uint64_t run = 0; run < 200; ++run) {
    Ddm detector;
    Random random(run);
    found += changes(detector, 1000, [&](int) { return random.uniform() < 0.2 ? 1.0 : 0.0; }) > 0;
  }
  std::printf("[ drift    ] runs of 1000 in which DDM finds a change that is not there: %.1f%%\n",
              found / 2.0);
  EXPECT_LT(found, 60);
}

TEST(Ddm, TakesRightAndWrongOnly) {
  Ddm detector, other;
  EXPECT_EQ(changes(detector, 1000, [](int) { return 0.0; }), 0);
  EXPECT_FALSE(detector.warning());
  EXPECT_FALSE(detector.update(1));  // the first error ever
  EXPECT_FALSE(detector.update(not_a_number<double>));
  EXPECT_THROW(detector.update(1.5), std::invalid_argument);
  EXPECT_THROW(detector.update(-0.5), std::invalid_argument);
  copy_state(detector, other);
  for (int t = 0; t < 50; ++t) {
    ASSERT_EQ(detector.update(t % 2), other.update(t % 2));
  }
}

TEST(Kswin, HasTheDistanceOfTheTextbook) {
  Kswin<> detector({.confidence = 0.5, .window = 12, .recent = 4, .every = 1000});
  std::vector<double> values;
  Random random(12);
  for (int t = 0; t < 200; ++t) {
    values.push_back(static_cast<double>(random.below(6)));  // many are equal
    detector.update(values.back());
    if (t < 11) {
      continue;
    }
    double largest = 0;
    for (double x = -1; x < 7; x += 0.5) {
      const auto share = [&](auto begin, auto end) {
        return static_cast<double>(std::count_if(begin, end, [&](double value) { return value <= x; })) /
               static_cast<double>(end - begin);
      };
      largest = (std::max)(largest, std::abs(share(values.end() - 4, values.end()) -
                                             share(values.end() - 12, values.end() - 4)));
    }
    ASSERT_NEAR(detector.distance(), largest, 1e-15);
  }
}

// A spread that doubles around the same mean, which is nothing to the others.
TEST(Kswin, FindsAChangeThatIsNotOfTheMean) {
  // D is 0.24, the difference of two normal distributions at ±1.5; it must be above 0.18.
  Kswin<> detector({.window = 1000, .recent = 200});
  Adwin adwin({.change = Change::any});
  Random random(13);
  const auto noise = [&](double spread) { return [&, spread](int) { return spread * random.normal(); }; };
  EXPECT_EQ(changes(detector, 2000, noise(1)), 0);
  EXPECT_LT(delay(detector, 1000, noise(3)), 250);
  EXPECT_EQ(changes(adwin, 2000, noise(1)) + changes(adwin, 1000, noise(3)), 0);
}

// The bound on D is that of large samples; a test finds what is not there with a probability of at most α.
TEST(Kswin, RaisesNoMoreFalseAlarmsThanItPromises) {
  Kswin<> detector({.confidence = 0.01, .window = 200, .recent = 50, .every = 50});
  Random random(14);
  constexpr int count = 500000;
  const int found = changes(detector, count, [&](int) { return random.normal(); });
  std::printf("[ drift    ] false alarms of KSWIN at 1%%: %.2f%% of tests\n", 100.0 * found / (count / 50));
  EXPECT_LT(found, 0.01 * count / 50 * 1.3);
  EXPECT_GT(found, 0.01 * count / 50 * 0.3);
}

TEST(DriftDetectors, NameASettingThatCannotBe) {
  EXPECT_THROW(Adwin({.confidence = 0}), std::invalid_argument);
  EXPECT_THROW(Adwin({.confidence = 1}), std::invalid_argument);
  EXPECT_THROW(Adwin({.every = 0}), std::invalid_argument);
  EXPECT_THROW(Adwin({.range = -1}), std::invalid_argument);
  EXPECT_THROW(PageHinkley({.tolerance = -1}), std::invalid_argument);
  EXPECT_THROW(PageHinkley({.threshold = 0}), std::invalid_argument);
  EXPECT_THROW(PageHinkley({.threshold = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(PageHinkley({.warm_up = 1}), std::invalid_argument);
  EXPECT_THROW(Ddm({.drift = 0}), std::invalid_argument);
  EXPECT_THROW(Ddm({.warm_up = 0}), std::invalid_argument);
  EXPECT_THROW(Kswin<>({.confidence = 0}), std::invalid_argument);
  EXPECT_THROW(Kswin<>({.window = 10, .recent = 10}), std::invalid_argument);
  EXPECT_THROW(Kswin<>({.recent = 0}), std::invalid_argument);
  EXPECT_THROW(Kswin<>({.every = 0}), std::invalid_argument);
  EXPECT_THROW((Kswin<100, 30>({.recent = 20})), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

#include "support/state.hpp"

#include <eddy/streaming/stopping.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace eddy::testing {
namespace {

/// After how many errors a rule stops; 0 if it does not within `limit`.
template <class Rule, class Error>
int stops_after(Rule& rule, int limit, Error&& error) {
  for (int t = 1; t <= limit; ++t) {
    if (rule.update(error(t))) {
      EXPECT_TRUE(rule.update(1e9));  // and stays so
      return t;
    }
  }
  return 0;
}

TEST(Budget, IsUsedUp) {
  Budget budget(5);
  EXPECT_EQ(stops_after(budget, 10, [](int) { return not_a_number<double>; }), 5);
  EXPECT_EQ(budget.left(), 0);
  budget.reset();
  EXPECT_EQ(budget.left(), 5);
}

TEST(TargetError, IsReachedByTheMeanOfABlock) {
  TargetError target({.error = 0.5, .samples = 10});
  // The mean of block k (from 1) is 1/k, of every other error twice that.
  const auto error = [](int t) { return t % 2 * 2.0 / ((t - 1) / 10 + 1); };
  EXPECT_EQ(stops_after(target, 100, error), 20);
  target.reset();
  EXPECT_EQ(stops_after(target, 100, error), 20);
  TargetError never({.error = 0.5, .samples = 10});
  EXPECT_EQ(stops_after(never, 1000, [](int) { return 0.51; }), 0);
}

TEST(Plateau, IsWhereTheErrorFallsNoMore) {
  Plateau plateau({.improvement = 0.1, .samples = 10, .patience = 2});
  // Blocks of mean 1, 0.5, 0.25, 0.125, then 0.12 for ever, which is not 10% better.
  const auto error = [](int t) {
    const int block = (t - 1) / 10;
    return block < 4 ? 1.0 / (1 << block) : 0.12;
  };
  EXPECT_EQ(stops_after(plateau, 1000, error), 60);
  EXPECT_DOUBLE_EQ(plateau.best(), 0.125);
  plateau.reset();
  EXPECT_TRUE(is_nan(plateau.best()));
  EXPECT_EQ(stops_after(plateau, 1000, error), 60);
  Plateau patient({.improvement = 0, .samples = 10, .patience = 1});
  EXPECT_EQ(stops_after(patient, 1000, [](int t) { return 1.0 / t; }), 0);
}

TEST(AnyOf, StopsWhenTheFirstDoes) {
  auto rule = any_of(Budget(100), TargetError({.error = 0.1, .samples = 5}), Plateau({.samples = 10}));
  EXPECT_EQ(stops_after(rule, 1000, [](int t) { return 1.0 / t; }),
            15);  // 11 … 15: the first block below 0.1
  rule.reset();
  EXPECT_EQ(stops_after(rule, 1000, [](int) { return 1.0; }), 40);
  rule.reset();
  EXPECT_EQ(stops_after(rule, 1000, [](int t) { return 10.0 / t; }), 100);
}

TEST(StoppingRules, PassOverErrorsThatAreNotFinite) {
  TargetError target({.error = 0.5, .samples = 2});
  Plateau plateau({.samples = 2, .patience = 1});
  for (int t = 0; t < 10; ++t) {
    EXPECT_FALSE(target.update(not_a_number<double>));
    EXPECT_FALSE(plateau.update(not_a_number<double>));
  }
  EXPECT_FALSE(target.update(0.2));
  EXPECT_TRUE(target.update(0.2));
}

TEST(StoppingRules, NameASettingThatCannotBe) {
  EXPECT_THROW(Budget(0), std::invalid_argument);
  EXPECT_THROW(TargetError({.error = 1, .samples = 0}), std::invalid_argument);
  EXPECT_THROW(TargetError({.error = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(Plateau({.improvement = 1}), std::invalid_argument);
  EXPECT_THROW(Plateau({.patience = 0}), std::invalid_argument);
}

TEST(StoppingRules, GoOnFromTheirState) {
  const auto make = [] {
    return any_of(Budget(500), TargetError({.error = -1}), Plateau({.samples = 10, .patience = 4}));
  };
  auto rule = make(), other = make();
  for (int t = 0; t < 25; ++t) {
    rule.update(1);
  }
  copy_state(rule, other);
  for (int t = 0; t < 50; ++t) {
    ASSERT_EQ(rule.update(1), other.update(1));
  }
  EXPECT_TRUE(rule.update(1));
}

}  // namespace
}  // namespace eddy::testing

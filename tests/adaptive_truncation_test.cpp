#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

using Model = Lstm<double, 3, 8, 1, MeanSquaredError, Sgd, TruncatedBptt<24>, NoRehearsal>;

/// The relative error of the gradient under a tolerance, and the share of the steps back that it takes.
struct Outcome {
  double error = 0, steps = 0;
};

Outcome with_tolerance(double tolerance) {
  Model whole({.optimizer = {.learning_rate = 0}});
  Model early({.optimizer = {.learning_rate = 0}, .credit = {.tolerance = tolerance}});
  Outcome outcome;
  for (int t = 0; t < 200; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    EXPECT_EQ(whole.partial_fit(x, x(0)), early.partial_fit(x, x(0)));
    outcome.error =
        (std::max)(outcome.error, (whole.gradient() - early.gradient()).norm() / whole.gradient().norm());
  }
  outcome.steps = static_cast<double>(early.steps_back()) / static_cast<double>(whole.steps_back());
  return outcome;
}

TEST(AdaptiveTruncation, NoToleranceGoesThroughTheWholeWindow) {
  const Outcome outcome = with_tolerance(0);
  EXPECT_EQ(outcome.error, 0);
  EXPECT_EQ(outcome.steps, 1);
}

TEST(AdaptiveTruncation, TheErrorAndTheWorkFollowTheTolerance) {
  // Error fades slowly in a network that has not learned: finer tolerances cut nothing off within 24 steps.
  const Outcome fine = with_tolerance(0.1), coarse = with_tolerance(0.3);
  // What is cut off is the sum of errors that go on falling: of the order of the tolerance.
  EXPECT_GT(fine.error, 0);
  EXPECT_LT(fine.error, 0.2);
  EXPECT_LT(coarse.error, 0.6);
  EXPECT_GT(coarse.error, fine.error);
  EXPECT_LT(coarse.steps, fine.steps);
  EXPECT_LT(fine.steps, 1);
}

TEST(AdaptiveTruncation, NeverLeavesAnErrorBehind) {
  using Sparse = Lstm<double, 3, 8, 1, MeanSquaredError, Sgd, TruncatedBptt<16, 16>, NoRehearsal>;
  Sparse whole({.optimizer = {.learning_rate = 0}}),
      early({.optimizer = {.learning_rate = 0}, .credit = {.tolerance = 0.9}});
  for (int t = 0; t < 160; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    whole.partial_fit(x, x(0));
    early.partial_fit(x, x(0));
  }
  // Errors at every step of the window: nothing may be cut off before the oldest of them.
  EXPECT_EQ(whole.gradient(), early.gradient());
}

TEST(AdaptiveTruncation, RefusesWhatIsNoTolerance) {
  for (const double tolerance : {-0.1, 1.0, not_a_number<double>}) {
    EXPECT_THROW(Model({.credit = {.tolerance = tolerance}}), std::invalid_argument) << tolerance;
  }
}

}  // namespace
}  // namespace eddy::testing

// Whatever finite numbers come, weights and moments stay finite, or the update is skipped and said.

#include "support/numeric.hpp"

#include <eddy/eddy.hpp>
#include <eddy/schedule.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace eddy::testing {
namespace {

/// An optimizer of one's own, without any checks: its sum overflows.
struct Naive {
  double learning_rate = 0.1;
  static constexpr int moments = 1;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t) const {
    m[0] += g.square();
    w -= static_cast<typename Weights::Scalar>(learning_rate) * g / (m[0].sqrt() + 1e-8f);
  }
};

// Weights and moments stay finite under labels as large as their squares may be, or the update is skipped.
template <class O>
void expect_finite_learning(const char* name) {
  Gru<float, 1, 4, 8, MeanSquaredError, O, TruncatedBptt<4>, NoRehearsal> model;
  for (int t = 1; t <= 3000; ++t) {
    const float size = t % 500 < 400 ? 4e18f : 1e-25f;
    model.partial_fit(0.5f, Vector<float, 8>::Constant(size));
    ASSERT_TRUE(all_are_finite(model.parameters()) && all_are_finite(model.moments()))
        << name << ", sample " << t << ": " << describe(model.last_update().status);
    ASSERT_TRUE(all_are_finite(model.step(0.5f))) << name << ", sample " << t;
  }
}

/// A loss of one's own whose value is finite where its slope is not.
struct Cliff {
  template <class Number>
  Number value(Number, Number) const {
    return 1;
  }
  template <class Number>
  Number derivative(Number, Number) const {
    return std::numeric_limits<Number>::infinity();
  }
};

TEST(Overflow, OfTheSlopeOfALossIsSaidToBeThatOfTheLoss) {
  Rnn<double, 1, 3, 1, Cliff, Sgd, TruncatedBptt<4>, NoRehearsal> model;
  const Eigen::VectorXd weights = model.parameters();
  EXPECT_TRUE(is_nan(model.partial_fit(0.5, 1.0)));
  EXPECT_EQ(model.last_update().status, UpdateStatus::loss_not_finite);
  EXPECT_EQ(weights, model.parameters());
}

TEST(Overflow, OfASumOfSquaresReachesNoWeight) {
  expect_finite_learning<Sgd>("Sgd");
  expect_finite_learning<Momentum>("Momentum");
  expect_finite_learning<Nesterov>("Nesterov");
  expect_finite_learning<RmsProp>("RmsProp");
  expect_finite_learning<Adagrad>("Adagrad");
  expect_finite_learning<Adam>("Adam");
  expect_finite_learning<AdamW>("AdamW");
  expect_finite_learning<Scheduled<Adagrad, WarmUp<>>>("Scheduled<Adagrad>");
  expect_finite_learning<Naive>("Naive");
}

TEST(Overflow, OfAnOptimizerOfOnesOwnIsPutBackAndSaid) {
  Gru<float, 1, 4, 8, MeanSquaredError, Naive, TruncatedBptt<4>, NoRehearsal> model;
  int said = 0;
  for (int t = 1; t <= 1000; ++t) {
    const Vector<float> weights = model.parameters(), moments = model.moments();
    model.partial_fit(0.5f, Vector<float, 8>::Constant(4e18f));
    if (model.last_update().status == UpdateStatus::update_not_finite) {
      ++said;
      EXPECT_EQ(weights, model.parameters());  // fewer than the pieces of an update are long
      EXPECT_EQ(moments, model.moments());
    }
  }
  EXPECT_GT(said, 50);
  EXPECT_EQ(model.last_update().skipped, said);
}

TEST(Overflow, OfTheSquaredNormOfAFiniteGradientSkipsTheUpdate) {
  Lstm<float, 1, 4, 1, MeanAbsoluteError, Sgd, TruncatedBptt<4>, NoRehearsal> model({.clip_norm = 1});
  const Vector<float> weights = model.parameters();
  model.partial_fit(0.5f, weighted(1.0f, 3e38f));  // the gradient of the bias alone is 3e38
  EXPECT_EQ(model.last_update().status, UpdateStatus::gradient_not_finite);
  EXPECT_EQ(model.last_update().skipped, 1);
  EXPECT_EQ(weights, model.parameters());
}

TEST(Overflow, OfTheMeanLossOfABatchIsNone) {
  Lstm<float, 1, 4, 1, MeanAbsoluteError, Sgd, TruncatedBptt<4>, NoRehearsal> model({.clip_norm = 1});
  auto batch = model.make_batch(3);
  const Eigen::RowVector3f x(1, 2, 3), y = Eigen::RowVector3f::Constant(2e38f);
  EXPECT_TRUE(is_finite(model.partial_fit(batch, x, y)));
}

}  // namespace
}  // namespace eddy::testing

#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/models.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/shadow.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace eddy::testing {
namespace {

using Model = Rnn<float, 1, 8, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;
static_assert(Learner<Shadowed<Model>>);

/// Finds a change at every tenth value.
struct EveryTenth {
  int count = 0;
  bool update(double) { return ++count % 10 == 0; }
  void reset() { count = 0; }
};
static_assert(DriftDetector<EveryTenth>);

TEST(OnDrift, ReactsWhenTheDetectorFindsAChange) {
  Model model;
  int reactions = 0;
  OnDrift on_drift(EveryTenth(), [&](Model&) { ++reactions; });
  for (int t = 1; t <= 35; ++t) {
    EXPECT_EQ(on_drift.update(model, 0), t % 10 == 0);
  }
  EXPECT_EQ(reactions, 3);
  EXPECT_EQ(on_drift.changes(), 3);
  on_drift.reset();
  EXPECT_EQ(on_drift.detector().count, 0);
}

TEST(RaiseLearningRate, LastsAsLongAsItWasTold) {
  Model model({.optimizer = {.learning_rate = 0.003}});
  RaiseLearningRate raise({.factor = 5, .samples = 3});
  raise.advance(model);
  EXPECT_EQ(model.optimizer().learning_rate, 0.003);
  raise(model);
  raise.advance(model);
  raise(model);  // prolongs, and does not raise twice
  RaiseLearningRate other({.factor = 5, .samples = 3});
  copy_state(raise, other);
  for (int t = 0; t < 2; ++t) {
    other.advance(model);
    EXPECT_DOUBLE_EQ(model.optimizer().learning_rate, 0.015);
  }
  other.advance(model);
  EXPECT_EQ(model.optimizer().learning_rate, 0.003);
  EXPECT_EQ(other.remaining(), 0);
  EXPECT_THROW(RaiseLearningRate({.factor = 0}), std::invalid_argument);
  EXPECT_THROW(RaiseLearningRate({.samples = 0}), std::invalid_argument);
}

// The first update of a fresh Adam is η in every weight that has a gradient, whatever came before.
TEST(ResetMoments, MakesTheOptimizerBeginAnew) {
  Model model({.optimizer = {.learning_rate = 1e-3}});
  for (int t = 0; t < 200; ++t) {
    model.partial_fit(std::sin(static_cast<float>(t)), 1.0f);
  }
  InTurn reaction(ResetMoments{}, [](Model& changed) { changed.optimizer().learning_rate = 0.5; });
  reaction(model);
  const Vector<float> before = model.parameters();
  model.partial_fit(0.5f, -3.0f);
  EXPECT_EQ(model.last_update().updates, 201);
  const Vector<float> step = (model.parameters() - before).cwiseAbs(), g = model.gradient().cwiseAbs();
  for (Index i = 0; i < step.size(); ++i) {
    if (g(i) > 1e-4f) {  // ε = 1e-8 counts for nothing beside it
      ASSERT_NEAR(step(i), 0.5f, 1e-3f);
    }
  }
}

TEST(InTurn, DoesAllThatItWasGiven) {
  Model model({.optimizer = {.learning_rate = 0.01}});
  int calls = 0;
  OnDrift on_drift(EveryTenth(), InTurn(RaiseLearningRate({.factor = 2, .samples = 4}), ResetMoments{},
                                        [&](Model&) { ++calls; }));
  for (int t = 1; t <= 12; ++t) {
    on_drift.update(model, 0);
  }
  EXPECT_EQ(calls, 1);
  EXPECT_DOUBLE_EQ(model.optimizer().learning_rate, 0.02);
  on_drift.update(model, 0);
  on_drift.update(model, 0);
  EXPECT_EQ(model.optimizer().learning_rate, 0.01);
}

/// y = ±(x₀ − 0.5 x₁ …): the sign changes at `change`.
template <class M, class React>
double late_loss(M& model, int samples, int change, React&& react) {
  Random random(1);
  double sum = 0;
  for (int t = 0; t < samples; ++t) {
    const float x = static_cast<float>(random.uniform(1)), y = (t < change ? 1.0f : -1.0f) * 0.8f * x;
    const double loss = static_cast<double>(model.partial_fit(x, y));
    react(model, loss);
    sum += t >= change ? loss : 0;
  }
  return sum / (samples - change);
}

TEST(Drift, AReactionMakesAModelRecoverSooner) {
  Model alone({.optimizer = {.learning_rate = 1e-3}}), helped = alone;
  OnDrift on_drift(PageHinkley(), RaiseLearningRate({.factor = 10, .samples = 300}));
  const double without = late_loss(alone, 8000, 6000, [](Model&, double) {}),
               with = late_loss(helped, 8000, 6000,
                                [&](Model&model, double loss) { on_drift.update(model, loss); });
  EXPECT_EQ(on_drift.changes(), 1);
  std::printf("[ drift    ] mean loss after a change: %.4f, with a reaction %.4f\n", without, with);
  EXPECT_LT(with, 0.7 * without);
}

TEST(OnDrift, GoesOnFromItsState) {
  Model model, other_model = model;
  const auto make = [] {
    return OnDrift(PageHinkley(),
                   InTurn(RaiseLearningRate({.factor = 2, .samples = 50}), ResetMoments{}, [](Model&) {}));
  };
  auto on_drift = make(), other = make();
  Random random(2);
  for (int t = 0; t < 1020; ++t) {
    on_drift.update(model, random.normal() + (t < 1000 ? 0 : 3));
  }
  ASSERT_EQ(on_drift.changes(), 1);
  copy_state(on_drift, other);
  other_model.optimizer() = model.optimizer();
  for (int t = 0; t < 500; ++t) {
    const double value = random.normal() + (t < 300 ? 3 : 6);
    ASSERT_EQ(on_drift.update(model, value), other.update(other_model, value));
    ASSERT_EQ(model.optimizer().learning_rate, other_model.optimizer().learning_rate);
  }
  EXPECT_EQ(other.changes(), 2);
}

TEST(Shadowed, IsItsModelWhileThereIsNoShadow) {
  Model plain;
  Shadowed<Model> shadowed(plain);
  for (int t = 0; t < 50; ++t) {
    const float x = std::sin(static_cast<float>(t));
    ASSERT_EQ(shadowed.predict(x)(0), plain.predict(x)(0));
    ASSERT_EQ(shadowed.partial_fit(x, -x), plain.partial_fit(x, -x));
    plain.step(x);
    ASSERT_EQ(shadowed.step(x)(0), plain.prediction()(0));
    ASSERT_EQ(shadowed.partial_fit(at(shadowed.time() - 1), x), plain.partial_fit(at(plain.time() - 1), x));
    ASSERT_EQ(shadowed.time(), plain.time());
  }
  EXPECT_EQ(shadowed.swaps(), 0);
}

TEST(Shadowed, ChangesPlacesWhenTheShadowIsBetter) {
  Shadowed<Model> model(Model({.optimizer = {.learning_rate = 1e-3}}));
  // A model that was taught nonsense for long, and has nearly stopped learning.
  for (int t = 0; t < 500; ++t) {
    model.partial_fit(1.0f, 30.0f);
  }
  model.optimizer().learning_rate = 1e-5;
  model.begin_shadow();
  EXPECT_TRUE(model.has_shadow());
  int swapped_at = 0;
  for (int t = 1; t <= 1000 && swapped_at == 0; ++t) {
    const float x = t % 2 == 0 ? 1.0f : -1.0f;
    // Labels that are late by one step, those of steps before the shadow among them.
    model.step(x);
    model.partial_fit(at(model.time() - 1), -0.5f * x);
    swapped_at = model.swaps() > 0 ? t : 0;
    ASSERT_EQ(model.time(), 500 + t);
  }
  EXPECT_EQ(model.swaps(), 1);
  EXPECT_EQ(swapped_at, 101);       // the first moment at which it may
  EXPECT_TRUE(model.has_shadow());  // the old one may come back
  EXPECT_EQ(model.optimizer().learning_rate, 1e-3);
}

/// A learner that predicts a constant.
struct Constant {
  using Scalar = double;
  static constexpr int Inputs = 1, Outputs = 1;
  double value = 0;
  std::int64_t steps = 0;

  int inputs() const { return 1; }
  int outputs() const { return 1; }
  int window() const { return 100; }
  std::int64_t time() const { return steps; }
  VectorView<const double, 1> prediction() const { return {&value, 1}; }
  template <class X>
  VectorView<const double, 1> predict(const X&) const {
    return prediction();
  }
  template <class X>
  VectorView<const double, 1> step(const X&) {
    ++steps;
    return prediction();
  }
  template <class Y>
  double partial_fit(const Y& y) {
    return partial_fit(at(steps), y);
  }
  template <class Y>
  double partial_fit(const Y& x, const Y& y) {
    step(x);
    return partial_fit(y);
  }
  template <class Y>
  double partial_fit(At when, const Y& y) {
    if constexpr (std::is_arithmetic_v<Y>) {
      return when.step >= 1 && when.step <= steps ? std::abs(y - value) : not_a_number<double>;
    }
    return 0;
  }
  void reset() {}
};

// The model predicts 1, its shadow 0: the truth is what tells who is in charge.
TEST(Shadowed, LetsTheOldModelComeBack) {
  Shadowed<Constant> model(Constant(), {.forgetting = 0.1, .least = 20, .most = 200});
  model.model().value = 1;
  model.begin_shadow();
  for (int t = 1; t <= 400; ++t) {
    model.partial_fit(0.0, t <= 50 ? 0.0 : 1.0);
    const double expected = t < 20 || t > 75 ? 1 : t < 50 ? 0 : model.prediction()(0);
    ASSERT_EQ(model.prediction()(0), expected) << t;
    ASSERT_EQ(model.has_shadow(), t < 200);
    ASSERT_EQ(model.time(), t);
  }
  EXPECT_EQ(model.swaps(), 2);
}

TEST(Shadowed, GivesAShadowUpThatIsNotBetter) {
  Shadowed<Model> model(Model(), {.least = 10, .most = 50});
  for (int t = 0; t < 3000; ++t) {
    model.partial_fit(1.0f, 30.0f);
  }
  model.begin_shadow();
  for (int t = 0; t < 49; ++t) {
    model.partial_fit(1.0f, 30.0f);
  }
  EXPECT_TRUE(model.has_shadow());
  model.partial_fit(1.0f, not_a_number<float>);  // compares nothing
  EXPECT_TRUE(model.has_shadow());
  model.partial_fit(1.0f, 30.0f);
  EXPECT_FALSE(model.has_shadow());
  EXPECT_EQ(model.swaps(), 0);
  EXPECT_THROW(Shadowed<Model>(Model(), {.least = 10, .most = 5}), std::invalid_argument);
  EXPECT_THROW(Shadowed<Model>(Model(), {.margin = 1}), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

// Rehearsal where labels come late, for some of the tasks only, through a pipeline, and after a drift.

#include "conformance/online_support.hpp"

#include <eddy/models.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/tasks.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace eddy::testing {
namespace {

using TwoNumbers = Tasks<Task<MeanSquaredError, 1>, Task<HuberLoss, 1>>;
using Model = Gru<double, 2, 4, 2, TwoNumbers, Sgd, TruncatedBptt<6, Dynamic>, RecentRehearsal<Dynamic>>;
constexpr double nan = not_a_number<double>;

Vector<double, 2> sample(int t) { return {std::sin(0.7 * t), std::cos(1.3 * t)}; }
double number(int t) { return std::sin(0.9 * t); }
double other(int t) { return 2 * std::cos(0.4 * t); }

/// Its weights rest, so that a gradient says what was learned from.
Model resting(int stride = 1, int replays = 1, int capacity = 1) {
  return Model({.optimizer = {.learning_rate = 0},
                .credit = {.stride = stride},
                .rehearsal = {.replays = replays, .capacity = capacity}});
}

template <class Y>
Vector<double> gradient_of(int step, const Y& y) {
  Model model = resting(1, 0);
  for (int t = 1; t <= step; ++t) {
    model.step(sample(t));
  }
  model.partial_fit(y);
  return model.gradient();
}
Vector<double> gradient_of_number(int step) { return gradient_of(step, task<0>(number(step))); }
Vector<double> gradient_of_other(int step) { return gradient_of(step, task<1>(other(step))); }
Vector<double> gradient_of_both(int step) { return gradient_of(step, labels(number(step), other(step))); }

::testing::AssertionResult near(const Vector<double>& a, const Vector<double>& b) {
  const double distance = (a - b).cwiseAbs().maxCoeff();
  // The same sums in another order, of at most a hundred terms of order 1.
  return distance < 1e-13 && b.norm() > 1e-3
             ? ::testing::AssertionSuccess()
             : ::testing::AssertionFailure() << distance << " at a norm of " << b.norm();
}

/// The gradient of the window that was rehearsed beside what is `fresh` in the latest update.
Vector<double> rehearsed(const Model& model, const Vector<double>& fresh) {
  return 2 * model.gradient() - fresh;
}

TEST(RehearsalOfTasks, AWindowHasTheLabelsOfThoseTasksThatHadOne) {
  Model model = resting();
  model.partial_fit(sample(1), labels(number(1), other(1)));
  model.partial_fit(sample(2), task<1>(other(2)));
  EXPECT_TRUE(near(rehearsed(model, gradient_of_other(2)), gradient_of_both(1)));
  model.partial_fit(sample(3), task<0>(number(3)));
  EXPECT_TRUE(near(rehearsed(model, gradient_of_number(3)), gradient_of_other(2)));
  model.partial_fit(sample(4), labels(number(4), other(4)));
  EXPECT_TRUE(near(rehearsed(model, gradient_of_both(4)), gradient_of_number(3)));
}

TEST(RehearsalOfLateLabels, AKeptWindowDoesNotChangeButTheNextOfItsStepHasAllLabels) {
  Model model = resting();
  for (int t = 1; t <= 3; ++t) {
    model.step(sample(t));
  }
  model.partial_fit(task<0>(number(3)));
  model.step(sample(4));
  model.step(sample(5));
  model.partial_fit(at(3), task<1>(other(3)));
  EXPECT_TRUE(near(rehearsed(model, gradient_of_other(3)), gradient_of_number(3)));
  model.partial_fit(task<0>(number(5)));
  EXPECT_TRUE(near(rehearsed(model, gradient_of_number(5)), gradient_of_both(3)));
}

TEST(RehearsalOfLateLabels, EachUpdateKeepsAWindowEvenOfTheSameStep) {
  constexpr int replays = 64;
  Model model = resting(1, replays, 2);
  model.step(sample(1));
  model.partial_fit(task<0>(number(1)));
  model.partial_fit(at(1), task<1>(other(1)));
  model.partial_fit(sample(2), labels(number(2), other(2)));
  // Some of the draws were the window with the number alone, the others the one with both.
  const Vector<double> of_other = gradient_of_other(1), beyond = (1 + replays) * model.gradient() -
                                                                 gradient_of_both(2) -
                                                                 replays * gradient_of_number(1);
  const double times = std::round(beyond.dot(of_other) / of_other.squaredNorm());
  EXPECT_LT((beyond - times * of_other).cwiseAbs().maxCoeff(), 1e-11);  // as above, of 64 windows
  EXPECT_GT(times, 8);  // of 64 draws half, and six standard deviations, √(64 / 4) = 4 each
  EXPECT_LT(times, replays - 8);
}

TEST(RehearsalOfLateLabels, OnlyThoseOfAStrideAreRehearsed) {
  // An update learns from the number of the newest step and the other of two steps before; a window of all
  // steps so far is kept with the labels of the newest two.
  Model model = resting(2);
  for (int t = 1; t <= model.window(); ++t) {
    model.step(sample(t));
    model.partial_fit(task<0>(number(t)));
    if (t <= 2) {
      continue;
    }
    model.partial_fit(at(t - 2), task<1>(other(t - 2)));
    ASSERT_TRUE(model.last_update().applied);
    const Vector<double> fresh = gradient_of_number(t) + gradient_of_other(t - 2);
    EXPECT_TRUE(near(rehearsed(model, fresh), gradient_of_number(t - 1) + gradient_of_number(t - 2)))
        << "step " << t;
  }
}

TEST(RehearsalInAPipeline, EqualsDoingEverythingByHand) {
  // The number of a step is known at the next, the other three steps later; the level drifts, some inputs and
  // labels are missing, and the memory is full soon.
  const Model::Options options{.optimizer = {.learning_rate = 0.01},
                               .credit = {.stride = 1},
                               .rehearsal = {.replays = 2, .capacity = 20}};
  const auto raw_label = [](int t) {
    return Vector<double, 2>(t % 11 == 0 ? nan : 0.1 * t + number(t), 50 + other(t) * t);
  };
  Pipeline pipeline{StandardScaler<double, 2>(), Model(options), StandardScaler<double, 2>()};
  Model model(options), forgetful(options);
  StandardScaler<double, 2> in, out;
  std::vector<Vector<double, 2>> offsets(1), scales(1);
  const auto learn = [&](int step, const Vector<double, 2>& y) {
    const auto then = static_cast<std::size_t>(step);
    Vector<double, 2> z;
    for (int i = 0; i < 2; ++i) {
      const double scale = scales[then](i);
      z(i) = scale > 0 && is_finite(y(i)) ? (std::clamp)((y(i) - offsets[then](i)) / scale, -8.0, 8.0) : nan;
    }
    forgetful.forget_rehearsed();
    forgetful.partial_fit(at(step), z);
    const double loss = model.partial_fit(at(step), z), pipeline_loss = pipeline.partial_fit(at(step), y);
    out.partial_fit(y);
    return pipeline_loss == loss || (is_nan(pipeline_loss) && is_nan(loss));
  };
  for (int t = 1; t <= 200; ++t) {
    Vector<double, 2> x = 3 * sample(t).array() + 0.05 * t, offset, scale;
    x(t % 2) = t % 17 == 0 ? nan : x(t % 2);
    in.partial_fit(x);
    const Vector<double, 2> z = in.transform(x), prediction = model.step(z);
    forgetful.step(z);
    out.affine(offset.data(), scale.data());
    offsets.push_back(offset);
    scales.push_back(scale);
    const Vector<double, 2> restored(offset(0) + scale(0) * prediction(0),
                                     offset(1) + scale(1) * prediction(1));
    const Vector<double, 2> piped = pipeline.step(x);
    ASSERT_TRUE(t % 17 == 0 ? piped.hasNaN() : bool(same_bits(piped, restored))) << "step " << t;
    if (t > 3) {
      ASSERT_TRUE(learn(t - 1, {raw_label(t - 1)(0), nan})) << "step " << t;
      ASSERT_TRUE(learn(t - 3, {nan, raw_label(t - 3)(1)})) << "step " << t;
    }
  }
  EXPECT_GT(model.last_update().updates, 300);
  EXPECT_TRUE(same_bits(pipeline.model().parameters(), model.parameters()));
  EXPECT_FALSE(same_bits(forgetful.parameters(), model.parameters())) << "nothing was rehearsed";
}

TEST(ForgetRehearsed, LeavesNewWindowsOnly) {
  Model model = resting(1, 1, 3);
  for (int t = 1; t <= 5; ++t) {
    model.partial_fit(sample(t), labels(number(t), other(t)));
  }
  model.forget_rehearsed();
  model.partial_fit(sample(6), labels(number(6), other(6)));
  EXPECT_TRUE(near(model.gradient(), gradient_of_both(6))) << "nothing to rehearse, and the stream goes on";
  model.partial_fit(sample(7), labels(number(7), other(7)));
  EXPECT_TRUE(near(rehearsed(model, gradient_of_both(7)), gradient_of_both(6)));
}

TEST(ForgetRehearsed, KeepsWhatTheModelHasLearned) {
  Model model({.rehearsal = {.replays = 2, .capacity = 50}});
  for (int t = 1; t <= 50; ++t) {
    model.partial_fit(sample(t), labels(number(t), other(t)));
  }
  const Model before = model;
  model.forget_rehearsed();
  EXPECT_TRUE(same_contents(model, before));
}

TEST(ForgetRehearsed, MakesAReservoirBeginAnew) {
  KeptWindows<ReservoirRehearsal<5>, double, 1, 0, 1, 1, 1> kept(
      {}, {.inputs = 1, .outputs = 1, .parameters = 0, .state = 0, .column = 0}, 1, TruncatedBptt<1>());
  Random random(1);
  const auto offer = [&](int number) {
    kept.offer(1, random, [number](auto window) { *window.input(0) = number; });
  };
  for (int number = 0; number < 1000; ++number) {
    offer(number);
  }
  kept.forget();
  EXPECT_EQ(kept.size(), 0);
  for (int number = 1; number <= 5; ++number) {
    offer(-number);
  }
  ASSERT_EQ(kept.size(), 5);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(*kept.window(i).input(0), -1 - i);
  }
}

TEST(ForgetRehearsed, AsksNothingOfAModelWithoutRehearsal) {
  Rnn<float, 1, 2, 1, MeanSquaredError, Sgd, TruncatedBptt<2>, NoRehearsal> model;
  model.partial_fit(1.0f, 1.0f);
  const auto before = model;
  model.forget_rehearsed();
  EXPECT_TRUE(same_contents(model, before));
}

}  // namespace
}  // namespace eddy::testing

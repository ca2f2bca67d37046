// Settings of optimizers, schedules, losses and of clipping: what is out of its range is refused at
// construction, and skips updates, with a status, when it is changed while a model learns.

#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/eddy.hpp>
#include <eddy/quantile_loss.hpp>
#include <eddy/schedule.hpp>
#include <eddy/tasks.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace eddy::testing {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class O, class L = MeanSquaredError, class Credit = TruncatedBptt<4>>
using Model = Gru<float, 1, 4, 2, L, O, Credit, NoRehearsal>;

/// What the constructor of a model says to settings; nothing if it takes them.
template <class L, class O>
std::string refusal(const L& loss, const O& optimizer) {
  try {
    Model<O, L> model({.loss = loss, .optimizer = optimizer});
  } catch (const std::invalid_argument& error) {
    return std::string(error.what()).substr(6);  // behind "eddy: "
  }
  return "";
}
template <class O>
std::string refusal(const O& optimizer) {
  return refusal(MeanSquaredError(), optimizer);
}
template <class L>
std::string refusal_of_loss(const L& loss) {
  return refusal(loss, Sgd());
}

TEST(Settings, OfOptimizersAreInTheirRanges) {
  EXPECT_EQ(refusal(Sgd{.learning_rate = nan}),
            "learning_rate is nan, expected at least 0 and at most 1000000");
  EXPECT_EQ(refusal(Sgd{.learning_rate = -1e-3}),
            "learning_rate is -0.001, expected at least 0 and at most 1000000");
  EXPECT_EQ(refusal(Sgd{.learning_rate = 0}), "");
  EXPECT_EQ(refusal(Sgd{.learning_rate = 1e6}), "");
  EXPECT_EQ(refusal(Momentum{.momentum = 1}), "momentum is 1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(Momentum{.momentum = 0}), "");
  EXPECT_EQ(refusal(Momentum{.learning_rate = infinity}),
            "learning_rate is inf, expected at least 0 and at most 1000000");
  EXPECT_EQ(refusal(Nesterov{.momentum = -0.1}), "momentum is -0.1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(Nesterov{.learning_rate = 1e7}),
            "learning_rate is 10000000, expected at least 0 and at most 1000000");
  EXPECT_EQ(refusal(RmsProp{.decay = 1}), "decay is 1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(RmsProp{.epsilon = 0}), "epsilon is 0, expected more than 0");
  EXPECT_EQ(refusal(RmsProp{.learning_rate = nan}).substr(0, 17), "learning_rate is ");
  EXPECT_EQ(refusal(Adagrad{.epsilon = 0}), "epsilon is 0, expected more than 0");
  EXPECT_EQ(refusal(Adagrad{.learning_rate = nan}).substr(0, 17), "learning_rate is ");
  EXPECT_EQ(refusal(Adam{.beta1 = 1}), "beta1 is 1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(Adam{.beta2 = -1}), "beta2 is -1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(Adam{.epsilon = -1}), "epsilon is -1, expected more than 0");
  EXPECT_EQ(refusal(Adam{.beta1 = 0, .beta2 = 0, .epsilon = 1e-300}), "");
  EXPECT_EQ(refusal(AdamW{.beta2 = 1}), "beta2 is 1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(AdamW{.weight_decay = -100}), "weight_decay is -100, expected at least 0");
  EXPECT_EQ(refusal(AdamW{.learning_rate = 1, .weight_decay = 1.5}),
            "weight_decay times learning_rate is 1.5, expected at least 0 and at most 1");
}

TEST(Settings, OfSchedulesAreInTheirRanges) {
  const auto refused = [](const auto& schedule) {
    return refusal(Scheduled<Sgd, std::decay_t<decltype(schedule)>>{.schedule = schedule});
  };
  EXPECT_EQ(refused(StepDecay{.period = 0}), "period is 0, expected at least 1");
  EXPECT_EQ(refused(StepDecay{.factor = -1}), "factor is -1, expected at least 0 and at most 1");
  EXPECT_EQ(refused(ExponentialDecay{.period = -5}), "period is -5, expected at least 1");
  EXPECT_EQ(refused(ExponentialDecay{.factor = 1.1}), "factor is 1.1, expected at least 0 and at most 1");
  EXPECT_EQ(refused(CosineDecay{.period = 0}), "period is 0, expected at least 1");
  EXPECT_EQ(refused(CosineDecay{.floor = nan}), "floor is nan, expected at least 0 and at most 1");
  EXPECT_EQ(refused(InverseSquareRoot{.period = 0}), "period is 0, expected at least 1");
  EXPECT_EQ(refused(WarmUp<>{.period = 0}), "period is 0, expected at least 1");
  EXPECT_EQ(refused(WarmUp<CosineDecay>{.then = {.floor = 2}}),
            "floor is 2, expected at least 0 and at most 1");
  EXPECT_EQ(refused(WarmUp<CosineDecay>{.period = 1, .then = {.period = 1}}), "");
  using Nested = Scheduled<Scheduled<Adam, StepDecay>, CosineDecay>;
  EXPECT_EQ(refusal(Nested{.optimizer = {.optimizer = {.epsilon = 0}}}),
            "epsilon is 0, expected more than 0");
  EXPECT_EQ(refusal(Nested{.optimizer = {.schedule = {.period = 0}}}), "period is 0, expected at least 1");
  EXPECT_EQ(refusal(Nested{.learning_rate = -1}),
            "the factor learning_rate is -1, expected at least 0 and at most 1000000");
  // each is in its range, but not what they make together
  EXPECT_EQ(refusal(Scheduled<Sgd, ConstantRate>{.optimizer = {.learning_rate = 1e4}, .learning_rate = 1e4}),
            "learning_rate is 100000000, expected at least 0 and at most 1000000");
  EXPECT_NE(refusal(Scheduled<AdamW, ConstantRate>{.learning_rate = 1e6}), "");
}

TEST(Settings, OfLossesAreInTheirRanges) {
  EXPECT_EQ(refusal_of_loss(HuberLoss{.delta = 0}), "delta is 0, expected more than 0");
  EXPECT_EQ(refusal_of_loss(HuberLoss{.delta = nan}), "delta is nan, expected more than 0");
  EXPECT_EQ(refusal_of_loss(PinballLoss{.quantile = 1}),
            "quantile is 1, expected more than 0 and less than 1");
  EXPECT_EQ(refusal_of_loss(LogisticLoss{.positive_weight = -5}),
            "positive_weight is -5, expected at least 0");
  EXPECT_EQ(refusal_of_loss(GaussianLoss{.minimum_variance = 0}),
            "minimum_variance is 0, expected more than 0 and at most 1");
  EXPECT_EQ(refusal_of_loss(SoftmaxCrossEntropy{.label_smoothing = 3}),
            "label_smoothing is 3, expected at least 0 and at most 1");
  EXPECT_EQ(refusal_of_loss(SoftmaxCrossEntropy{.class_weights = {1, -1}}),
            "a class weight is -1, expected at least 0");
  EXPECT_EQ(refusal_of_loss(SoftmaxCrossEntropy{.class_weights = {1}}),
            "class_weights has 1 value, expected 2");
  EXPECT_EQ(refusal_of_loss(QuantileLoss<2>{.quantiles = {0.5, 0.5}}),
            "a quantile is 0.5, expected more than 0.5 and less than 1");
  using Two = Tasks<Task<HuberLoss, 1>, Task<MeanSquaredError, 1>>;
  EXPECT_EQ(refusal_of_loss(Two{.tasks = {{.loss = {.delta = -1}}, {}}}),
            "delta is -1, expected more than 0");
  EXPECT_EQ(refusal_of_loss(Two{.tasks = {{}, {.weight = nan}}}),
            "the weight of a task is nan, expected at least 0");
}

TEST(Settings, OfClippingAndCreditAreInTheirRanges) {
  EXPECT_THROW(Model<Sgd>({.clip_norm = nan}), std::invalid_argument);
  EXPECT_THROW(Model<Sgd>({.clip_value = -1}), std::invalid_argument);
  EXPECT_THROW(Model<Sgd>({.credit = {.tolerance = 1}}), std::invalid_argument);
}

/// Changes a setting while the model learns; then brings it back.
template <class M, class Change>
void expect_skipped(M model, Change&& change) {
  const Eigen::Vector2f y(0.3f, -0.2f);
  for (int t = 0; t < 9; ++t) {
    model.partial_fit(0.1f * static_cast<float>(t), y);
  }
  ASSERT_TRUE(model.last_update().applied);
  const auto settings = model.optimizer();
  const Vector<float> weights = model.parameters(), moments = model.moments();
  const std::int64_t updates = model.last_update().updates, skipped = model.last_update().skipped;
  change(model.optimizer());
  for (int t = 1; t <= 3; ++t) {
    EXPECT_TRUE(is_finite(model.partial_fit(0.5f, y))) << "the loss is known";
    EXPECT_EQ(model.last_update().status, UpdateStatus::setting_out_of_range);
    EXPECT_FALSE(model.last_update().applied);
    EXPECT_EQ(model.last_update().updates, updates);
    EXPECT_EQ(model.last_update().skipped, skipped + t);
  }
  EXPECT_EQ(weights, model.parameters());
  EXPECT_EQ(moments, model.moments());
  EXPECT_THROW(model.optimizer().check(), std::invalid_argument);
  // and a checkpoint with that setting is refused
  M other;
  EXPECT_EQ(try_load_from(saved(model), other), "it holds a state that cannot have come about");
  model.optimizer() = settings;
  model.partial_fit(0.5f, y);
  EXPECT_EQ(model.last_update().status, UpdateStatus::applied);
  EXPECT_EQ(try_load_from(saved(model), other), "");
}

TEST(Settings, ChangedToWhatIsOutOfRangeSkipUpdatesUntilTheyAreBack) {
  expect_skipped(Model<Sgd>(), [](auto& o) { o.learning_rate = -1; });
  expect_skipped(Model<Sgd>(), [](auto& o) { o.learning_rate = nan; });
  expect_skipped(Model<Momentum>(), [](auto& o) { o.momentum = 1.5; });
  expect_skipped(Model<Nesterov>(), [](auto& o) { o.momentum = nan; });
  expect_skipped(Model<RmsProp>(), [](auto& o) { o.decay = 2; });
  expect_skipped(Model<Adagrad>(), [](auto& o) { o.epsilon = 0; });
  expect_skipped(Model<Adam>(), [](auto& o) { o.epsilon = 0; });
  expect_skipped(Model<Adam>(), [](auto& o) { o.beta1 = 1; });
  expect_skipped(Model<AdamW>(), [](auto& o) { o.weight_decay = 1e9; });
  expect_skipped(Model<Scheduled<Adam, StepDecay>>(), [](auto& o) { o.schedule.period = 0; });
  expect_skipped(Model<Scheduled<Adam, StepDecay>>(), [](auto& o) { o.optimizer.beta2 = 1; });
  expect_skipped(Model<Scheduled<Adam, WarmUp<CosineDecay>>>(), [](auto& o) { o.schedule.then.period = 0; });
  static_assert(
      noexcept(std::declval<Model<Adam>&>().partial_fit(0.1f, std::declval<const Eigen::Vector2f&>())),
      "a setting that is out of range is no exception");
}

/// A schedule of one's own that goes wrong at the fourth update.
struct Unruly {
  double operator()(std::int64_t step) const { return step == 4 ? nan : 1; }
};

TEST(Settings, AScheduleOfOnesOwnMayGoWrongForAnUpdate) {
  Model<Scheduled<Sgd, Unruly>> model;
  for (int t = 1; t <= 5; ++t) {
    model.partial_fit(0.1f, Eigen::Vector2f(1, 2));
    EXPECT_EQ(model.last_update().status, t < 4 ? UpdateStatus::applied : UpdateStatus::setting_out_of_range);
  }
  EXPECT_TRUE(all_are_finite(model.parameters()));
}

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

TEST(Settings, OfAnOptimizerOfOnesOwnAreItsLearningRateAtLeast) {
  EXPECT_EQ(refusal(Naive{.learning_rate = nan}),
            "learning_rate is nan, expected at least 0 and at most 1000000");
  Model<Naive> model;
  model.partial_fit(0.1f, Eigen::Vector2f(1, 2));
  EXPECT_EQ(model.last_update().status, UpdateStatus::applied);
  model.optimizer().learning_rate = -1;
  model.partial_fit(0.1f, Eigen::Vector2f(1, 2));
  EXPECT_EQ(model.last_update().status, UpdateStatus::setting_out_of_range);
}

}  // namespace
}  // namespace eddy::testing

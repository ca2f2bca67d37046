#include "conformance/optimizer_conformance.hpp"
#include "support/fixture.hpp"

#include <eddy/schedule.hpp>

namespace eddy::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(PlainSgd, OptimizerConformance, Sgd);
INSTANTIATE_TYPED_TEST_SUITE_P(HeavyBall, OptimizerConformance, Momentum);
INSTANTIATE_TYPED_TEST_SUITE_P(NesterovMomentum, OptimizerConformance, Nesterov);
INSTANTIATE_TYPED_TEST_SUITE_P(RootMeanSquare, OptimizerConformance, RmsProp);
INSTANTIATE_TYPED_TEST_SUITE_P(Adaptive, OptimizerConformance, Adagrad);
INSTANTIATE_TYPED_TEST_SUITE_P(AdaptiveMoments, OptimizerConformance, Adam);
INSTANTIATE_TYPED_TEST_SUITE_P(DecoupledDecay, OptimizerConformance, AdamW);
using ScheduledAdam = Scheduled<Adam, ConstantRate>;
INSTANTIATE_TYPED_TEST_SUITE_P(OnSchedule, OptimizerConformance, ScheduledAdam);

class OptimizerFixtures : public ::testing::Test {
 protected:
  void SetUp() override { fixture_ = read_fixture("optimizers"); }

  template <Optimizer O>
  void matches(const std::string& name, const O& optimizer, const Clipping& clipping = {}) {
    for (const Json& run : fixture_["optimizers"]) {
      if (run["name"] != name) {
        continue;
      }
      const Vector<double> a = tensor(fixture_["a"]), c = tensor(fixture_["c"]);
      const Matrix<double> trajectory = tensor(run["trajectory"]);
      Descent<O, double> descent(optimizer, tensor(fixture_["start"]), clipping);
      double worst = 0;
      for (Index step = 0; step < trajectory.rows(); ++step) {
        const Vector<double> p = descent.parameters();
        descent.update(a.array() * (p - c).array() - 0.3 * (3 * p.array()).sin());
        worst = (std::max)(worst, worst_error(descent.parameters(), trajectory.row(step)));
      }
      std::printf("[ fixture  ] optimizers %-20s worst error %.1e\n", name.c_str(), worst);
      EXPECT_LT(worst, 1e-11) << name;  // what the fixtures' README asks of double
      return;
    }
    ADD_FAILURE() << "no fixture " << name;
  }

  Json fixture_;
};

TEST_F(OptimizerFixtures, TrajectoriesMatch) {
  matches("sgd", Sgd{.learning_rate = 0.05});
  matches("sgd_momentum", Momentum{.learning_rate = 0.02, .momentum = 0.9});
  matches("sgd_nesterov", Nesterov{.learning_rate = 0.02, .momentum = 0.9});
  matches("rmsprop", RmsProp{.learning_rate = 0.01, .decay = 0.99, .epsilon = 1e-8});
  matches("adagrad", Adagrad{.learning_rate = 0.1, .epsilon = 1e-10});
  matches("adam", Adam{.learning_rate = 0.05});
  matches("adamw", AdamW{.learning_rate = 0.05, .weight_decay = 0.1});
  matches("sgd_clip_norm_1", Sgd{.learning_rate = 0.05}, {.norm = 1});
  matches("adam_clip_norm_1", Adam{.learning_rate = 0.05}, {.norm = 1});
  matches("sgd_clip_value_0.5", Sgd{.learning_rate = 0.05}, {.value = 0.5});
}

TEST(Clipping, MatchesTheFixture) {
  const Json clip = read_fixture("stats_clip")["clip"];
  const double norm = clip["total_norm"];
  const double coefficient = Clipping{.norm = clip["max_norm"].get<double>()}.coefficient(norm);
  for (std::size_t part = 0; part < clip["before"].size(); ++part) {
    EXPECT_LT(
        worst_error(Matrix<double>(coefficient * tensor(clip["before"][part])), tensor(clip["after"][part])),
        1e-14);
  }
}

// By hand: from w = 1 with g = 0.5, then g = −1.
TEST(Optimizers, FirstStepsByHand) {
  const auto after_two = [](const auto& optimizer) {
    Descent<std::decay_t<decltype(optimizer)>, double> descent(optimizer, Vector<double>::Ones(1));
    descent.update(Vector<double>::Constant(1, 0.5));
    descent.update(Vector<double>::Constant(1, -1));
    return descent.parameters()(0);
  };
  EXPECT_DOUBLE_EQ(after_two(Sgd{.learning_rate = 0.1}), 1 - 0.05 + 0.1);
  EXPECT_DOUBLE_EQ(after_two(Momentum{.learning_rate = 0.1, .momentum = 0.5}), 1 - 0.05 + 0.1 * 0.75);
  EXPECT_DOUBLE_EQ(after_two(Nesterov{.learning_rate = 0.1, .momentum = 0.5}), 1 - 0.1 * 0.75 + 0.1 * 1.375);
  EXPECT_DOUBLE_EQ(after_two(Adagrad{.learning_rate = 0.1, .epsilon = 0}), 1 - 0.1 + 0.1 / std::sqrt(1.25));
  EXPECT_NEAR(after_two(RmsProp{.learning_rate = 0.1, .decay = 0.5, .epsilon = 0}),
              1 - 0.1 * std::sqrt(2.0) + 0.1 / std::sqrt(0.5625), 1e-15);
}

TEST(Schedules, TakeTheirValuesAtTheirCorners) {
  EXPECT_EQ(ConstantRate{}(1000000), 1);
  EXPECT_EQ((StepDecay{.factor = 0.5, .period = 10}(10)), 1);
  EXPECT_EQ((StepDecay{.factor = 0.5, .period = 10}(11)), 0.5);
  EXPECT_EQ((StepDecay{.factor = 0.5, .period = 10}(31)), 0.125);
  EXPECT_DOUBLE_EQ((ExponentialDecay{.factor = 0.25, .period = 10}(6)), 0.5);
  EXPECT_EQ((CosineDecay{.period = 10, .floor = 0.2}(1)), 1);
  EXPECT_DOUBLE_EQ((CosineDecay{.period = 10, .floor = 0.2}(6)), 0.6);
  EXPECT_DOUBLE_EQ((CosineDecay{.period = 10, .floor = 0.2}(11)), 0.2);
  EXPECT_DOUBLE_EQ((CosineDecay{.period = 10, .floor = 0.2}(1000)), 0.2);
  EXPECT_EQ((InverseSquareRoot{.period = 100}(100)), 1);
  EXPECT_DOUBLE_EQ((InverseSquareRoot{.period = 100}(400)), 0.5);
  EXPECT_EQ((WarmUp<>{.period = 4}(1)), 0.25);
  EXPECT_EQ((WarmUp<>{.period = 4}(4)), 1);
  EXPECT_DOUBLE_EQ((WarmUp<InverseSquareRoot>{.period = 4, .then = {.period = 100}}(400)), 0.5);
}

TEST(Schedules, ScaleTheLearningRate) {
  const Scheduled<Sgd, StepDecay> scheduled{.optimizer = {.learning_rate = 0.1},
                                            .schedule = {.factor = 0.5, .period = 1}};
  Descent<Scheduled<Sgd, StepDecay>, double> descent(scheduled, Vector<double>::Ones(1));
  for (const double expected : {0.9, 0.85, 0.825}) {
    descent.update(Vector<double>::Ones(1));
    EXPECT_DOUBLE_EQ(descent.parameters()(0), expected);
  }
}

TEST(Optimizers, AnEpsilonTooSmallForTheScalarDividesNothingByZero) {
  expect_to_stay_finite<RmsProp, float>({.epsilon = 1e-300});
  expect_to_stay_finite<Adagrad, float>({.epsilon = 1e-300});
  expect_to_stay_finite<Adam, float>({.epsilon = 1e-300});
  expect_to_stay_finite<AdamW, float>({.epsilon = 1e-300});
  expect_to_stay_finite<RmsProp, double>({.epsilon = 1e-300});
  expect_to_stay_finite<Adam, float>({.epsilon = 1e300});  // nor is anything infinite
}

TEST(Optimizers, DecaysOnTheEdgeOfTheirRangesStayFinite) {
  expect_to_stay_finite<Momentum, float>({.learning_rate = 1e6, .momentum = 1 - 1e-12});
  expect_to_stay_finite<Nesterov, float>({.learning_rate = 1e6, .momentum = 1 - 1e-12});
  expect_to_stay_finite<RmsProp, float>({.learning_rate = 1e6, .decay = 1 - 1e-12});
  expect_to_stay_finite<RmsProp, float>({.learning_rate = 1e6, .decay = 0});
  expect_to_stay_finite<Adam, float>({.learning_rate = 1e6, .beta1 = 1 - 1e-12, .beta2 = 0});
  expect_to_stay_finite<Adam, float>({.learning_rate = 1e6, .beta1 = 0, .beta2 = 1 - 1e-12});
  expect_to_stay_finite<AdamW, double>({.learning_rate = 1e6, .beta1 = 1 - 1e-12, .weight_decay = 1e-6});
  expect_to_stay_finite<Sgd, float>({.learning_rate = 1e6});
}

template <class O>
constexpr bool has_kernel = requires(const O& optimizer) {
  optimizer.template pass<float>(std::int64_t{1});
};

TEST(Schedules, KeepTheKernelOfTheirOptimizer) {
  EXPECT_TRUE((has_kernel<Scheduled<Sgd, StepDecay>>));
  EXPECT_TRUE((has_kernel<Scheduled<AdamW, WarmUp<CosineDecay>>>));
  EXPECT_TRUE((has_kernel<Scheduled<Scheduled<Adam, StepDecay>, CosineDecay>>));
  EXPECT_FALSE((has_kernel<Scheduled<Momentum, StepDecay>>)) << "which has none";
  // bit for bit what the optimizer does without a schedule
  Descent<Adam, float> plain({}, Vector<float>::Ones(37));
  Descent<Scheduled<Adam, ConstantRate>, float> scheduled({}, Vector<float>::Ones(37));
  Descent<Scheduled<Scheduled<Adam, ConstantRate>, WarmUp<>>, float> nested({.schedule = {.period = 1}},
                                                                            Vector<float>::Ones(37));
  for (std::uint64_t step = 0; step < 20; ++step) {
    const Vector<float> gradient = random_vector<float>(37, step);
    plain.update(gradient);
    scheduled.update(gradient);
    nested.update(gradient);
    EXPECT_EQ(plain.parameters(), scheduled.parameters());
    EXPECT_EQ(plain.parameters(), nested.parameters());
  }
}

TEST(Schedules, OfAKernelAreThoseOfItsPlainForm) {
  const Scheduled<AdamW, WarmUp<CosineDecay>> optimizer{
      .optimizer = {.learning_rate = 0.05, .weight_decay = 0.1},
      .schedule = {.period = 4, .then = {.period = 30, .floor = 0.1}}};
  Descent<Scheduled<AdamW, WarmUp<CosineDecay>>, double> descent(optimizer, Vector<double>::Ones(37));
  Eigen::ArrayXd w = Eigen::ArrayXd::Ones(37), m = Eigen::ArrayXd::Zero(37), v = m;
  for (std::int64_t step = 1; step <= 40; ++step) {
    const Vector<double> gradient = random_vector<double>(37, static_cast<std::uint64_t>(step));
    descent.update(gradient);
    std::array<ArrayView<double>, 2> moments{ArrayView<double>(m.data(), 37),
                                             ArrayView<double>(v.data(), 37)};
    ArrayView<double> weights(w.data(), 37);
    optimizer.update(weights, gradient.array(), moments, step);
    EXPECT_LT(worst_error(descent.parameters(), w.matrix()), 1e-14) << step;
  }
}

}  // namespace eddy::testing

#include "support/state.hpp"

#include <eddy/streaming/mixture.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>

namespace eddy::testing {
namespace {

/// Predicts a fixed share of its input, and counts labels.
struct Constant {
  using Scalar = double;
  static constexpr int Inputs = 1, Outputs = 1;

  double factor = 0;
  std::int64_t steps = 0, labels = 0;
  std::array<double, 1> value{};

  int inputs() const { return 1; }
  int outputs() const { return 1; }
  int window() const { return 4; }
  std::int64_t time() const { return steps; }
  template <class X>
  Vector<double, 1> predict(const X& x) const {
    return Vector<double, 1>(factor * x(0));
  }
  VectorView<const double, 1> prediction() const { return VectorView<const double, 1>(value.data(), 1); }
  template <class X>
  VectorView<const double, 1> step(const X& x) {
    ++steps;
    value[0] = factor * x(0);
    return prediction();
  }
  template <class Y>
  double partial_fit(At, const Y&) {
    ++labels;
    return 0;
  }
  template <class Y>
  double partial_fit(const Y&) {
    return 0;
  }
  template <class X, class Y>
  double partial_fit(const X&, const Y&) {
    return 0;
  }
  void reset() {}
};
static_assert(Learner<Constant>);
static_assert(Learner<Mixture<Constant, Constant>>);

/// Predicts logits for two classes.
template <int Class>
struct Believer : Constant {
  static constexpr int Outputs = 2;

  std::array<double, 2> logits{Class == 0 ? 2.0 : -2.0, 0};

  int outputs() const { return 2; }
  VectorView<const double, 2> prediction() const { return VectorView<const double, 2>(logits.data(), 2); }
  template <class X>
  VectorView<const double, 2> predict(const X&) const {
    return prediction();
  }
  template <class X>
  VectorView<const double, 2> step(const X&) {
    ++steps;
    return prediction();
  }
};

struct Wide : Constant {
  static constexpr int Outputs = Dynamic;

  int outputs() const { return 2; }
};

Vector<double, 1> value(double x) { return Vector<double, 1>(x); }

TEST(ExponentialWeights, AreThoseOfTheFormula) {
  ExponentialWeights<double, 3> weights({.rate = 0.1, .forgetting = 0.2});
  weights.partial_fit(Vector<double, 3>(1, 2, 6));  // median 2
  weights.partial_fit(Vector<double, 3>(3, 8, 4));  // mean of the medians 2 and 4
  const Eigen::Array3d losses = 0.8 * Eigen::Array3d(1, 2, 6) / 2 + Eigen::Array3d(3, 8, 4) / 3;
  const Eigen::Array3d expected = (-0.1 * losses).exp() / (-0.1 * losses).exp().sum();
  EXPECT_TRUE(weights.weights().isApprox(expected.matrix(), 1e-14)) << weights.weights().transpose();
}

TEST(ExponentialWeights, DoNotDependOnTheUnitOfTheLosses) {
  ExponentialWeights<double> small(2), large(2);
  for (int i = 1; i < 50; ++i) {
    const Vector<double, 2> losses(1 + std::sin(i), 1.5 + std::cos(3 * i));
    small.partial_fit(losses);
    large.partial_fit(1024 * losses);
  }
  EXPECT_EQ(small.weights(), large.weights());
  EXPECT_GT(small.weights()(0), small.weights()(1));
}

TEST(ExponentialWeights, ForgetWhoWasGood) {
  ExponentialWeights<double> weights(2, {.rate = 0.1, .forgetting = 0.05});
  for (int i = 0; i < 300; ++i) {
    weights.partial_fit(i < 200 ? Vector<double, 2>(1, 2) : Vector<double, 2>(2, 1));
    if (i == 199) {
      EXPECT_GT(weights.weights()(0), 0.7);
    }
  }
  EXPECT_LT(weights.weights()(0), 0.3);
}

TEST(ExponentialWeights, LeaveOutAnExpertWithoutALossAndKeepItsStanding) {
  ExponentialWeights<double> weights(3, {.rate = 0.1, .forgetting = 0.2});
  weights.partial_fit(Vector<double, 3>(1, std::nan(""), 4));  // median of the others 1
  EXPECT_EQ(weights.weights()(1), 0);
  EXPECT_NEAR(weights.weights()(2), 1 / (1 + std::exp(0.1 * 3)), 1e-14);
  const Vector<double, 3> before = weights.weights();
  weights.partial_fit(Vector<double, 3>::Constant(std::nan("")));
  EXPECT_EQ(weights.weights(), before);
  weights.partial_fit(Vector<double, 3>(std::nan(""), 2, 3));  // medians 1 and 2, mean 1.5
  EXPECT_EQ(weights.weights()(0), 0);
  weights.partial_fit(Vector<double, 3>(3, 3, 3));  // mean of the medians 2
  // The first is missing its second loss, whose part its first takes; the second its first, the worst of
  // then.
  const Eigen::Array3d losses =
      0.8 * (0.8 * Eigen::Array3d(1, 4, 4) + Eigen::Array3d(1, 2 / 1.5, 3 / 1.5)) + 3 / 2.0;
  const Eigen::Array3d expected = (-0.1 * losses).exp() / (-0.1 * losses).exp().sum();
  EXPECT_TRUE(weights.weights().isApprox(expected.matrix(), 1e-14)) << weights.weights().transpose();
}

TEST(ExponentialWeights, NameASettingThatCannotBe) {
  EXPECT_THROW(ExponentialWeights<float>(0), std::invalid_argument);
  EXPECT_THROW(ExponentialWeights<float>(2, {.rate = 0}), std::invalid_argument);
  EXPECT_THROW(ExponentialWeights<float>(2, {.forgetting = 1}), std::invalid_argument);
  EXPECT_THROW((ExponentialWeights<float, 2>().partial_fit(Eigen::VectorXf::Zero(3))), std::invalid_argument);
}

TEST(Mixture, IsTheMeanByItsWeights) {
  Mixture mixture(Constant{.factor = 1}, Constant{.factor = 3});
  EXPECT_EQ(mixture.step(value(2))(0), 4);
  mixture.partial_fit(value(2));
  EXPECT_GT(mixture.weights()(0), mixture.weights()(1));
  EXPECT_NEAR(mixture.predict(value(1))(0), mixture.weights()(0) + 3 * mixture.weights()(1), 1e-14);
}

TEST(Mixture, FindsTheBestModelAndIsHardlyWorse) {
  Mixture mixture(Constant{.factor = 0}, Constant{.factor = 1}, Constant{.factor = -1},
                  Constant{.factor = 2});
  double loss = 0;
  for (int i = 1; i <= 1000; ++i) {
    loss += mixture.partial_fit(value(std::sin(i)), value(std::sin(i)));
  }
  EXPECT_GT(mixture.weights()(1), 0.98);  // the next two have e^(-rate / forgetting) of it each
  EXPECT_LT(loss / 1000, 0.05);           // the second best model has a mean error of 0.64
}

TEST(Mixture, JudgesALateLabelByWhatWasPredictedThen) {
  Mixture late(Constant{.factor = 1}, Constant{.factor = 2}), prompt(late);
  for (int i = 1; i <= 30; ++i) {
    prompt.partial_fit(value(i), value(i + 0.5));
    late.step(value(i));
    if (i > 3) {
      late.partial_fit(at(i - 3), value(i - 2.5));
    }
  }
  for (int i = 28; i <= 30; ++i) {
    late.partial_fit(at(i), value(i + 0.5));
  }
  EXPECT_EQ(late.weights(), prompt.weights());
  EXPECT_TRUE(std::isnan(late.partial_fit(at(26), value(1))));  // left the window of 4
  EXPECT_EQ(late.weights(), prompt.weights());
  EXPECT_EQ(late.model<0>().labels, 30);
}

TEST(Mixture, LeavesOutAModelWithoutAPrediction) {
  Mixture mixture(Constant{.factor = 1}, Constant{.factor = std::nan("")});
  EXPECT_EQ(mixture.step(value(2))(0), 2);
  mixture.partial_fit(value(2));
  EXPECT_EQ(mixture.step(value(2))(0), 2);
  Mixture none(Constant{.factor = std::nan("")});
  EXPECT_TRUE(std::isnan(none.step(value(2))(0)));
}

// One expert predicts well, the others are off by a factor; or many are.
template <int Experts>
void counts_only_the_best(double wild) {
  ExponentialWeights<float, Experts> weights;
  Vector<float, Experts> losses = Vector<float, Experts>::Constant(static_cast<float>(wild));
  double mixed = 0;
  for (int t = 0; t < 2000; ++t) {
    losses(0) = t % 2 == 0 ? 0.005f : 0.015f;
    mixed = (std::max)(mixed, t < 100 ? 0 : static_cast<double>(weights.weights().dot(losses)));
    weights.partial_fit(losses);
  }
  EXPECT_LT(mixed, 0.0165) << Experts << " experts, the others with a loss of " << wild;
  EXPECT_GT(weights.weights()(0), 0.98f) << Experts << " experts, the others with a loss of " << wild;
}

TEST(ExponentialWeights, CountOnlyTheBestHoweverManyAreHopeless) {
  for (const double wild : {0.1, 1.0, 1e4, 1e8, 1e30}) {
    counts_only_the_best<2>(wild);
    counts_only_the_best<3>(wild);
    counts_only_the_best<4>(wild);
    counts_only_the_best<7>(wild);
  }
}

TEST(ExponentialWeights, TakeTheLowerOfTwoLossesForTheirMedian) {
  ExponentialWeights<double, 2> weights({.rate = 0.1, .forgetting = 0.2});
  weights.partial_fit(Vector<double, 2>(2, 6));
  const double expected = 1 / (1 + std::exp(-0.1 * (6 - 2) / 2.0));
  EXPECT_NEAR(weights.weights()(0), expected, 1e-14);
}

TEST(ExponentialWeights, AreNotToldByOneWildLabel) {
  for (const int when : {0, 5, 20, 300}) {
    ExponentialWeights<double, 3> weights, clean;
    for (int t = 0; t < 800; ++t) {
      const Vector<double, 3> losses(1 + 0.1 * std::sin(t), 1.3, 1.5);
      weights.partial_fit(t == when ? Vector<double, 3>::Constant(65535) + losses : losses);
      clean.partial_fit(losses);
    }
    EXPECT_LT((weights.weights() - clean.weights()).cwiseAbs().maxCoeff(), 0.02) << when;
  }
}

TEST(Mixture, IsAsGoodAsTheBestBesideAHopelessModel) {
  for (const double wild : {1e4, -1e30, 1e300}) {
    Mixture two(Constant{.factor = wild}, Constant{.factor = 1.1});
    Mixture three(Constant{.factor = wild}, Constant{.factor = 1.1}, Constant{.factor = -wild});
    double of_two = 0, of_three = 0;
    for (int i = 1; i <= 1000; ++i) {
      const double x = std::sin(i), one = two.partial_fit(value(x), value(x)),
                   other = three.partial_fit(value(x), value(x));
      of_two += i > 3 ? one : 0;
      of_three += i > 3 ? other : 0;
    }
    EXPECT_NEAR(of_two / 997, 0.1 * 2 / 3.14159, 0.01) << wild;  // that of the better model
    EXPECT_NEAR(of_three / 997, 0.1 * 2 / 3.14159, 0.01) << wild;
  }
}

// What counts nothing is still better than no prediction.
TEST(Mixture, IsFiniteAsLongAsOneOfItsModelsIs) {
  Mixture mixture(Constant{.factor = 1}, Constant{.factor = 1e6}, Constant{.factor = 50});
  for (int i = 0; i < 300; ++i) {
    mixture.partial_fit(value(1), value(1));
  }
  EXPECT_EQ(mixture.weights()(0), 1);
  mixture.model<0>().factor = std::nan("");
  EXPECT_EQ(mixture.predict(value(2))(0), 100);
  EXPECT_EQ(mixture.step(value(2))(0), 100);
  mixture.partial_fit(value(2));
  EXPECT_EQ(mixture.weights()(0), 0);
  mixture.model<0>().factor = 1;
  mixture.partial_fit(value(2), value(2));
  EXPECT_GT(mixture.weights()(0), 0.99);
}

TEST(Mixture, OfFloatsStaysFiniteAtTheirEnd) {
  ExponentialWeights<float, 2> weights;
  weights.partial_fit(Vector<float, 2>(3e38f, 1e-38f));
  weights.partial_fit(Vector<float, 2>(0, 3e38f));
  weights.partial_fit(Vector<float, 2>(1e-45f, 1e-45f));
  EXPECT_TRUE(weights.weights().allFinite());
  EXPECT_NEAR(weights.weights().sum(), 1, 1e-6);
}

TEST(Mixture, OfClassesPredictsProbabilities) {
  ClassMixture mixture(Believer<0>{}, Believer<1>{});
  const double p = 1 / (1 + std::exp(-2.0));
  EXPECT_NEAR(mixture.step(value(0))(0), 0.5, 1e-14);
  EXPECT_NEAR(mixture.partial_fit(0), std::log(2), 1e-14);
  const double w = mixture.weights()(0);
  EXPECT_GT(w, 0.5);
  EXPECT_NEAR(mixture.step(value(0))(0), w * p + (1 - w) * (1 - p), 1e-14);
  EXPECT_THROW(mixture.partial_fit(2), std::invalid_argument);
}

TEST(Mixture, NamesModelsThatDoNotFit) {
  EXPECT_THROW(Mixture(Wide{}, Constant{}), std::invalid_argument);
  Mixture mixture(Constant{.factor = 1}, Constant{.factor = 3});
  EXPECT_THROW(mixture.step(Eigen::VectorXd::Zero(2)), std::invalid_argument);
  EXPECT_EQ(mixture.time(), 0);
}

}  // namespace
}  // namespace eddy::testing

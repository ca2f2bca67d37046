#pragma once

#include "../support/numeric.hpp"
#include "../support/unroll.hpp"

#include <eddy/loss.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {

/// What every loss must hold. One line buys it all: INSTANTIATE_TYPED_TEST_SUITE_P(Huber, LossConformance,
/// HuberLoss);
template <class L>
class LossConformance : public ::testing::Test {
 protected:
  static constexpr int outputs = 4;
  static_assert(Loss<L>);

  /// Targets that are in the domain of every loss: probabilities that sum to one.
  static Vector<double> targets(const L& loss) {
    Vector<double> y = random_vector<double>(target_size(loss, outputs), 5).array().abs() + 0.1;
    return y / y.sum();
  }

  static double value(const L& loss, const Vector<double>& p, const Vector<double>& y,
                      const Vector<double>& w) {
    Vector<double> gradient(outputs);
    return evaluate(loss, p, y, w, gradient);
  }
};

TYPED_TEST_SUITE_P(LossConformance);

TYPED_TEST_P(LossConformance, GradientMatchesFiniteDifferences) {
  const TypeParam loss;
  const Vector<double> y = this->targets(loss), p = random_vector<double>(this->outputs, 6, 2);
  const Vector<double> w = random_vector<double>(static_cast<int>(y.size()), 7).array().abs() + 0.1;
  Vector<double> gradient(this->outputs);
  evaluate(loss, p, y, w, gradient);
  // Central differences in double: about 1e-10; a wrong gradient is off by 1e-3 or more.
  EXPECT_LT(
      worst_error(gradient, numeric_gradient([&](const auto& q) { return this->value(loss, q, y, w); }, p)),
      1e-8);
  EXPECT_GT(gradient.norm(), 1e-3);
}

TYPED_TEST_P(LossConformance, DescentAlongTheGradientReachesAMinimum) {
  const TypeParam loss;
  const Vector<double> y = this->targets(loss), w = Vector<double>::Ones(y.size());
  Vector<double> p = random_vector<double>(this->outputs, 6, 2), gradient(this->outputs);
  const double start = this->value(loss, p, y, w);
  double last = start;
  for (int step = 0; step < 20000; ++step) {
    last = evaluate(loss, p, y, w, gradient);
    p -= 0.3 / std::sqrt(1.0 + step) * gradient;
  }
  EXPECT_LT(last, start - 1e-3);
  // Nothing in the neighbourhood is lower, but for what is left of the descent.
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_GT(this->value(loss, p + random_vector<double>(this->outputs, seed, 0.5), y, w), last - 1e-3);
  }
}

TYPED_TEST_P(LossConformance, AWeightOfZeroTakesATargetOut) {
  const TypeParam loss;
  Vector<double> y = this->targets(loss), w = Vector<double>::Ones(y.size());
  const Vector<double> p = random_vector<double>(this->outputs, 6, 2);
  w(1) = 0;
  y(1) = 0;  // as a masked target comes
  Vector<double> gradient(this->outputs), other(this->outputs);
  const double masked = evaluate(loss, p, y, w, gradient);
  w.setZero();
  EXPECT_EQ(evaluate(loss, p, y, w, other), 0);
  EXPECT_EQ(other, Vector<double>::Zero(this->outputs));
  EXPECT_TRUE(std::isfinite(masked));
  if constexpr (PointwiseLoss<TypeParam>) {
    EXPECT_EQ(gradient(1), 0);
    EXPECT_NE(gradient(0), 0);
  }
}

TYPED_TEST_P(LossConformance, IsLinearInTheWeight) {
  const TypeParam loss;
  const Vector<double> y = this->targets(loss), p = random_vector<double>(this->outputs, 6, 2),
                       w = Vector<double>::Ones(y.size());
  Vector<double> once(this->outputs), thrice(this->outputs);
  const double a = evaluate(loss, p, y, w, once), b = evaluate(loss, p, y, Vector<double>(3 * w), thrice);
  EXPECT_NEAR(3 * a, b, 1e-13);  // rounding
  EXPECT_LT(worst_error(thrice, Vector<double>(3 * once)), 1e-13);
}

TYPED_TEST_P(LossConformance, FloatAgreesWithDouble) {
  const TypeParam loss;
  const Vector<double> y = this->targets(loss), p = random_vector<double>(this->outputs, 6, 2),
                       w = Vector<double>::Ones(y.size());
  Vector<double> gradient(this->outputs);
  Vector<float> single(this->outputs);
  const double value = evaluate(loss, p, y, w, gradient);
  const float value_of_single = evaluate(loss, Vector<float>(p.cast<float>()), Vector<float>(y.cast<float>()),
                                         Vector<float>(w.cast<float>()), single);
  EXPECT_NEAR(value, static_cast<double>(value_of_single), 1e-5);  // 2^-24 a rounding, of numbers up to 10
  EXPECT_LT(worst_error(single, gradient), 1e-5);
}

REGISTER_TYPED_TEST_SUITE_P(LossConformance, GradientMatchesFiniteDifferences,
                            DescentAlongTheGradientReachesAMinimum, AWeightOfZeroTakesATargetOut,
                            IsLinearInTheWeight, FloatAgreesWithDouble);

}  // namespace eddy::testing

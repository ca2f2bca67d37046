#include "conformance/loss_conformance.hpp"

#include <eddy/core/random.hpp>
#include <eddy/quantile_loss.hpp>

#include <stdexcept>

template struct eddy::QuantileLoss<3>;

namespace eddy::testing {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(TwoQuantiles, LossConformance, QuantileLoss<2>);

TEST(QuantileLoss, IsTheMeanOfTheLossesOfItsQuantiles) {
  const QuantileLoss<3> loss{.quantiles = {0.1, 0.5, 0.9}};
  const Vector<double> p = random_vector<double>(6, 1, 2), y = random_vector<double>(2, 2, 2);
  const Vector<double> w = Vector<double>::Ones(2);
  Vector<double> gradient(6), part(2);
  const double value = evaluate(loss, p, y, w, gradient);
  double sum = 0;
  for (int k = 0; k < 3; ++k) {
    const double quantile[] = {0.1, 0.5, 0.9};
    const Vector<double> outputs = p.segment(2 * k, 2);
    sum += evaluate(PinballLoss{quantile[k]}, outputs, y, w, part) / 3;
    EXPECT_LT(worst_error(gradient.segment(2 * k, 2), Vector<double>(part / 3)), 1e-15);
  }
  EXPECT_NEAR(value, sum, 1e-15);
}

// Of numbers uniform on [0, 1) the quantiles are themselves.
TEST(QuantileLoss, DescendsToTheQuantiles) {
  const QuantileLoss<4> loss{.quantiles = {0.05, 0.3, 0.5, 0.95}};
  Random random(1);
  Vector<double> p = Vector<double>::Zero(4), gradient(4), mean = Vector<double>::Zero(4);
  constexpr int steps = 40000;
  for (int step = 0; step < steps; ++step) {
    const Vector<double> y = Vector<double>::Constant(1, random.uniform());
    evaluate(loss, p, y, Vector<double>::Ones(1).eval(), gradient);
    p -= 0.02 * gradient;
    mean += step < steps / 2 ? Vector<double>::Zero(4).eval() : (p / (steps / 2)).eval();
  }
  // Standard deviation of the mean over correlated steps: below 0.01.
  for (int k = 0; k < 4; ++k) {
    EXPECT_NEAR(mean(k), loss.quantiles[static_cast<std::size_t>(k)], 0.02);
  }
}

TEST(QuantileLoss, IsNeverLargerInOrder) {
  const QuantileLoss<5> loss;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Vector<double> p = random_vector<double>(10, seed, 2), gradient(10);
    const Vector<double> y = random_vector<double>(2, seed + 1000, 2), w = Vector<double>::Ones(2);
    const double before = evaluate(loss, p, y, w, gradient);
    loss.rearrange(p);
    EXPECT_LE(evaluate(loss, p, y, w, gradient), before + 1e-15);
    for (int k = 1; k < 5; ++k) {
      EXPECT_LE(p(2 * k - 2), p(2 * k));
      EXPECT_LE(p(2 * k - 1), p(2 * k + 1));
    }
  }
}

TEST(QuantileLoss, NamesASettingThatCannotBe) {
  EXPECT_NO_THROW(QuantileLoss<3>().check(3));
  EXPECT_THROW((QuantileLoss<2>{.quantiles = {0.5, 0.5}}).check(2), std::invalid_argument);
  EXPECT_THROW((QuantileLoss<2>{.quantiles = {0.5, 1.0}}).check(2), std::invalid_argument);
  EXPECT_THROW((QuantileLoss<2>{.quantiles = {not_a_number<double>, 0.5}}).check(2), std::invalid_argument);
  EXPECT_THROW(QuantileLoss<2>::target_size(3), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

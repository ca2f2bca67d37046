#include "conformance/loss_conformance.hpp"
#include "support/fixture.hpp"

namespace eddy::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(MeanSquared, LossConformance, MeanSquaredError);
INSTANTIATE_TYPED_TEST_SUITE_P(MeanAbsolute, LossConformance, MeanAbsoluteError);
INSTANTIATE_TYPED_TEST_SUITE_P(Huber, LossConformance, HuberLoss);
INSTANTIATE_TYPED_TEST_SUITE_P(Pinball, LossConformance, PinballLoss);
INSTANTIATE_TYPED_TEST_SUITE_P(Gaussian, LossConformance, GaussianLoss);
INSTANTIATE_TYPED_TEST_SUITE_P(Logistic, LossConformance, LogisticLoss);
INSTANTIATE_TYPED_TEST_SUITE_P(Softmax, LossConformance, SoftmaxCrossEntropy);
INSTANTIATE_TYPED_TEST_SUITE_P(Poisson, LossConformance, PoissonLoss);

class LossFixtures : public ::testing::Test {
 protected:
  void SetUp() override { fixture_ = read_fixture("losses"); }

  /// Compares one case, a mean over all its elements, with our loss over the rows of its input. `divisor` is
  /// what the fixture's mean divides by, where ours takes the mean over a row of outputs; `row_divisor` what
  /// ours divides by.
  template <Loss L>
  void matches(const std::string& name, const L& loss, const Json& target, double divisor,
               double row_divisor) {
    const Json& expected = find(name);
    const Matrix<double> p = tensor(expected["inputs"][0]), y = tensor(target),
                         gradient = tensor(expected["grads"][0]);
    double sum = 0, worst = 0;
    for (Index row = 0; row < p.rows(); ++row) {
      const Vector<double> one = p.row(row), label = y.row(row);
      Vector<double> own(one.size());
      sum +=
          evaluate(loss, one, label, Vector<double>::Ones(label.size()).eval(), own) * row_divisor / divisor;
      worst = (std::max)(
          worst, worst_error(Vector<double>(own * row_divisor / divisor), Vector<double>(gradient.row(row))));
    }
    worst = (std::max)(worst, std::abs(sum - expected["value"].get<double>()));
    report(name, worst);
  }

  void report(const std::string& name, double worst) {
    std::printf("[ fixture  ] losses %-45.45s worst error %.1e\n", name.c_str(), worst);
    EXPECT_LT(worst, 1e-11) << name;  // what the fixtures' README asks of double
  }

  const Json& find(const std::string& name) {
    for (const Json& one : fixture_["losses"]) {
      if (one["name"].get<std::string>().starts_with(name)) {
        return one;
      }
    }
    ADD_FAILURE() << "no fixture " << name;
    return fixture_;
  }

  Json fixture_;
};

TEST_F(LossFixtures, PointwiseLossesMatch) {
  const Json& target = fixture_["target_default"];
  for (const auto& [kind, divisor] : {std::pair{"_mean", 8.0}, std::pair{"_sum", 1.0}}) {
    matches(std::string("mse") + kind, MeanSquaredError{}, target, divisor, 4);
    matches(std::string("l1") + kind, MeanAbsoluteError{}, target, divisor, 4);
    matches(std::string("huber") + kind + " delta=1", HuberLoss{1.0}, target, divisor, 4);
    matches(std::string("huber") + kind + " delta=0.5", HuberLoss{0.5}, target, divisor, 4);
  }
  matches("pinball_mean tau=0.1", PinballLoss{0.1}, target, 8, 4);
  matches("pinball_mean tau=0.5", PinballLoss{0.5}, target, 8, 4);
  matches("pinball_mean tau=0.9", PinballLoss{0.9}, target, 8, 4);
  matches("bce_with_logits_mean", LogisticLoss{}, find("bce_with_logits_mean")["target"], 7, 1);
  matches("bce_with_logits_mean pos_weight=3", LogisticLoss{3.0}, find("bce_with_logits_mean")["target"], 7,
          1);
  matches("poisson_nll", PoissonLoss{}, find("poisson_nll")["target"], 3, 1);
}

TEST_F(LossFixtures, SoftmaxCrossEntropyMatches) {
  const auto one_hot = [&](const std::vector<int>& classes) {
    std::vector<double> data(classes.size() * 4, 0.0);
    for (std::size_t row = 0; row < classes.size(); ++row) {
      data[row * 4 + static_cast<std::size_t>(classes[row])] = 1;
    }
    return Json{{"shape", {classes.size(), 4}}, {"data", data}};
  };
  const Json target = one_hot(find("cross_entropy_mean")["target_index"].get<std::vector<int>>());
  matches("cross_entropy_mean", SoftmaxCrossEntropy{}, target, 3, 1);
  matches("cross_entropy_mean label_smoothing=0.1", SoftmaxCrossEntropy{.label_smoothing = 0.1}, target, 3,
          1);
  // PyTorch's weighted mean divides by the weights of the classes that came, 2 + 2 + 4; one sample at a time
  // there is nothing to divide by.
  matches("cross_entropy_mean weight=", SoftmaxCrossEntropy{.class_weights = {1, 2, 3, 4}}, target, 8, 1);
}

TEST_F(LossFixtures, GaussianMatchesInItsLogSigmaForm) {
  const Json& expected = find("gaussian_nll_logsigma");
  const Matrix<double> mean = tensor(expected["inputs"][0]), log_sigma = tensor(expected["inputs"][1]),
                       y = tensor(expected["target"]);
  Vector<double> p(6), gradient(6);
  p << mean, 2 * log_sigma;  // ours is the log of the variance: s = 2 log σ
  const double value =
      evaluate(GaussianLoss{}, p, Vector<double>(y), Vector<double>::Ones(3).eval(), gradient);
  double worst = std::abs(value - expected["value"].get<double>());
  worst = (std::max)(worst, worst_error(gradient.head(3), tensor(expected["grads"][0])));
  worst = (std::max)(worst, worst_error(Vector<double>(2 * gradient.tail(3)), tensor(expected["grads"][1])));
  report("gaussian_nll_logsigma", worst);
}

TEST(GaussianLoss, HoldsTheVarianceWithinItsBounds) {
  const GaussianLoss loss{.minimum_variance = 1e-2};
  Vector<double> p(2), gradient(2);
  const Vector<double> y = Vector<double>::Constant(1, 1.0), w = Vector<double>::Ones(1);
  p << 0, -500;
  EXPECT_NEAR(evaluate(loss, p, y, w, gradient), (std::log(1e-2) + 100) / 2, 1e-12);
  EXPECT_NEAR(gradient(0), -100, 1e-10);
  p << 0, 500;
  EXPECT_NEAR(evaluate(loss, p, y, w, gradient), (std::log(1e2) + 1e-2) / 2, 1e-12);
}

TEST(SoftmaxCrossEntropy, StaysFiniteWithHugeLogits) {
  Vector<float> p(3), gradient(3);
  p << 1e30f, -1e30f, 0;
  const Vector<float> y = Vector<float>::Unit(3, 0);
  EXPECT_EQ(evaluate(SoftmaxCrossEntropy{}, p, y, Vector<float>::Ones(3).eval(), gradient), 0);
  EXPECT_TRUE(gradient.allFinite());
}

/// A loss of one's own: the ten lines that the documentation promises.
struct LogCosh {
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return std::log(std::cosh(p - y));
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    return std::tanh(p - y);
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(OnesOwn, LossConformance, LogCosh);

}  // namespace eddy::testing

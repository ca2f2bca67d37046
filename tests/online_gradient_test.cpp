#include "conformance/online_support.hpp"
#include "support/numeric.hpp"

#include <functional>

namespace eddy::testing {
namespace {

// Gradients against central finite differences of losses that are computed through the public interface
// alone, in double precision.

template <class Network>
using Learner = Online<Network, MeanSquaredError, Sgd, TruncatedBptt<Dynamic, Dynamic>, NoRehearsal>;
using Flat = Learner<Sequential<LstmCell<double>, Dense<double>>>;
using Deep = Learner<Sequential<Skip<RnnCell<double>>, Residual<GruCell<double>>, Dense<double>>>;

constexpr int length = 12;

template <class Model>
typename Model::Options frozen(int window, int stride = 1) {
  return {.optimizer = {.learning_rate = 0}, .credit = {.window = window, .stride = stride}};
}

template <class Model>
Model make(int window, int stride = 1) {
  using Network = typename Model::Network;
  if constexpr (std::is_same_v<Model, Flat>) {
    return Model(Network({3, 4}, {4, 2}), frozen<Model>(window, stride));
  } else {
    return Model(Network(Skip(RnnCell<double>(3, 3)), Residual(GruCell<double>(6, 6)), {6, 2}),
                 frozen<Model>(window, stride));
  }
}

using Function = std::function<double(const Vector<double>&)>;

/// Values and their third derivatives are of order 1, so the differences of `numeric_gradient` err by about
/// 1e-10.
constexpr double tolerance = 1e-8;

::testing::AssertionResult near(const Vector<double>& a, const Vector<double>& b) {
  const double distance = (a - b).cwiseAbs().maxCoeff();
  if (!(distance < tolerance) || a.norm() < 100 * tolerance) {
    return ::testing::AssertionFailure() << "distance " << distance << " at a norm of " << a.norm();
  }
  return ::testing::AssertionSuccess();
}

/// Σ_t Σ_i w_it (p_it − y_it)² / 2 over the steps from 1 on, where steps before `first` run with other
/// weights, those of a new model.
template <class Model>
Function sequence_loss(const std::vector<Sample<double>>& samples, const Matrix<double>& weights,
                       std::size_t first = 1) {
  return [&samples, weights, first](const Vector<double>& parameters) {
    Model model = make<Model>(length);
    double loss = 0;
    for (std::size_t t = 1; t <= samples.size(); ++t) {
      if (t == first) {
        model.parameters() = parameters;
      }
      const Vector<double> error = model.step(samples[t - 1].x) - samples[t - 1].y;
      loss += error.cwiseAbs2().dot(weights.col(static_cast<Index>(t - 1))) / 2;
    }
    return loss;
  };
}

Matrix<double> all_steps(double weight = 1) { return Matrix<double>::Constant(2, length, weight); }

Matrix<double> only_step(Index t) {
  Matrix<double> weights = Matrix<double>::Zero(2, length);
  weights.col(t - 1).setOnes();
  return weights;
}

template <class Model>
class OnlineGradient : public ::testing::Test {
 protected:
  std::vector<Sample<double>> samples_ = make_samples<double>(3, 2, length);
  Vector<double> parameters_ = make<Model>(1).parameters();

  Vector<double> differences(const Matrix<double>& weights) {
    return numeric_gradient(sequence_loss<Model>(samples_, weights), parameters_);
  }
};

using Models = ::testing::Types<Flat, Deep>;
TYPED_TEST_SUITE(OnlineGradient, Models);

// Rule 4, twice.
TYPED_TEST(OnlineGradient, TheGradientsOfAllSamplesAddUpToThatOfTheSequence) {
  TypeParam model = make<TypeParam>(length);
  Vector<double> sum = Vector<double>::Zero(model.parameters().size());
  for (const auto& [x, y] : this->samples_) {
    model.partial_fit(x, y);
    sum += model.gradient();
  }
  EXPECT_TRUE(near(sum, this->differences(all_steps())));
}

TYPED_TEST(OnlineGradient, OneSweepOverTheSequenceGivesItsGradient) {
  TypeParam model = make<TypeParam>(length, length);
  learn(model, this->samples_);
  EXPECT_EQ(model.last_update().updates, 1);
  EXPECT_TRUE(near(model.gradient(), this->differences(all_steps())));
  EXPECT_NEAR(model.last_update().gradient_norm, model.gradient().norm(),
              1e-14);  // one sum of squares in two orders
}

TYPED_TEST(OnlineGradient, ALateLabelGivesTheGradientOfItsOwnStep) {
  TypeParam model = make<TypeParam>(length);
  for (const auto& [x, y] : this->samples_) {
    model.step(x);
  }
  for (const Index t : {Index{length}, Index{1}, Index{7}}) {
    model.partial_fit(at(t), this->samples_[static_cast<std::size_t>(t - 1)].y);
    EXPECT_TRUE(near(model.gradient(), this->differences(only_step(t)))) << "step " << t;
  }
}

TYPED_TEST(OnlineGradient, LabelsInAnyOrderGiveTheGradientOfTheSequence) {
  TypeParam model = make<TypeParam>(length, length);
  for (int t = 1; t < length; ++t) {
    model.step(this->samples_[static_cast<std::size_t>(t - 1)].x);
  }
  for (int i = 1; i < length; ++i) {
    const int t = 1 + i * 5 % (length - 1);  // 6, 11, 5, …: each once, as 5 and 11 share no factor
    model.partial_fit(at(t), this->samples_[static_cast<std::size_t>(t - 1)].y);
    EXPECT_EQ(model.last_update().status, UpdateStatus::pending);
  }
  model.partial_fit(this->samples_.back().x, this->samples_.back().y);
  EXPECT_EQ(model.last_update().updates, 1);
  EXPECT_TRUE(near(model.gradient(), this->differences(all_steps())));
}

TYPED_TEST(OnlineGradient, AWindowCutsTheGradientOff) {
  constexpr int window = 4;
  TypeParam model = make<TypeParam>(window);
  learn(model, this->samples_);
  const Function loss = sequence_loss<TypeParam>(this->samples_, only_step(length), length - window + 1);
  EXPECT_TRUE(near(model.gradient(), numeric_gradient(loss, this->parameters_)));
  EXPECT_FALSE(near(model.gradient(), this->differences(only_step(length))))
      << "the window is too long for this test";
}

TYPED_TEST(OnlineGradient, AWindowLongerThanTheStreamIsAsGoodAsOneOfItsLength) {
  TypeParam model = make<TypeParam>(5 * length), other = make<TypeParam>(length);
  EXPECT_TRUE(go_on_alike(model, other, this->samples_));
}

TYPED_TEST(OnlineGradient, ErrorPassesOverAGap) {
  TypeParam model = make<TypeParam>(length), without = make<TypeParam>(length);
  for (std::size_t i = 0; i < this->samples_.size(); ++i) {
    if (i % 4 == 2) {
      model.step(Vector<double>::Constant(3, not_a_number<double>));
    }
    model.partial_fit(this->samples_[i].x, this->samples_[i].y);
    without.partial_fit(this->samples_[i].x, this->samples_[i].y);
    if (model.time() <= length) {
      // The same terms, in columns that lie elsewhere and so may be added in another order.
      ASSERT_LT((model.gradient() - without.gradient()).cwiseAbs().maxCoeff(), 1e-14);
    }
  }
}

TYPED_TEST(OnlineGradient, WeightsMultiplyTheLoss) {
  TypeParam model = make<TypeParam>(length, length), scalar = model;
  Matrix<double> weights = all_steps();
  weights.row(0).setConstant(0.5);
  weights.row(1).setConstant(3);
  for (const auto& [x, y] : this->samples_) {
    model.partial_fit(x, weighted(y, Eigen::Vector2d(0.5, 3)));
    scalar.partial_fit(x, weighted(y, 2));
  }
  EXPECT_TRUE(near(model.gradient(), this->differences(weights)));
  EXPECT_TRUE(near(scalar.gradient(), this->differences(all_steps(2))));
}

TYPED_TEST(OnlineGradient, ANanMasksItsTarget) {
  TypeParam masked = make<TypeParam>(length, length), weightless = masked;
  Matrix<double> weights = all_steps();
  weights.row(0).setZero();
  for (const auto& [x, y] : this->samples_) {
    const double loss = masked.partial_fit(x, Eigen::Vector2d(not_a_number<double>, y(1)));
    EXPECT_EQ(loss, weightless.partial_fit(x, weighted(y, Eigen::Vector2d(0, 1))));
  }
  EXPECT_TRUE(same_bits(masked.gradient(), weightless.gradient()));
  EXPECT_TRUE(near(masked.gradient(), this->differences(weights)));
}

}  // namespace
}  // namespace eddy::testing

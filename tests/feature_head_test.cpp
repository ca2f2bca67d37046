#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/cells/rnn_cell.hpp>
#include <eddy/heads/feature_head.hpp>
#include <eddy/heads/features.hpp>
#include <eddy/heads/recursive_least_squares.hpp>
#include <eddy/online.hpp>
#include <eddy/streaming/learner.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace eddy::testing {
namespace {

using Cell = RnnCell<double, 2, 6>;
using Head = RecursiveLeastSquares<double, 8, 1>;
using Resting = FeatureHead<Features<Cell>, Head>;
/// Features that learn, and show by which gradient.
using Learning = FeatureHead<Online<Cell, MeanSquaredError, Sgd, TruncatedBptt<4>, NoRehearsal>, Head>;
}  // namespace
}  // namespace eddy::testing

template class eddy::FeatureHead<eddy::Features<eddy::RnnCell<float, 2, 6>>,
                                 eddy::RecursiveLeastSquares<float, 8, 1>>;

namespace eddy::testing {
namespace {

static_assert(Learner<Resting> && Learner<Learning>);
static_assert(!Resting::features_learn && Learning::features_learn);
static_assert(Resting::fixed && Learning::fixed);

double target(const Vector<double>& x) { return std::sin(3 * x(0)) * x(1); }

TEST(FeatureHead, FeedsFeaturesAndInputToTheHead) {
  Resting model;
  Features<Cell> features;
  Head head;
  for (std::uint64_t step = 1; step <= 50; ++step) {
    const Vector<double> x = random_vector<double>(2, step);
    Vector<double> sample(8);
    sample << features.step(x), x;
    ASSERT_EQ(model.predict(x)(0), head.step(sample)(0));
    ASSERT_EQ(model.step(x)(0), head.prediction()(0));
    ASSERT_EQ(model.partial_fit(target(x)), head.partial_fit(target(x)));
  }
  EXPECT_EQ(model.time(), 50);
}

TEST(FeatureHead, SendsItsErrorBackIntoFeaturesThatLearn) {
  Learning model;
  for (std::uint64_t step = 1; step <= 20; ++step) {
    const Vector<double> x = random_vector<double>(2, step);
    model.partial_fit(x, target(x));
  }
  // ½ (y − W [f; x; 1])² by the parameters of the network that f comes out of, over four steps.
  Learning before = model;
  before.extractor().reset();
  std::vector<Vector<double>> inputs;
  for (std::uint64_t step = 1; step <= 4; ++step) {
    inputs.push_back(random_vector<double>(2, 100 + step));
    before.step(inputs.back());
  }
  const double y = 0.7;
  const auto loss = [&](const Vector<double>& parameters) {
    auto network = before.extractor();
    network.reset();
    network.parameters() = parameters;
    Vector<double> sample(9);
    for (const auto& x : inputs) {
      sample << network.step(x), x, 1;
    }
    const double error = y - (before.head().weights() * sample)(0);
    return error * error / 2;
  };
  const Vector<double> parameters = before.extractor().parameters();
  const Vector<double> expected = numeric_gradient(loss, parameters);
  before.partial_fit(y);
  // Central differences in double carry about 1e-10.
  EXPECT_LT(worst_error(before.extractor().gradient(), expected), 1e-8);
  EXPECT_GT(expected.norm(), 0.01);
  EXPECT_LT(worst_error(before.extractor().parameters(), Vector<double>(parameters - 0.01 * expected)), 1e-9);
}

TEST(FeatureHead, LeavesFeaturesAloneThatDoNotLearn) {
  Resting model;
  const Vector<double> parameters = model.extractor().parameters();
  for (std::uint64_t step = 1; step <= 20; ++step) {
    const Vector<double> x = random_vector<double>(2, step);
    model.partial_fit(x, target(x));
  }
  EXPECT_EQ(Vector<double>(model.extractor().parameters()), parameters);
  EXPECT_EQ(model.last_update().updates, 20);
}

/// The error at the end of a stream whose labels come two steps late.
template <class Model>
double late_labels(Model model) {
  double sum = 0;
  for (std::uint64_t step = 1; step <= 6000; ++step) {
    model.step(random_vector<double>(2, step));
    if (step > 2) {
      const double loss = model.partial_fit(at(model.time() - 2), target(random_vector<double>(2, step - 2)));
      sum += step > 5000 ? loss / 1000 : 0;
    }
  }
  return sum;
}

TEST(FeatureHead, FeaturesThatLearnAreBetterOnes) {
  const Head head({.forgetting = 0.998});
  const double resting = late_labels(Resting(Resting::Extractor(), head)),
               learning =
                   late_labels(Learning(Learning::Extractor({.optimizer = {.learning_rate = 0.3}}), head));
  EXPECT_LT(learning, 0.5 * resting) << resting;
}

TEST(FeatureHead, PassesOverWhatIsNotFinite) {
  Learning model;
  Vector<double> x = random_vector<double>(2, 1);
  model.partial_fit(x, 1.0);
  const Vector<double> parameters = model.extractor().parameters();
  const Matrix<double> weights = model.head().weights();
  model.partial_fit(x, not_a_number<double>);
  EXPECT_EQ(model.last_update().status, UpdateStatus::target_missing);
  x(0) = not_a_number<double>;
  EXPECT_TRUE(is_nan(model.partial_fit(x, 1.0)));
  EXPECT_EQ(model.last_update().status, UpdateStatus::input_not_finite);
  EXPECT_TRUE(is_nan(model.partial_fit(at(-5), 1.0)));
  EXPECT_EQ(Vector<double>(model.extractor().parameters()), parameters);
  EXPECT_EQ(Matrix<double>(model.head().weights()), weights);
  EXPECT_THROW(model.partial_fit(Vector<double>::Zero(3).eval(), 1.0), std::invalid_argument);
  EXPECT_THROW(model.partial_fit(x, Vector<double>::Zero(2).eval()), std::invalid_argument);
  EXPECT_EQ(model.time(), 3);
}

TEST(FeatureHead, RefusesAHeadOfAnotherWidth) {
  using Sized = FeatureHead<Features<RnnCell<float>>, RecursiveLeastSquares<float>>;
  EXPECT_THROW(Sized(Features(RnnCell<float>(2, 6)), RecursiveLeastSquares<float>(7, 1)),
               std::invalid_argument);
}

TEST(FeatureHead, BeginsAnewAfterReset) {
  Resting model;
  const Vector<double> x = random_vector<double>(2, 1);
  model.partial_fit(x, 1.0);
  model.reset();
  const double first = model.step(x)(0);
  model.step(x);
  model.reset();
  EXPECT_EQ(model.step(x)(0), first);
  EXPECT_EQ(model.time(), 4);
}

TEST(FeatureHead, GoesOnFromItsState) {
  Resting model, other;
  for (std::uint64_t step = 1; step <= 20; ++step) {
    const Vector<double> x = random_vector<double>(2, step);
    model.partial_fit(x, target(x));
  }
  copy_state(model, other);
  const Vector<double> x = random_vector<double>(2, 99);
  EXPECT_EQ(model.step(x)(0), other.step(x)(0));
}

}  // namespace
}  // namespace eddy::testing

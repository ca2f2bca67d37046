#include "conformance/online_support.hpp"
#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/heads/linear_head.hpp>

template class eddy::LinearHead<float, 3, 2>;

namespace eddy::testing {
namespace {

static_assert(Learner<LinearHead<float, 3, 2>>);
static_assert(Learner<LinearHead<double>>);

TEST(LinearHead, FindsALine) {
  LinearHead<double, 3, 1> head({.optimizer = {.learning_rate = 0.01}});
  const Vector<double> line = random_vector<double>(3, 1);
  for (std::uint64_t step = 0; step < 5000; ++step) {
    const Vector<double> x = random_vector<double>(3, 10 + step);
    head.partial_fit(x, line.dot(x) + 0.5);
  }
  EXPECT_LT(worst_error(head.parameters().head(3), line), 1e-3);
  EXPECT_NEAR(head.parameters()(3), 0.5, 1e-3);
}

TEST(LinearHead, FindsTheOddsOfAnEvent) {
  // P(y = 1) = 1 / (1 + exp(−(2 x − 1)))
  LinearHead<float, Dynamic, Dynamic, LogisticLoss, Sgd> head(1, 1, {.optimizer = {.learning_rate = 0.02}});
  Random random(1);
  for (int step = 0; step < 50000; ++step) {
    const double x = random.uniform(2);
    head.partial_fit(x, random.uniform() < 1 / (1 + std::exp(1 - 2 * x)) ? 1 : 0);
  }
  // The weights wander by about √(learning rate).
  EXPECT_NEAR(static_cast<double>(head.parameters()(0)), 2, 0.3);
  EXPECT_NEAR(static_cast<double>(head.parameters()(1)), -1, 0.3);
}

TEST(LinearHead, TellsClassesApart) {
  LinearHead<float, 2, 3, SoftmaxCrossEntropy> head({.optimizer = {.learning_rate = 0.01}});
  Random random(1);
  int right = 0;
  for (int step = 0; step < 3000; ++step) {
    const int kind = static_cast<int>(random.below(3));
    Vector<float> x(2);
    x << static_cast<float>(kind == 0) + 0.2f * static_cast<float>(random.normal()),
        static_cast<float>(kind == 1) + 0.2f * static_cast<float>(random.normal());
    Index guess = 0;
    head.step(x).maxCoeff(&guess);
    head.partial_fit(kind);
    right += step >= 2000 && guess == kind;
  }
  EXPECT_GT(right, 950);
}

TEST(LinearHead, LearnsFromLateLabelsAtTheCostOfTheirSteps) {
  LinearHead<double, 3, 1, MeanSquaredError, Sgd> now, late;
  for (std::uint64_t step = 1; step <= 100; ++step) {
    const Vector<double> x = random_vector<double>(3, step);
    late.step(x);
    if (step > 5) {
      now.partial_fit(random_vector<double>(3, step - 5), 1.0);
      late.partial_fit(at(late.time() - 5), 1.0);
    }
  }
  EXPECT_EQ(late.last_update().updates, 95);
  EXPECT_EQ(late.steps_back(), 95);  // not the five steps since
  EXPECT_NEAR(late.parameters().norm(), now.parameters().norm(), 0.1);
}

}  // namespace
}  // namespace eddy::testing

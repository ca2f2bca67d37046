#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/heads/recursive_least_squares.hpp>
#include <eddy/streaming/learner.hpp>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

template class eddy::RecursiveLeastSquares<float, 3, 2>;
template class eddy::RecursiveLeastSquares<double, 20, 1, 4>;
template class eddy::RecursiveLeastSquares<float>;
template class eddy::RecursiveLeastSquares<double>;

namespace eddy::testing {
namespace {

static_assert(Learner<RecursiveLeastSquares<float, 3, 2>>);
static_assert(Learner<RecursiveLeastSquares<double>>);

/// A linear map with noise: x uniform on [−1, 1), y = A [x; 1] + noise.
struct Line {
  Line(int inputs, int outputs) : A(random_matrix<double>(outputs, inputs + 1, 7)) {}

  void next(double noise = 0.1) {
    x = Vector<double>::NullaryExpr(A.cols() - 1, [this] { return random.uniform(1); });
    y = A.leftCols(A.cols() - 1) * x + A.rightCols(1);
    y += Vector<double>::NullaryExpr(A.rows(), [&] { return random.uniform(noise); });
  }
  Matrix<double> A;
  Vector<double> x, y;
  Random random{1};
};

TEST(RecursiveLeastSquares, IsTheRidgeRegressionOfAllSamples) {
  constexpr double ridge = 0.1;
  RecursiveLeastSquares<double> head(4, 2, {.forgetting = 1, .ridge = ridge});
  Line line(4, 2);
  Matrix<double> R = ridge * Matrix<double>::Identity(5, 5), B = Matrix<double>::Zero(2, 5);
  for (int step = 0; step < 200; ++step) {
    line.next();
    Vector<double> x(5);
    x << line.x, 1;
    const Vector<double> expected = B * R.inverse() * x;
    // Normal equations with a condition below 10^3.
    ASSERT_LT(worst_error(head.step(line.x), expected), 1e-11);
    const double loss = (expected - line.y).squaredNorm() / 2;
    ASSERT_NEAR(head.partial_fit(line.y), loss, 1e-11);
    R += x * x.transpose();
    B += line.y * x.transpose();
  }
  EXPECT_LT(worst_error(head.weights(), Matrix<double>(B * R.inverse())), 1e-11);
}

TEST(RecursiveLeastSquares, IsTheRidgeRegressionOfRecentSamples) {
  // Four coordinates that lose a fourth root of a half at a step: one has its ridge back at each step.
  const double forgetting = std::pow(0.5, 0.25), ridge = 0.3;
  RecursiveLeastSquares<double, 3, 1> head({.forgetting = forgetting, .ridge = ridge});
  Line line(3, 1);
  Matrix<double> R = ridge * Matrix<double>::Identity(4, 4), B = Matrix<double>::Zero(1, 4);
  for (int step = 0; step < 100; ++step) {
    line.next();
    Vector<double> x(4);
    x << line.x, 1;
    head.partial_fit(line.x, line.y);
    R = forgetting * R + x * x.transpose();
    R(step % 4, step % 4) += ridge / 2;
    B = forgetting * B + line.y * x.transpose();
    ASSERT_LT(worst_error(head.weights(), Matrix<double>(B * R.inverse())), 1e-11) << step;
  }
}

/// The error on a line, after many samples of which all but the last few were the same.
template <class Scalar>
double error_after_standstill(double forgetting) {
  RecursiveLeastSquares<Scalar, 8, 1> head({.forgetting = forgetting});
  Line line(8, 1);
  constexpr int steps = 400000;
  double worst = 0;
  for (int step = 0; step < steps; ++step) {
    line.next();
    if (step > 1000 && step < steps - 2000) {
      line.x.setConstant(0.7);
      line.y = line.A.leftCols(8) * line.x + line.A.rightCols(1);
    }
    const double error = line.y(0) - static_cast<double>(head.step(line.x.cast<Scalar>().eval())(0));
    head.partial_fit(line.y.cast<Scalar>().eval());
    worst = step > steps - 1900 ? (std::max)(worst, std::abs(error)) : worst;
  }
  EXPECT_TRUE(all_are_finite(head.weights()));
  return worst;
}

TEST(RecursiveLeastSquares, FindsTheLineAgainAfterAStandstill) {
  // The noise of a label is 0.1, that of the weights that follow it less.
  for (const double forgetting : {0.99, 0.9995, 0.999999, 1.0}) {
    EXPECT_LT(error_after_standstill<float>(forgetting), 0.2) << forgetting;
    EXPECT_LT(error_after_standstill<double>(forgetting), 0.2) << forgetting;
  }
}

TEST(RecursiveLeastSquares, FollowsALineThatChanges) {
  RecursiveLeastSquares<float, 2, 1> head({.forgetting = 0.98});
  Line line(2, 1);
  double sum = 0;
  for (int step = 0; step < 2000; ++step) {
    line.A(0, 1) = step < 1000 ? 1 : -1;
    line.next();
    const double error = line.y(0) - static_cast<double>(head.step(line.x.cast<float>())(0));
    head.partial_fit(line.y.cast<float>());
    sum += step >= 1300 ? error * error : 0;
  }
  EXPECT_LT(std::sqrt(sum / 700), 0.07);  // the noise alone has 0.058
}

TEST(RecursiveLeastSquares, LearnsFromLateLabels) {
  RecursiveLeastSquares<double, 3, 2> now, late;
  Line line(3, 2);
  std::vector<Vector<double>> labels;
  for (int step = 1; step <= 50; ++step) {
    line.next();
    labels.push_back(line.y);
    now.partial_fit(line.x, line.y);
    const double before = late.prediction().sum();
    late.step(line.x);
    if (step > 5) {
      ASSERT_TRUE(is_finite(late.partial_fit(at(step - 5), labels[static_cast<std::size_t>(step - 6)])));
    } else {
      EXPECT_EQ(before, 0);
    }
  }
  for (int step = 46; step <= 50; ++step) {
    late.partial_fit(at(step), labels[static_cast<std::size_t>(step - 1)]);
  }
  EXPECT_LT(worst_error(late.weights(), now.weights()), 1e-12);  // the same samples in the same order
}

TEST(RecursiveLeastSquares, ReturnsTheLossOfThePredictionThatWasMade) {
  RecursiveLeastSquares<double, 1, 1> head;
  head.step(1.0);
  head.step(1.0);
  EXPECT_EQ(head.partial_fit(2.0), 4);         // both were predicted as 0
  EXPECT_EQ(head.partial_fit(at(1), 2.0), 4);  // although 2 is known by now
  EXPECT_NEAR(head.predict(1.0)(0), 2, 1e-2);  // the ridge holds it back a little
}

TEST(RecursiveLeastSquares, PredictChangesNothing) {
  RecursiveLeastSquares<float> head(3, 2);
  Line line(3, 2);
  for (int step = 0; step < 10; ++step) {
    line.next();
    const Vector<float> x = line.x.cast<float>();
    const Vector<float> ahead = head.predict(x);
    EXPECT_EQ(head.time(), step);
    EXPECT_EQ(Vector<float>(head.step(x)), ahead);
    EXPECT_EQ(Vector<float>(head.prediction()), ahead);
    head.partial_fit(line.y.cast<float>());
  }
}

TEST(RecursiveLeastSquares, PassesOverWhatIsNotFinite) {
  RecursiveLeastSquares<float, 2, 2> head;
  EXPECT_TRUE(is_nan(head.partial_fit(Vector<float>::Zero(2))));
  EXPECT_EQ(head.last_update().status, UpdateStatus::no_step);
  const Vector<float> x = Vector<float>::Ones(2), y = Vector<float>::Constant(2, 3);
  Vector<float> bad(2);
  bad << 1, not_a_number<float>;
  head.partial_fit(x, y);
  const Matrix<double> weights = head.weights();

  EXPECT_TRUE(all_are_nan(head.step(bad)));
  EXPECT_TRUE(is_nan(head.partial_fit(y)));
  EXPECT_EQ(head.last_update().status, UpdateStatus::input_not_finite);
  head.partial_fit(x, Vector<float>::Constant(2, not_a_number<float>));
  EXPECT_EQ(head.last_update().status, UpdateStatus::target_missing);
  head.partial_fit(x, Vector<float>::Constant(2, HUGE_VALF));
  EXPECT_EQ(head.last_update().status, UpdateStatus::target_not_finite);
  head.partial_fit(Vector<float>::Constant(2, 1e38f), Vector<float>::Constant(2, 1e38f));
  EXPECT_EQ(head.last_update().status, UpdateStatus::loss_not_finite);
  head.partial_fit(at(1), y);
  head.reset();
  head.partial_fit(at(1), y);
  EXPECT_EQ(head.last_update().status, UpdateStatus::label_too_late);
  EXPECT_EQ(head.last_update().skipped, 6);
  EXPECT_EQ(head.last_update().updates, 2);
  EXPECT_TRUE(all_are_finite(head.weights()));

  // One of two targets: the other keeps its weights.
  const Matrix<double> before = head.weights();
  head.partial_fit(x, bad);
  EXPECT_NE(before.row(0), head.weights().row(0));
  EXPECT_EQ(before.row(1), head.weights().row(1));
  EXPECT_NE(weights.row(0), head.weights().row(0));
}

/// The error of the weights after 2000 samples, of which one in 20 is off by 50.
double error_among_outliers(double huber) {
  RecursiveLeastSquares<double> head(4, 1, {.forgetting = 0.998, .huber = huber});
  Line line(4, 1);
  for (int step = 1; step <= 2000; ++step) {
    line.next();
    head.partial_fit(line.x, step % 20 == 0 ? (line.y.array() + 50).matrix().eval() : line.y);
  }
  return (head.weights() - line.A).norm();
}

TEST(RecursiveLeastSquares, LetsOutliersCountLessIfAsked) {
  EXPECT_GT(error_among_outliers(0), 2);  // the outliers alone move the bias by 50 / 20
  EXPECT_LT(error_among_outliers(2), 0.4);
}

TEST(RecursiveLeastSquares, FollowsAJumpThatLooksLikeOutliers) {
  RecursiveLeastSquares<double> head(2, 1, {.forgetting = 0.99, .huber = 2});
  Line line(2, 1);
  for (int step = 0; step < 1500; ++step) {
    line.next(0.01);
    head.partial_fit(line.x, step < 500 ? line.y : (line.y.array() + 100).matrix().eval());
  }
  EXPECT_NEAR(head.predict(Vector<double>::Zero(2))(0), line.A(0, 2) + 100, 0.1);
}

TEST(RecursiveLeastSquares, NamesWhatCannotBe) {
  using Fixed = RecursiveLeastSquares<float, 3, 2>;
  EXPECT_THROW(Fixed({.forgetting = 0}), std::invalid_argument);
  EXPECT_THROW(Fixed({.ridge = -1}), std::invalid_argument);
  EXPECT_THROW(Fixed({.huber = -1}), std::invalid_argument);
  EXPECT_THROW(Fixed({.window = 3}), std::invalid_argument);
  EXPECT_THROW(Fixed(2, 2), std::invalid_argument);
  EXPECT_THROW(RecursiveLeastSquares<float>(0, 1), std::invalid_argument);
  RecursiveLeastSquares<float> head(3, 2);
  EXPECT_THROW(head.step(Vector<float>::Zero(2)), std::invalid_argument);
  EXPECT_THROW(head.predict(Vector<float>::Zero(4)), std::invalid_argument);
  EXPECT_THROW(head.partial_fit(Vector<float>::Zero(3), Vector<float>::Zero(1)), std::invalid_argument);
  EXPECT_EQ(head.time(), 0);
}

TEST(RecursiveLeastSquares, GoesOnFromItsState) {
  RecursiveLeastSquares<float> head(3, 2, {.forgetting = 0.8, .huber = 2}),
      other(3, 2, {.forgetting = 0.8, .huber = 2});
  Line line(3, 2);
  const auto learn = [&](auto& model) {
    model.step(line.x.cast<float>());
    model.partial_fit(at(model.time() - 1), line.y.cast<float>());
  };
  for (int step = 0; step < 20; ++step) {
    line.next();
    learn(head);
  }
  copy_state(head, other);
  EXPECT_EQ(other.prediction(), head.prediction());
  line.next();
  learn(head);
  learn(other);
  EXPECT_EQ(other.weights(), head.weights());
  EXPECT_EQ(other.last_update().updates, head.last_update().updates);
}

}  // namespace
}  // namespace eddy::testing

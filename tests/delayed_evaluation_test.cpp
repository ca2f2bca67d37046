#include "support/state.hpp"

#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/classification_metrics.hpp>
#include <eddy/streaming/delayed_evaluation.hpp>
#include <eddy/streaming/regression_metrics.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::DelayedEvaluation<eddy::Mae, float, 1, 8>;
template class eddy::DelayedEvaluation<eddy::Rmse, double>;

namespace eddy::testing {
namespace {

TEST(DelayedEvaluation, ScoresThePredictionOfTheLabelsStep) {
  DelayedEvaluation<Mae> late(1, 8);
  Mae at_once;
  const auto truth = [](int t) { return static_cast<float>(t * t % 7); };
  for (int t = 1; t <= 40; ++t) {
    const float prediction = static_cast<float>(t % 5);
    EXPECT_EQ(late.step(prediction), t);
    at_once.add(truth(t), prediction);
    if (t > 5) {
      EXPECT_TRUE(late.label(at(t - 5), truth(t - 5)));
    }
  }
  for (int t = 40; t > 35; --t) {  // in any order
    EXPECT_TRUE(late.label(at(t), truth(t)));
  }
  EXPECT_DOUBLE_EQ(late.value(), at_once.value());
  EXPECT_EQ(late.metric().count(), 40);
  EXPECT_EQ(late.missed(), 0);
}

TEST(DelayedEvaluation, MissesALabelThatComesTooLateOrTwice) {
  DelayedEvaluation<Mae, float, 2, 4> evaluation;
  for (int t = 0; t < 6; ++t) {
    evaluation.step(Eigen::Vector2f(1, 2));
  }
  const Eigen::Vector2f truth(2, 4);
  EXPECT_FALSE(evaluation.label(at(2), truth));
  EXPECT_FALSE(evaluation.label(at(7), truth));
  EXPECT_TRUE(evaluation.label(at(3), truth));
  EXPECT_FALSE(evaluation.label(at(3), truth));
  EXPECT_EQ(evaluation.missed(), 3);
  EXPECT_DOUBLE_EQ(evaluation.value(), 1.5);
  evaluation.reset();
  EXPECT_FALSE(evaluation.label(at(4), truth));
  EXPECT_EQ(evaluation.time(), 6);
}

TEST(DelayedEvaluation, WaitsOnWhenALabelIsMissing) {
  DelayedEvaluation<Mae> evaluation(1, 4);
  evaluation.step(1.0f);
  EXPECT_FALSE(evaluation.label(at(1), not_a_number<float>));
  EXPECT_TRUE(evaluation.label(at(1), 3.0f));
  EXPECT_EQ(evaluation.value(), 2);
  EXPECT_EQ(evaluation.missed(), 0);
}

TEST(DelayedEvaluation, ReadsClassesAndProbabilities) {
  DelayedEvaluation<Accuracy, float, 3, 4> accuracy;
  DelayedEvaluation<Auc<>, float, 1, 4> auc;
  accuracy.step(Eigen::Vector3f(0, 1, 0));
  auc.step(0.75f);
  auc.step(0.25f);
  EXPECT_TRUE(accuracy.label(at(1), 1));
  EXPECT_TRUE(auc.label(at(1), true));
  EXPECT_TRUE(auc.label(at(2), false));
  EXPECT_EQ(accuracy.value(), 1);
  EXPECT_EQ(auc.value(), 1);
}

TEST(DelayedEvaluation, NamesASizeThatCannotBe) {
  EXPECT_THROW(DelayedEvaluation<Mae>(1, 0), std::invalid_argument);
  EXPECT_THROW(DelayedEvaluation<Mae>(-1, 3), std::invalid_argument);
  DelayedEvaluation<Mae> evaluation(2, 3);
  EXPECT_THROW(evaluation.step(Eigen::VectorXf::Zero(3)), std::invalid_argument);
  EXPECT_EQ(evaluation.time(), 0);
  evaluation.step(Eigen::VectorXf::Zero(2));
  EXPECT_THROW(evaluation.label(at(1), 1.0f), std::invalid_argument);
  EXPECT_TRUE(evaluation.label(at(1), Eigen::Vector2f(1, 1)));
}

TEST(DelayedEvaluation, GoesOnFromItsState) {
  DelayedEvaluation<Rolling<Rmse, 4>, double> evaluation(1, 8), other(1, 8);
  for (int t = 1; t < 30; ++t) {
    evaluation.step(t);
    evaluation.label(at(t - 3), t % 4);
  }
  copy_state(evaluation, other);
  evaluation.label(at(27), 5);
  other.label(at(27), 5);
  EXPECT_EQ(evaluation.value(), other.value());
  EXPECT_EQ(evaluation.missed(), other.missed());
}

}  // namespace
}  // namespace eddy::testing

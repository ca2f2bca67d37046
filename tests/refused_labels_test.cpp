// Misuse throws before anything has changed, whatever a learner is wrapped in.
#include "support/state.hpp"

#include <eddy/heads/echo_state.hpp>
#include <eddy/heads/joint_head.hpp>
#include <eddy/models.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/streaming/ddm.hpp>
#include <eddy/streaming/delayed_evaluation.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/kappa.hpp>
#include <eddy/streaming/mixture.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/shadow.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace eddy::testing {
namespace {

/// Expects that a call throws, and that the model is what it was, byte for byte.
template <class M, class Call>
void refuses(M& model, Call&& call) {
  const std::string before = saved(model);
  EXPECT_THROW(call(), std::invalid_argument);
  EXPECT_EQ(saved(model), before);
}

const Vector<float> good = Vector<float>::Constant(2, 0.1f), bad = Vector<float>::Zero(3),
                    label = Vector<float>::Ones(1);

template <class M>
void refuses_wrong_sizes(M model) {
  model.partial_fit(good, label);
  model.step(good);
  refuses(model, [&] { model.partial_fit(good, bad); });
  refuses(model, [&] { model.partial_fit(bad, label); });
  refuses(model, [&] { model.partial_fit(bad); });
  refuses(model, [&] { model.partial_fit(at(model.time()), bad); });
  refuses(model, [&] { model.step(bad); });
  model.partial_fit(label);
}

template <class M>
void refuses_wrong_classes(M model) {
  model.partial_fit(good, 1);
  model.step(good);
  refuses(model, [&] { model.partial_fit(good, 7); });
  refuses(model, [&] { model.partial_fit(good, -1); });
  refuses(model, [&] { model.partial_fit(bad, 1); });
  refuses(model, [&] { model.partial_fit(3); });
  model.partial_fit(2);
}

using Model = Lstm<float>;
using Classes = Gru<float, Dynamic, Dynamic, Dynamic, SoftmaxCrossEntropy>;

template <class M>
Shadowed<M> with_a_shadow(const M& model) {
  Shadowed<M> shadowed(model);
  shadowed.step(good);
  shadowed.begin_shadow();
  return shadowed;
}

TEST(RefusedLabels, LeaveEveryLearnerAsItWas) {
  const Model model(2, 4, 1);
  refuses_wrong_sizes(model);
  refuses_wrong_sizes(Shadowed<Model>(model));
  refuses_wrong_sizes(with_a_shadow(model));
  refuses_wrong_sizes(Mixture(model, model));
  refuses_wrong_sizes(Shadowed(Mixture(model, model)));
  refuses_wrong_sizes(Mixture(Shadowed<Model>(model), Shadowed<Model>(model)));
  refuses_wrong_sizes(RecursiveLeastSquares<float>(2, 1));
  refuses_wrong_sizes(EchoState<float>(2, 4, 1));
  refuses_wrong_sizes(JointHead<LstmCell<float>>(2, 4, 1));
  refuses_wrong_sizes(Mixture(JointHead<LstmCell<float>>(2, 4, 1), model));
}

TEST(RefusedClasses, LeaveEveryLearnerAsItWas) {
  const Classes model(2, 4, 3);
  refuses_wrong_classes(model);
  refuses_wrong_classes(Shadowed<Classes>(model));
  refuses_wrong_classes(with_a_shadow(model));
  refuses_wrong_classes(ClassMixture(model, model));
  refuses_wrong_classes(with_a_shadow(ClassMixture(model, model)));
  using Scaled = Pipeline<StandardScaler<float>, Classes>;
  refuses_wrong_classes(with_a_shadow(Scaled(StandardScaler<float>(2), model)));
}

// The two ways to learn stay the same, bit for bit, with a shadow beside the model.
TEST(Shadowed, LearnsAtOnceAsItDoesInTwoCalls) {
  Shadowed<Model> at_once = with_a_shadow(Model(2, 4, 1)), in_two = at_once;
  for (int t = 0; t < 300; ++t) {
    const Vector<float> x = Vector<float>::Constant(2, 0.01f * static_cast<float>(t % 70));
    const Vector<float> y = Vector<float>::Constant(1, t % 7 == 0 ? not_a_number<float> : x(0));
    const float loss = at_once.partial_fit(x, y);
    in_two.step(x);
    const float other = in_two.partial_fit(y);
    ASSERT_TRUE(loss == other || (is_nan(loss) && is_nan(other)));
  }
  EXPECT_EQ(saved(at_once), saved(in_two));
}

TEST(OnDrift, ChangesNothingForAValueThatItsDetectorRefuses) {
  Model model(2, 4, 1);
  OnDrift on_drift(Ddm{}, RaiseLearningRate({.samples = 2}));
  const double usual = static_cast<double>(model.optimizer().learning_rate);
  for (int t = 0; on_drift.changes() == 0; ++t) {
    on_drift.update(model, t < 100 ? 0 : 1);
  }
  refuses(on_drift, [&] { on_drift.update(model, 2); });
  EXPECT_NE(static_cast<double>(model.optimizer().learning_rate), usual);
  on_drift.update(model, 0);
  on_drift.update(model, 0);
  EXPECT_EQ(static_cast<double>(model.optimizer().learning_rate), usual);
}

TEST(DelayedEvaluation, GoesOnWaitingAfterALabelThatItsMetricRefuses) {
  DelayedEvaluation<Kappa<3>, float, 3, 4> classes;
  classes.step(Vector<float, 3>(1, 2, 3));
  refuses(classes, [&] { classes.label(at(1), 7); });
  refuses(classes, [&] { classes.step(Vector<float>::Zero(2)); });
  EXPECT_TRUE(classes.label(at(1), 2));
  DelayedEvaluation<Mae, float> numbers(2, 4);
  numbers.step(good);
  refuses(numbers, [&] { numbers.label(at(1), Vector<float>::Zero(3)); });
  EXPECT_TRUE(numbers.label(at(1), good));
  EXPECT_EQ(numbers.value(), 0);
}

}  // namespace
}  // namespace eddy::testing

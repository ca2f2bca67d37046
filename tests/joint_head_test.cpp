#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/cells/lstm_cell.hpp>
#include <eddy/heads/joint_head.hpp>
#include <eddy/streaming/learner.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace eddy::testing {
namespace {

using Fixed = JointHead<LstmCell<float, 1, 8>, 1>;
using Sized = JointHead<LstmCell<double>>;
static_assert(Learner<Fixed> && Learner<Sized>);
static_assert(Fixed::fixed && Fixed::features_learn && Sized::features_learn);

/// A sine that is asked for four steps ahead.
template <class Model>
double error_on_sine(Model& model, int steps) {
  using Scalar = typename Model::Scalar;
  double sum = 0;
  for (int step = 0; step < steps; ++step) {
    const double angle = 0.3 * step, y = std::sin(angle) * (1 + 0.3 * std::sin(0.05 * angle));
    if (step >= 4) {
      const double loss =
          static_cast<double>(model.partial_fit(at(model.time() - 3), static_cast<Scalar>(y)));
      sum += step > steps / 2 ? loss : 0;
    }
    model.step(static_cast<Scalar>(y));
  }
  return std::sqrt(sum / (steps / 2));
}

TEST(JointHead, LearnsFastWhileItsFeaturesLearnSlowly) {
  Fixed model;
  const Vector<float> before = model.extractor().parameters();
  EXPECT_LT(error_on_sine(model, 2000), 0.15);  // the sine has a deviation of 0.7
  const double moved = static_cast<double>((model.extractor().parameters() - before).cwiseAbs().maxCoeff());
  EXPECT_GT(moved, 1e-4);
  EXPECT_LT(moved, 2000 * 1.1e-5);  // Adam's step is about its learning rate
}

TEST(JointHead, TakesItsSettings) {
  Sized model(1, 5, 1, {.features = {.optimizer = {.learning_rate = 1e-3}, .seed = 4}, .head = {.ridge = 1}});
  EXPECT_EQ(model.window(), 16);
  EXPECT_EQ(model.extractor().optimizer().learning_rate, 1e-3);
  EXPECT_EQ(model.head().options().ridge, 1);
  EXPECT_LT(error_on_sine(model, 1000), 0.3);
  EXPECT_THROW(Sized(1, 0, 1), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

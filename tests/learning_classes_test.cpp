#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace eddy::testing {
namespace {

// Classes that cannot be told from the newest input alone; the model predicts before it is told, and the last
// 1000 predictions count.

constexpr int steps = 6000, counted = 1000;

// Delayed copy: the class at t is the symbol of step t − 3, one of 4, drawn evenly. The newest symbol says
// nothing about it: without memory 1/4 of the predictions are right, and the cross-entropy is at least log 4
// = 1.39.
TEST(Learning, CopiesSymbolsOfThreeStepsAgo) {
  using Model = Online<Sequential<LstmCell<float>, Dense<float>>, SoftmaxCrossEntropy>;
  Model model(Model::Network({4, 16}, {16, 4}), {.optimizer = {.learning_rate = 5e-3}});
  Random random(1);
  std::uint64_t past[3] = {};
  int right = 0;
  double loss = 0;
  for (int t = 0; t < steps; ++t) {
    const std::uint64_t symbol = random.below(4), target = past[t % 3];
    past[t % 3] = symbol;
    Index predicted;
    model.step(Eigen::Vector4f::Unit(static_cast<Index>(symbol))).maxCoeff(&predicted);
    const float surprise = model.partial_fit(target);
    if (t >= steps - counted) {
      right += static_cast<std::uint64_t>(predicted) == target;
      loss += surprise / counted;
    }
  }
  EXPECT_GT(right, 950);
  EXPECT_LT(loss, 0.2);
}

template <class Cell>
class LearningParity : public ::testing::Test {};

using Cells = ::testing::Types<RnnCell<float>, LstmCell<float>, GruCell<float>>;
TYPED_TEST_SUITE(LearningParity, Cells);

// The parity of the last three bits. Given the newest bit, or even the newest two, it is as likely 0 as 1:
// whoever forgets one of the three is right half of the time, and loses log 2 = 0.69.
TYPED_TEST(LearningParity, TellsTheParityOfThreeBits) {
  RecurrentModel<TypeParam, Dynamic, LogisticLoss> model(1, 16, 1, {.optimizer = {.learning_rate = 1e-2}});
  Random random(3);
  int bits[3] = {}, right = 0;
  double loss = 0;
  for (int t = 0; t < steps; ++t) {
    bits[t % 3] = static_cast<int>(random.below(2));
    const int parity = (bits[0] + bits[1] + bits[2]) % 2;
    const bool predicted = model.step(2 * bits[t % 3] - 1)(0) > 0;
    const float surprise = model.partial_fit(parity);
    if (t >= steps - counted) {
      right += predicted == (parity == 1);
      loss += surprise / counted;
    }
  }
  EXPECT_GT(right, 950);
  EXPECT_LT(loss, 0.2);
}

}  // namespace
}  // namespace eddy::testing

#include <eddy/cells/gru_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/online.hpp>
#include <eddy/trainer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace eddy::testing {
namespace {

template <class Scalar, int Inputs, int Hidden>
using Network = Sequential<GruCell<Scalar, Inputs, Hidden>, Dense<Scalar, Hidden, 1>>;

using Fixed = Trainer<Network<float, 2, 3>, MeanSquaredError, Adam, TruncatedBptt<4>, RecentRehearsal<5>>;
using RunTime = Trainer<Network<double, Dynamic, Dynamic>, HuberLoss, Sgd, TruncatedBptt<>, NoRehearsal>;

TEST(Trainer, TeachesAStreamOfOnesOwnAsOnlineDoes) {
  using Model = Online<Fixed::Network, MeanSquaredError, Adam, TruncatedBptt<4>, RecentRehearsal<5>>;
  Model model;
  Fixed trainer({}, {});
  Fixed::Memory stream(trainer.network(), trainer.targets(), trainer.options().credit);
  Random random(3);
  for (int t = 0; t < 50; ++t) {
    const float x[] = {static_cast<float>(random.uniform(1)), static_cast<float>(random.uniform(1))};
    const float expected = model.partial_fit(Eigen::Map<const Eigen::Vector2f>(x), x[0] * x[1]);
    std::copy_n(x, 2, stream.tape.next_input());
    stream.step(trainer.network(), trainer.parameters());
    EXPECT_EQ(trainer.learn(stream, stream.tape.time(), x[0] * x[1]), expected);
  }
  EXPECT_EQ(trainer.last_update().updates, 50);
  EXPECT_EQ(model.parameters(), (Eigen::Map<Vector<float>>(trainer.parameters(), Model::Parameters)));
  EXPECT_EQ(model.moments(), trainer.moments());
}

TEST(Trainer, LeavesTheWeightsWhereALabelHasNoStep) {
  RunTime trainer(RunTime::Network({1, 2}, {2, 1}), {});
  RunTime::Memory stream(trainer.network(), trainer.targets(), trainer.options().credit);
  const Vector<double> before =
      VectorView<const double>(trainer.parameters(), trainer.network().sizes().parameters);
  EXPECT_TRUE(std::isnan(trainer.learn(stream, 1, 0.5)));
  EXPECT_EQ(trainer.last_update().status, UpdateStatus::no_step);
  EXPECT_EQ(trainer.last_update().skipped, 1);
  EXPECT_EQ(before, (VectorView<const double>(trainer.parameters(), before.size())));
}

TEST(Trainer, RefusesSettingsBeyondWhatStaysFinite) {
  EXPECT_THROW(Fixed({}, {.optimizer = {.learning_rate = 1e7}}), std::invalid_argument);
  EXPECT_THROW(Fixed({}, {.clip_norm = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

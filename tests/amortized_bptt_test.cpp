#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace eddy::testing {
namespace {

template <class Credit>
using Model = Gru<double, 3, 8, 1, MeanSquaredError, Sgd, Credit, NoRehearsal>;

/// At rest, the gradients of all updates of a model; steps of `unlabelled` have no label.
template <class Credit>
std::vector<Vector<double>> gradients(int steps, std::pair<int, int> unlabelled = {}) {
  Model<Credit> model({.optimizer = {.learning_rate = 0}});
  std::vector<Vector<double>> all;
  std::int64_t updates = 0;
  Vector<double> complete = Vector<double>::Zero(model.parameters().size());
  for (int t = 0; t < steps; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    if (t >= unlabelled.first && t < unlabelled.second) {
      model.step(x);
    } else {
      model.partial_fit(x, x(0));
    }
    if (model.last_update().updates > updates) {  // complete when the next one has not begun
      updates = model.last_update().updates;
      if (updates > 1) {
        all.push_back(complete);
      }
    }
    complete = model.gradient();
  }
  return all;
}

TEST(AmortizedBptt, HasTheGradientsOfTheSweepsThatItSpreads) {
  const auto check = [](const auto& spread, const auto& spiky) {
    ASSERT_GT(spread.size(), 5u);
    for (std::size_t k = 0; k < spread.size(); ++k) {
      EXPECT_LT(worst_error(spread[k], spiky[k]), 1e-14) << "update " << k;
    }
  };
  check(gradients<AmortizedBptt<8>>(120), gradients<TruncatedBptt<8, 8>>(120));
  check(gradients<AmortizedBptt<9, 4>>(120), gradients<TruncatedBptt<9, 4>>(120));
  check(gradients<AmortizedBptt<16, 2>>(120), gradients<TruncatedBptt<16, 2>>(120));
}

TEST(AmortizedBptt, UpdatesOncePerStrideAndLearns) {
  // Its errors are older than those of TruncatedBptt<8, 8>: from 0.04 on it diverges, the other from 0.08 on.
  Model<AmortizedBptt<8>> model({.optimizer = {.learning_rate = 0.02}});
  double first = 0, last = 0;
  for (int t = 0; t < 4000; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    const double loss = model.partial_fit(x, 0.5 * x(0) - 0.3 * x(2));
    first += t < 200 ? loss : 0;
    last += t >= 3800 ? loss : 0;
  }
  EXPECT_LT(last, first / 10);
  EXPECT_NEAR(static_cast<double>(model.last_update().updates), 4000 / 8, 2);
  EXPECT_EQ(model.last_update().skipped, 0);
}

TEST(AmortizedBptt, AResetGivesUpTheUpdateUnderWay) {
  Model<AmortizedBptt<8>> model({.optimizer = {.learning_rate = 0.1}});
  const auto run = [&](int steps) {
    for (int t = 0; t < steps; ++t) {
      const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
      model.partial_fit(x, x(0));
    }
  };
  run(10);  // two samples into the first sweep
  const Vector<double> before = model.parameters();
  model.reset();
  run(8);
  EXPECT_EQ(model.parameters(), before) << "the sweep of these has not begun to move them";
  run(20);
  EXPECT_NE(model.parameters(), before);
}

TEST(AmortizedBptt, StreamsHaveUpdatesOfTheirOwn) {
  Model<AmortizedBptt<4>> model({.optimizer = {.learning_rate = 0}}), alone = model;
  auto other = model.make_stream();
  std::vector<double> norms, expected;
  for (int t = 0; t < 60; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    model.partial_fit(x, x(0));
    norms.push_back(model.last_update().gradient_norm);
    model.partial_fit(other, -x, x(1));
    alone.partial_fit(x, x(0));
    expected.push_back(alone.last_update().gradient_norm);
  }
  EXPECT_EQ(norms, expected);
}

TEST(AmortizedBptt, CatchesUpWhereLabelsAreRare) {
  Model<AmortizedBptt<8>> model({.optimizer = {.learning_rate = 0.01}});
  for (int t = 0; t < 400; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    if (t % 7 == 0) {
      model.partial_fit(x, x(0));
    } else {
      model.step(x);
    }
  }
  EXPECT_GT(model.last_update().updates, 10);
  EXPECT_TRUE(model.parameters().allFinite());
}

TEST(AmortizedBptt, EndsASweepBeforeItsStepsAreOverwritten) {
  // Two samples into the first sweep, labels stay away for much longer than the ring is.
  const auto spread = gradients<AmortizedBptt<8>>(200, {10, 111});
  const auto spiky = gradients<TruncatedBptt<8, 8>>(200, {10, 111});
  ASSERT_GT(spread.size(), 5u);
  for (std::size_t k = 0; k < spread.size(); ++k) {
    EXPECT_LT(worst_error(spread[k], spiky[k]), 1e-14) << "update " << k;
  }
}

TEST(AmortizedBptt, LosesNoLateErrorThatItsRingStillHolds) {
  Model<AmortizedBptt<4>> late({.optimizer = {.learning_rate = 0}});
  for (int t = 1; t <= 400; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    late.partial_fit(x, x(0));
    if (t > 4 && t % 5 == 0) {  // at most three steps later the stride is full; the ring holds eight
      late.partial_fit(at(t - 4), x(1));
    }
  }
  EXPECT_EQ(late.last_update().skipped, 0);
  EXPECT_GT(late.last_update().updates, 400 / 4 - 2);
}

TEST(AmortizedBptt, SpreadsItsStepsBackEvenly) {
  for (const auto& [window, stride] : {std::pair{16, 16}, {8, 8}, {32, 32}, {16, 8}, {64, 16}}) {
    Gru<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, AmortizedBptt<Dynamic, Dynamic>,
        NoRehearsal>
        model(3, 4, 1, {.credit = {{.window = window, .stride = stride}}});
    const double mean = static_cast<double>(window) / stride;
    for (int t = 0; t < 300; ++t) {
      const std::int64_t before = model.steps_back();
      const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
      model.partial_fit(x, x(0));
      // The sum of four steps and the optimizer's share of all samples stand in for others.
      EXPECT_LE(static_cast<double>(model.steps_back() - before), 2 * mean + 1) << window << ", " << stride;
    }
  }
}

TEST(AmortizedBptt, WorksWithSizesOfRunTime) {
  Gru<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Adam, AmortizedBptt<Dynamic, Dynamic>, NoRehearsal>
      model(3, 8, 1, {.credit = {{.window = 6, .stride = 3}}});
  for (int t = 0; t < 60; ++t) {
    const Vector<float> x = random_vector<float>(3, static_cast<std::uint64_t>(t));
    model.partial_fit(x, x(0));
  }
  EXPECT_GT(model.last_update().updates, 15);
  auto copy = model;
  const Vector<float> x = random_vector<float>(3, 99);
  EXPECT_EQ(copy.partial_fit(x, x(0)), model.partial_fit(x, x(0)));
}

}  // namespace
}  // namespace eddy::testing

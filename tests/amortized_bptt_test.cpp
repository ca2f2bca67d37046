#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

template <class Credit>
using Model = Gru<double, 3, 8, 1, MeanSquaredError, Sgd, Credit, NoRehearsal>;

/// At rest, the gradients of all updates of a model.
template <class Credit>
std::vector<Vector<double>> gradients(int steps) {
  Model<Credit> model({.optimizer = {.learning_rate = 0}});
  std::vector<Vector<double>> all;
  std::int64_t updates = 0;
  Vector<double> complete = Vector<double>::Zero(model.parameters().size());
  for (int t = 0; t < steps; ++t) {
    const Vector<double> x = random_vector<double>(3, static_cast<std::uint64_t>(t));
    model.partial_fit(x, x(0));
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
  Model<AmortizedBptt<8>> model({.optimizer = {.learning_rate = 0.05}});
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

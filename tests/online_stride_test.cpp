#include "conformance/online_support.hpp"

namespace eddy::testing {
namespace {

// When the weights are updated, and what becomes of errors in the meantime.

using Strided = Gru<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, TruncatedBptt<Dynamic, Dynamic>,
                    NoRehearsal>;

Strided make(int window, int stride, double learning_rate = 0.01) {
  return Strided(
      3, 4, 2,
      {.optimizer = {.learning_rate = learning_rate}, .credit = {.window = window, .stride = stride}});
}

class OnlineStride : public ::testing::Test {
 protected:
  std::vector<Sample<double>> samples = make_samples<double>(3, 2, 40);
  const Vector<double> nan = Vector<double>::Constant(2, not_a_number<double>);
};

TEST_F(OnlineStride, UpdatesComeEveryStrideSamples) {
  Strided model = make(8, 4);
  Vector<double> weights = model.parameters();
  for (int t = 1; t <= 40; ++t) {
    const auto& [x, y] = samples[static_cast<std::size_t>(t - 1)];
    const double loss = model.partial_fit(x, y);
    const auto& update = model.last_update();
    EXPECT_EQ(update.status, t % 4 == 0 ? UpdateStatus::applied : UpdateStatus::pending);
    EXPECT_EQ(update.applied, t % 4 == 0);
    EXPECT_EQ(update.updates, t / 4);
    EXPECT_EQ(update.skipped, 0);
    EXPECT_EQ(update.loss, loss);
    EXPECT_EQ(update.gradient_norm > 0, t % 4 == 0);
    EXPECT_EQ(static_cast<bool>(same_bits(model.parameters(), weights)), t % 4 != 0);
    weights = model.parameters();
  }
}

TEST_F(OnlineStride, AStreamHasAStrideOfItsOwn) {
  Strided model = make(8, 2);
  auto a = model.make_stream(), b = model.make_stream();
  model.partial_fit(a, samples[0].x, samples[0].y);
  model.partial_fit(b, samples[1].x, samples[1].y);
  EXPECT_EQ(model.last_update().updates, 0);
  model.partial_fit(a, samples[2].x, samples[2].y);
  EXPECT_EQ(model.last_update().updates, 1);
  model.partial_fit(b, samples[3].x, samples[3].y);
  EXPECT_EQ(model.last_update().updates, 2);
}

TEST_F(OnlineStride, SparseLabelsLearnOnceAStrideOfStepsHasGoneBy) {
  Strided model = make(8, 4);
  for (int t = 1; t <= 24; ++t) {
    const auto& [x, y] = samples[static_cast<std::size_t>(t - 1)];
    if (t % 3 != 0) {
      model.step(x);
      continue;
    }
    model.partial_fit(x, y);
    EXPECT_EQ(model.last_update().updates, t / 6)
        << "labels at 3, 6, 9, …: every second finds 4 steps gone by";
    EXPECT_EQ(model.last_update().skipped, 0);
  }
}

TEST_F(OnlineStride, TwoSparseLabelsEnterTheSameSweep) {
  Strided sparse = make(8, 4, 0), single = make(8, 8, 0);
  Vector<double> sum = Vector<double>::Zero(sparse.parameters().size());
  for (int t = 1; t <= 6; ++t) {
    const auto& [x, y] = samples[static_cast<std::size_t>(t - 1)];
    sparse.step(x);
    if (t % 3 == 0) {
      sparse.partial_fit(y);
      Strided alone = make(8, 1, 0);
      for (int s = 0; s < t; ++s) {
        alone.step(samples[static_cast<std::size_t>(s)].x);
      }
      alone.partial_fit(y);
      sum += alone.gradient();
    }
  }
  // The same sums in another order.
  EXPECT_LT((sparse.gradient() - sum).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_GT(sum.norm(), 0.01);
}

TEST_F(OnlineStride, ErrorsThatLeaveTheWindowAreCountedAsSkipped) {
  Strided model = make(4, 4, 0), unlabelled = make(4, 4, 0);
  model.partial_fit(samples[0].x, samples[0].y);
  model.partial_fit(samples[1].x, samples[1].y);
  EXPECT_EQ(model.last_update().status, UpdateStatus::pending);
  unlabelled.step(samples[0].x);
  unlabelled.step(samples[1].x);
  for (std::size_t t = 2; t < 9; ++t) {
    model.step(samples[t].x);
    unlabelled.step(samples[t].x);
  }
  model.partial_fit(samples[9].x, samples[9].y);
  unlabelled.partial_fit(samples[9].x, samples[9].y);
  EXPECT_EQ(model.last_update().status, UpdateStatus::applied);
  EXPECT_EQ(model.last_update().skipped, 2);
  EXPECT_TRUE(same_bits(model.gradient(), unlabelled.gradient())) << "nothing of the lost errors remains";
}

TEST_F(OnlineStride, OnlyTheErrorsThatLeftTheWindowAreLost) {
  Strided model = make(4, 4, 0), twin = make(4, 4, 0);
  model.partial_fit(samples[0].x, samples[0].y);  // leaves at step 5
  twin.step(samples[0].x);
  for (std::size_t t = 1; t < 3; ++t) {
    model.partial_fit(samples[t].x, samples[t].y);
    twin.partial_fit(samples[t].x, samples[t].y);
  }
  for (std::size_t t = 3; t < 5; ++t) {
    model.step(samples[t].x);
    twin.step(samples[t].x);
  }
  model.partial_fit(samples[4].y);
  twin.partial_fit(samples[4].y);
  EXPECT_EQ(model.last_update().updates, 1);
  EXPECT_EQ(model.last_update().skipped, 1);
  EXPECT_EQ(twin.last_update().skipped, 0);
  EXPECT_TRUE(same_bits(model.gradient(), twin.gradient()));
}

TEST_F(OnlineStride, ASkippedLabelDoesNotHoldUpTheOthers) {
  Strided model = make(8, 4);
  for (std::size_t t = 0; t < 3; ++t) {
    model.partial_fit(samples[t].x, samples[t].y);
  }
  model.partial_fit(samples[3].x, nan);
  EXPECT_EQ(model.last_update().status, UpdateStatus::target_missing);
  EXPECT_TRUE(model.last_update().applied) << "four steps have gone by";
  EXPECT_EQ(model.last_update().updates, 1);
  EXPECT_EQ(model.last_update().skipped, 1);
  EXPECT_TRUE(is_nan(model.last_update().loss));
}

TEST_F(OnlineStride, EveryLabelOfASweepThatOverflowsIsSkipped) {
  Strided model = make(8, 4);
  for (std::size_t t = 0; t < 4; ++t) {
    model.partial_fit(samples[t].x, weighted(samples[t].y, t == 1 ? 1e200 : 1));
  }
  EXPECT_EQ(model.last_update().status, UpdateStatus::gradient_not_finite);
  EXPECT_EQ(model.last_update().skipped, 4) << "labels so far that could not be learned from";
  for (std::size_t t = 4; t < 8; ++t) {
    model.partial_fit(samples[t].x, samples[t].y);
  }
  EXPECT_TRUE(model.last_update().applied);
  EXPECT_TRUE(model.parameters().allFinite());
}

TEST_F(OnlineStride, ResetDropsTheErrorsThatWait) {
  Strided model = make(8, 4, 0), fresh = make(8, 4, 0);
  model.partial_fit(samples[10].x, samples[10].y);
  model.partial_fit(samples[11].x, samples[11].y);
  model.reset();
  for (std::size_t t = 0; t < 4; ++t) {
    model.partial_fit(samples[t].x, samples[t].y);
    fresh.partial_fit(samples[t].x, samples[t].y);
    EXPECT_EQ(model.last_update().status, fresh.last_update().status);
  }
  EXPECT_TRUE(same_bits(model.gradient(), fresh.gradient()));
  EXPECT_EQ(model.last_update().skipped, 0);
}

TEST_F(OnlineStride, EveryStatusHasASentenceOfItsOwn) {
  std::vector<std::string> sentences;
  for (int status = 0; status <= static_cast<int>(UpdateStatus::gradient_not_finite); ++status) {
    const std::string sentence = describe(static_cast<UpdateStatus>(status));
    EXPECT_NE(sentence, "unknown");
    EXPECT_EQ(std::count(sentences.begin(), sentences.end(), sentence), 0) << sentence;
    sentences.push_back(sentence);
  }
  static_assert(describe(UpdateStatus::applied) != nullptr, "at compile time, too");
}

}  // namespace
}  // namespace eddy::testing

#include "conformance/online_support.hpp"

#include <thread>
#include <utility>

namespace eddy::testing {
namespace {

// Streams of one model: in threads, in containers, and beyond its moves.

template <class Model>
class Streams : public ::testing::Test {
 protected:
  static constexpr int count = 4, steps = 200;
  using Scalar = typename Model::Scalar;
  using Stream = typename Model::Stream;

  Model model_ = make_model<Model>();
  std::vector<std::vector<Sample<Scalar>>> samples_;

  void SetUp() override {
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
      samples_.push_back(make_samples<Scalar>(3, 2, steps, seed));
    }
    learn(model_, samples_[0]);
  }

  /// What the model predicts along one of the streams: each step as announced by `predict`, then the step
  /// itself.
  static Matrix<Scalar> run(const Model& model, Stream& stream, const std::vector<Sample<Scalar>>& samples) {
    Matrix<Scalar> predictions(4, samples.size());
    for (std::size_t t = 0; t < samples.size(); ++t) {
      predictions.col(static_cast<Index>(t)).template head<2>() = model.predict(stream, samples[t].x);
      predictions.col(static_cast<Index>(t)).template tail<2>() = model.step(stream, samples[t].x);
    }
    return predictions;
  }

  std::vector<Matrix<Scalar>> run_one_after_the_other() {
    std::vector<Matrix<Scalar>> predictions;
    for (const auto& samples : samples_) {
      auto stream = model_.make_stream();
      predictions.push_back(run(model_, stream, samples));
    }
    return predictions;
  }
};

using Models = ::testing::Types<Lstm<float, 3, 8, 2>, Gru<double>>;
TYPED_TEST_SUITE(Streams, Models);

TYPED_TEST(Streams, StepsInManyThreadsEqualStepsInOne) {
  const auto expected = this->run_one_after_the_other();
  const TypeParam& model = this->model_;
  std::vector<typename TypeParam::Stream> streams(this->samples_.size(), model.make_stream());
  std::vector<Matrix<typename TypeParam::Scalar>> predictions(streams.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    threads.emplace_back([&, i] { predictions[i] = this->run(model, streams[i], this->samples_[i]); });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    EXPECT_TRUE(same_bits(predictions[i].reshaped(), expected[i].reshaped())) << "stream " << i;
  }
}

TYPED_TEST(Streams, LiveInAVectorThatGrows) {
  const auto expected = this->run_one_after_the_other();
  std::vector<typename TypeParam::Stream> streams;
  for (std::size_t i = 0; i < this->samples_.size(); ++i) {
    streams.push_back(this->model_.make_stream());
    for (std::size_t earlier = 0; earlier <= i;
         ++earlier) {  // each stands at another step when the vector grows
      const auto t = streams[earlier].time();
      EXPECT_TRUE(same_bits(
          this->model_.step(streams[earlier], this->samples_[earlier][static_cast<std::size_t>(t)].x),
          expected[earlier].col(t).tail(2)));
    }
  }
  streams.erase(streams.begin());
  const auto t = streams[0].time();
  EXPECT_TRUE(same_bits(this->model_.step(streams[0], this->samples_[1][static_cast<std::size_t>(t)].x),
                        expected[1].col(t).tail(2)));
}

TYPED_TEST(Streams, ACopyGoesOnEqualAndAlone) {
  auto stream = this->model_.make_stream();
  for (const auto& [x, y] : this->samples_[1]) {
    this->model_.partial_fit(stream, x, y);
  }
  TypeParam twin = this->model_;
  auto copy = stream, assigned = this->model_.make_stream();
  assigned = copy;
  EXPECT_EQ(copy.time(), stream.time());
  for (const auto& [x, y] : this->samples_[2]) {
    ASSERT_EQ(this->model_.partial_fit(stream, x, y), twin.partial_fit(copy, x, y));
    ASSERT_TRUE(same_bits(this->model_.parameters(), twin.parameters()));
  }
  EXPECT_EQ(assigned.time(), stream.time() - this->steps) << "the copy of a copy has stayed where it was";
}

TYPED_TEST(Streams, OutliveMovesOfTheirModel) {
  TypeParam stays = this->model_;
  auto stream = this->model_.make_stream(), expected = stays.make_stream();
  for (const auto& [x, y] : this->samples_[1]) {
    this->model_.partial_fit(stream, x, y);
    stays.partial_fit(expected, x, y);
  }
  TypeParam moved = std::move(this->model_);
  for (const auto& [x, y] : this->samples_[2]) {
    ASSERT_EQ(moved.partial_fit(stream, x, y), stays.partial_fit(expected, x, y));
    ASSERT_TRUE(same_bits(moved.parameters(), stays.parameters()));
  }
}

TYPED_TEST(Streams, ResetForgetsOneStreamOnly) {
  auto reset = this->model_.make_stream(), other = this->model_.make_stream(),
       fresh = this->model_.make_stream();
  this->run(this->model_, reset, this->samples_[1]);
  this->run(this->model_, other, this->samples_[1]);
  auto untouched = other;
  reset.reset();
  EXPECT_EQ(reset.time(), this->steps) << "time goes on";
  EXPECT_TRUE(reset.prediction().isZero(0));
  EXPECT_TRUE(same_bits(this->run(this->model_, reset, this->samples_[2]).reshaped(),
                        this->run(this->model_, fresh, this->samples_[2]).reshaped()));
  EXPECT_TRUE(same_bits(this->run(this->model_, other, this->samples_[2]).reshaped(),
                        this->run(this->model_, untouched, this->samples_[2]).reshaped()));
}

}  // namespace
}  // namespace eddy::testing

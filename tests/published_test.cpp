#include "conformance/online_support.hpp"
#include "support/numeric.hpp"

#include <eddy/heads/features.hpp>
#include <eddy/models.hpp>
#include <eddy/streaming/published.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

template class eddy::Published<eddy::GruCell<float, 3, 8>, 2>;
template class eddy::Published<eddy::LstmCell<double>>;

namespace eddy::testing {
namespace {

/// What the call is refused with.
template <class Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}
#define EXPECT_REFUSED(call, message) EXPECT_EQ(refusal([&] { call; }), std::string("eddy: ") + message)

template <class Model>
class PublishedWeights : public ::testing::Test {
 protected:
  using Scalar = typename Model::Scalar;

  Model model_ = make_model<Model>();
  std::vector<Sample<Scalar>> samples_ = make_samples<Scalar>(3, 2, 50, 1);
};

using Models = ::testing::Types<Gru<float, 3, 8, 2>, Lstm<double>>;
TYPED_TEST_SUITE(PublishedWeights, Models);

TYPED_TEST(PublishedWeights, PredictAsTheModelDoesBitForBit) {
  TypeParam& model = this->model_;
  Published shared(model, 1);
  auto reader = shared.reader();
  EXPECT_TRUE(reader.prediction().isZero(0));
  // The model learns in its own stream; in another it predicts what the reader must.
  auto stream = model.make_stream();
  for (const auto& [x, y] : this->samples_) {
    ASSERT_TRUE(same_bits(reader.predict(x), model.predict(stream, x)));
    ASSERT_TRUE(same_bits(reader.step(x), model.step(stream, x)));
    ASSERT_TRUE(same_bits(reader.prediction(), stream.prediction()));
    ASSERT_EQ(reader.time(), stream.time());
    model.partial_fit(x, y);
    ASSERT_EQ(shared.publish(model), stream.time());
    ASSERT_EQ(reader.version(), stream.time() - 1) << "of the latest step";
  }
}

TYPED_TEST(PublishedWeights, StayWhileTheModelLearns) {
  TypeParam& model = this->model_;
  const TypeParam before = model;
  Published shared(model, 1);
  auto reader = shared.reader();
  auto stream = before.make_stream();
  for (const auto& [x, y] : this->samples_) {
    model.partial_fit(x, y);
    ASSERT_TRUE(same_bits(reader.step(x), before.step(stream, x)));
  }
  EXPECT_FALSE(same_bits(before.parameters(), model.parameters()));
}

TYPED_TEST(PublishedWeights, EachReaderHasItsOwnStream) {
  Published shared(this->model_, 2);
  auto one = shared.reader(), other = shared.reader();
  const auto& x = this->samples_[0].x;
  const Vector<typename TypeParam::Scalar> first = one.step(x);
  EXPECT_FALSE(same_bits(one.step(x), first));
  EXPECT_TRUE(same_bits(other.step(x), first));
  one.reset();
  EXPECT_TRUE(one.prediction().isZero(0));
  EXPECT_TRUE(same_bits(one.step(x), first));
  EXPECT_EQ(one.time(), 3);
  EXPECT_EQ(other.time(), 1);
}

TYPED_TEST(PublishedWeights, PassOverWhatIsNotFinite) {
  Published shared(this->model_, 2);
  auto reader = shared.reader(), other = shared.reader();
  auto bad = this->samples_[0].x;
  bad(1) = not_a_number<typename TypeParam::Scalar>;
  reader.step(this->samples_[1].x);
  other.step(this->samples_[1].x);
  EXPECT_TRUE(all_are_nan(reader.step(bad)));
  EXPECT_EQ(reader.time(), 2);
  EXPECT_TRUE(same_bits(reader.step(this->samples_[2].x), other.step(this->samples_[2].x)));
}

TYPED_TEST(PublishedWeights, MoreReadersThanAnnouncedAreRefused) {
  Published shared(this->model_, 2);
  auto one = shared.reader();
  {
    const auto other = shared.reader();
    EXPECT_REFUSED(shared.reader(), "there are 2 readers already, as many as were announced at construction");
  }
  auto another = shared.reader();
  auto moved = std::move(one);
  EXPECT_THROW(shared.reader(), std::invalid_argument) << "a moved reader is one";
  another = std::move(moved);
  EXPECT_EQ(another.step(this->samples_[0].x).size(), 2);
  EXPECT_THROW(Published(this->model_, 0), std::invalid_argument);
}

TEST(Published, RefusesAnotherNetworkAndWrongSizes) {
  Published shared(Gru<float>(3, 8, 2), 1);
  const Gru<float> other(3, 9, 2);
  EXPECT_REFUSED(shared.publish(other),
                 "the model has a network of other sizes than the one whose weights are published: " +
                     std::to_string(other.parameters().size()) + " parameters, expected " +
                     std::to_string(Gru<float>(3, 8, 2).parameters().size()));
  auto reader = shared.reader();
  EXPECT_REFUSED(reader.step(Vector<float>::Zero(2).eval()), "x has 2 values, expected 3");
  EXPECT_EQ(reader.time(), 0);
}

TEST(Published, FixedSizesLieWithinTheObject) {
  using Shared = Published<Gru<float, 3, 8, 2>::Network, 2>;
  static_assert(sizeof(Shared) >= 4 * sizeof(float) * Gru<float, 3, 8, 2>::Parameters);
  const Gru<float, 3, 8, 2> model;
  Shared shared(model);
  auto reader = shared.reader();
  const Vector<float, 3> x = Vector<float, 3>::Zero();
  static_assert(noexcept(reader.step(x)));
  static_assert(noexcept(reader.predict(x)));
  static_assert(noexcept(shared.publish(model)));
  EXPECT_EQ(shared.announced(), 2);
}

// A dense layer whose weights are all v says v (x + 1) in every output: one value of another publication, and
// the outputs are not alike. What threads share lies on the heap, for the sake of ThreadSanitizer; see
// newest_slot_test.cpp.
class PublishedHard : public ::testing::Test {
 protected:
  static constexpr int outputs = 61;
  using Network = Dense<double, 1, outputs>;
  using Shared = Published<Network, 3>;

  Features<Network> model_;

  void SetUp() override { model_.parameters().setZero(); }

  /// What one reader finds until the last version comes.
  struct Findings {
    std::int64_t steps = 0, torn = 0, backward = 0, changes = 0;
  };
  static Findings read(Shared::Reader& reader, std::int64_t last) {
    Findings found;
    for (std::int64_t version = 0; version < last;) {
      const auto y = reader.step(1.0);
      const auto now = reader.version();
      found.torn += !(y.array() == 2 * static_cast<double>(now)).all();
      found.backward += now < version;
      found.changes += now != version;
      version = now;
      ++found.steps;
    }
    return found;
  }
};

TEST_F(PublishedHard, ThreeReadersSeeCompleteWeightsInOrder) {
  constexpr std::int64_t publications = 20000;
  const auto shared = std::make_unique<Shared>(model_);
  std::array<Findings, 3> found;
  std::vector<Shared::Reader> readers;
  for (std::size_t i = 0; i < found.size(); ++i) {
    readers.push_back(shared->reader());
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] { found[i] = read(readers[i], publications); });
  }
  for (std::int64_t version = 1; version <= publications; ++version) {
    model_.parameters().setConstant(static_cast<double>(version));
    ASSERT_EQ(shared->publish(model_), version);
  }
  for (auto& thread : threads) {
    thread.join();
  }
  for (const Findings& one : found) {
    EXPECT_EQ(one.torn, 0);
    EXPECT_EQ(one.backward, 0);
    EXPECT_GT(one.changes, 0);
  }
}

TEST_F(PublishedHard, ReadersComeAndGo) {
  constexpr int lives = 2000;
  const auto shared = std::make_unique<Shared>(model_);
  std::atomic<int> alive{3}, torn{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int life = 0; life < lives; ++life) {
        auto reader = shared->reader();
        for (int step = 0; step < 3; ++step) {
          const auto y = reader.step(1.0);
          torn += !(y.array() == 2 * static_cast<double>(reader.version())).all();
        }
      }
      --alive;
    });
  }
  for (std::int64_t version = 1; alive > 0; ++version) {
    model_.parameters().setConstant(static_cast<double>(version));
    shared->publish(model_);
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(torn, 0);
}

// Readers that stopped for ever with old weights in hand.
TEST_F(PublishedHard, TheWriterNeedsNoReaderToGoOn) {
  Shared shared(model_);
  std::vector<Shared::Reader> readers;
  for (int i = 1; i <= 3; ++i) {
    readers.push_back(shared.reader());
    model_.parameters().setConstant(i);
    shared.publish(model_);
  }
  for (int version = 4; version <= 1000; ++version) {
    model_.parameters().setConstant(version);
    ASSERT_EQ(shared.publish(model_), version);
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(readers[i].version(), static_cast<std::int64_t>(i)) << "its weights have waited for it";
    EXPECT_TRUE((readers[i].step(1.0).array() == 2000).all());
    EXPECT_EQ(readers[i].version(), 1000);
  }
}

}  // namespace
}  // namespace eddy::testing

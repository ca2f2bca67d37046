// Streams, batches and other objects in containers, in one file with the model that made them.

#include "support/state.hpp"

#include <eddy/models.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using Fixed = Gru<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>>;
using Sized = Gru<float>;

template <class Model>
Model make(std::uint64_t seed) {
  if constexpr (Model::Sizes.fixed()) {
    return Model({.seed = seed});
  } else {
    return Model(1, 2, 1, {.seed = seed});
  }
}

template <class Model>
using Streams = std::vector<typename Model::Stream>;

template <class Model>
Streams<Model> streams_of(const Model& model, int count) {
  Streams<Model> streams;
  for (int i = 0; i < count; ++i) {
    streams.push_back(model.make_stream());
  }
  return streams;
}

template <class Model>
void learn(Model& model, Streams<Model>& streams, int from, int to) {
  for (int t = from; t < to; ++t) {
    for (std::size_t i = 0; i < streams.size(); ++i) {
      const float phase = 0.3f * static_cast<float>(t) + static_cast<float>(i);
      model.partial_fit(streams[i], std::sin(phase), std::sin(phase + 0.3f));
    }
  }
}

template <class Model>
class CheckpointStreams : public ::testing::Test {};
using Models = ::testing::Types<Fixed, Sized>;
TYPED_TEST_SUITE(CheckpointStreams, Models);

TYPED_TEST(CheckpointStreams, GoOnWithTheirModel) {
  for (const int count : {1, 2, 3}) {
    TypeParam model = make<TypeParam>(1), again = make<TypeParam>(2);
    auto streams = streams_of(model, count), streams_again = streams_of(again, count);
    learn(model, streams, 0, 10);
    ASSERT_EQ(try_load_from(saved(model, streams), again, streams_again), "");
    learn(model, streams, 10, 20);
    learn(again, streams_again, 10, 20);
    EXPECT_EQ(saved(model, streams), saved(again, streams_again));
  }
}

TYPED_TEST(CheckpointStreams, OfAnotherNumberAreRefused) {
  TypeParam model = make<TypeParam>(1), other = make<TypeParam>(2);
  auto two = streams_of(model, 2);
  learn(model, two, 0, 5);
  for (const int count : {0, 1, 3}) {
    auto streams = streams_of(other, count);
    const std::string before = saved(other, streams);
    EXPECT_EQ(try_load_from(saved(model, two), other, streams),
              "it is of other objects: \"1\" has 2 elements, expected " + std::to_string(count));
    EXPECT_EQ(saved(other, streams), before);
    ASSERT_EQ(streams.size(), static_cast<std::size_t>(count));
  }
}

TYPED_TEST(CheckpointStreams, MayBeNone) {
  TypeParam model = make<TypeParam>(1), again = make<TypeParam>(2);
  auto none = streams_of(model, 0), none_again = none, one = streams_of(again, 1);
  EXPECT_EQ(try_load_from(saved(model, none), again, none_again), "");
  EXPECT_EQ(saved(again, none), saved(model, none));
  EXPECT_EQ(try_load_from(saved(model, none), again, one),
            "it is of other objects: \"1\" has 0 elements, expected 1");
}

TYPED_TEST(CheckpointStreams, AreWrittenToFilesByTheirVector) {
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) / ("eddy_streams_" + std::to_string(sizeof(TypeParam)));
  TypeParam model = make<TypeParam>(1), again = make<TypeParam>(2);
  auto streams = streams_of(model, 2), streams_again = streams_of(again, 2);
  learn(model, streams, 0, 5);
  const auto& unchanging = streams;
  save(path, model, unchanging);
  load(path, again, streams_again);
  EXPECT_EQ(saved(again, streams_again), saved(model, streams));
  std::filesystem::remove(path);
}

TYPED_TEST(CheckpointStreams, AndBatchesLieInAnyContainerOfContiguousElements) {
  TypeParam model = make<TypeParam>(1);
  std::array streams{model.make_stream(), model.make_stream()};
  std::vector batches{model.make_batch(3), model.make_batch(1)};
  std::vector<std::vector<typename TypeParam::Stream>> nested(2, {model.make_stream()});
  Matrix<float> x = Matrix<float>::Constant(1, 3, 0.5f), y = -x;
  model.partial_fit(streams[1], 0.5f, 1.0f);
  model.partial_fit(batches[0], x, y);
  model.partial_fit(nested[1][0], 0.5f, 1.0f);
  const std::string bytes = saved(model, streams, batches, nested);

  TypeParam again = make<TypeParam>(2);
  std::array fresh{again.make_stream(), again.make_stream()};
  std::vector fresh_batches{again.make_batch(3), again.make_batch(1)};
  std::vector<std::vector<typename TypeParam::Stream>> fresh_nested(2, {again.make_stream()});
  ASSERT_EQ(try_load_from(bytes, again, fresh, fresh_batches, fresh_nested), "");
  EXPECT_EQ(saved(again, fresh, fresh_batches, fresh_nested), bytes);
  fresh_nested.pop_back();
  EXPECT_EQ(try_load_from(bytes, again, fresh, fresh_batches, fresh_nested),
            "it is of other objects: \"3\" has 2 elements, expected 1");
  std::vector swapped{again.make_batch(1), again.make_batch(3)};
  EXPECT_NE(try_load_from(bytes, again, fresh, swapped, fresh_nested), "");
}

/// A state without a constructor that takes nothing.
struct Own {
  explicit Own(int start) : value(start) {}
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("value", self.value);
  }
  bool state_is_valid() const { return value >= 0; }
  int value;
};

TEST(CheckpointContainers, ElementsNeedNoConstructorThatTakesNothing) {
  std::vector<Own> written{Own(1), Own(2), Own(3)}, read(3, Own(0));
  static_assert(std::is_trivially_copyable_v<Own> && !std::is_default_constructible_v<Own>);
  EXPECT_EQ(try_load_from(saved(written), read), "");
  EXPECT_EQ(read[2].value, 3);
  written[1].value = -1;
  EXPECT_EQ(try_load_from(saved(written), read), "it holds a state that cannot have come about");
  EXPECT_EQ(read[1].value, 2);
}

TEST(CheckpointContainers, ElementsThatAreAlikeAreListedOnce) {
  std::array<StandardScaler<float, 2>, 3> fixed;
  fixed[1].partial_fit(Vector<float, 2>(1, 2));
  std::vector<StandardScaler<float, 2>> sized(3), more(4), none;
  EXPECT_EQ(try_load_from(saved(fixed), sized), "");
  EXPECT_EQ(saved(sized), saved(fixed));
  EXPECT_EQ(try_load_from(saved(fixed), more), "it is of other objects: \"0\" has 3 elements, expected 4");
  EXPECT_EQ(try_load_from(saved(fixed), none), "it is of other objects: \"0\" has 3 elements, expected 0");
  EXPECT_EQ(try_load_from(saved(none), none), "");
}

TEST(CheckpointContainers, NumbersKeepTheirCount) {
  const std::vector<double> three{1, 2, 3}, none;
  std::vector<double> four(4, 7), empty;
  EXPECT_EQ(try_load_from(saved(three), four),
            "it is of other objects: it has \"0 f64[3]\", expected \"0 f64[4]\"");
  EXPECT_EQ(four[0], 7);
  EXPECT_EQ(try_load_from(saved(none), empty), "");
}

}  // namespace
}  // namespace eddy::testing

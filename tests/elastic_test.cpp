#include "support/state.hpp"

#include <eddy/streaming/elastic.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::ElasticWeights<float, 3>;
template class eddy::ElasticWeights<double>;

namespace eddy::testing {
namespace {

using Pair = Vector<double, 2>;
constexpr double nan = not_a_number<double>;

TEST(PullTowards, GoesPartOfTheWay) {
  Pair w(1, -2);
  pull_towards(w, Pair(3, 2), 0.25);
  EXPECT_EQ(w, Pair(1.5, -1));
  pull_towards(w, Pair(nan, 0), 0.5);
  EXPECT_EQ(w, Pair(1.5, -0.5));
  Vector<float> viewed = Vector<float>::Zero(2);
  pull_towards(VectorView<float>(viewed.data(), 2), Vector<float>::Ones(2), 1);
  EXPECT_EQ(viewed, Vector<float>::Ones(2));
}

TEST(PullTowards, NamesWhatCannotBe) {
  Pair w(1, 2);
  EXPECT_THROW(pull_towards(w, Vector<double>::Ones(3), 0.1), std::invalid_argument);
  for (const double strength : {-0.1, 1.1, nan}) {
    EXPECT_THROW(pull_towards(w, Pair(0, 0), strength), std::invalid_argument);
  }
  EXPECT_EQ(w, Pair(1, 2));
}

TEST(ElasticWeights, PullByWhatGradientsSaid) {
  ElasticWeights<double, 2> elastic({.strength = 0.5, .keep = 0.5});
  EXPECT_TRUE(elastic.observe(Pair(1, 3)));
  EXPECT_TRUE(elastic.observe(Pair(-1, -1)));
  // Mean squares 1 and 5, brought to a mean of 1.
  EXPECT_TRUE(elastic.consolidate(Pair(10, 20)));
  EXPECT_NEAR(elastic.importance()(0), 1.0 / 3, 1e-15);
  EXPECT_NEAR(elastic.importance()(1), 5.0 / 3, 1e-15);
  Pair w(16, 14);
  elastic.pull(w);
  // s F = 1/6 and 5/6; the step is s F / (1 + s F) = 1/7 and 5/11 of the way.
  EXPECT_NEAR(w(0), 16 - 6.0 / 7, 1e-13);
  EXPECT_NEAR(w(1), 14 + 30.0 / 11, 1e-13);
  // A second task with gradients of another scale: half of the old importance, and 1.6 and 0.4.
  elastic.observe(Pair(200, 100));
  elastic.consolidate(w);
  EXPECT_NEAR(elastic.importance()(0), 0.5 / 3 + 1.6, 1e-13);
  EXPECT_NEAR(elastic.importance()(1), 2.5 / 3 + 0.4, 1e-13);
  EXPECT_EQ(elastic.anchor(), w);
}

TEST(ElasticWeights, AreStableHoweverStrong) {
  ElasticWeights<double> elastic(2, {.strength = 1e9});
  elastic.observe(Pair(1, 1));
  elastic.consolidate(Pair(1, 2));
  Pair w(5, 5);
  elastic.pull(w);
  EXPECT_NEAR(w(0), 1, 1e-8);
  EXPECT_NEAR(w(1), 2, 1e-8);
}

TEST(ElasticWeights, DoNotPullBeforeTheFirstTask) {
  ElasticWeights<double> elastic(2);
  Pair w(5, 6);
  elastic.pull(w);
  EXPECT_EQ(w, Pair(5, 6));
  EXPECT_FALSE(elastic.consolidate(w)) << "no gradient";
  elastic.observe(Pair(0, 0));
  EXPECT_FALSE(elastic.consolidate(w)) << "no information";
}

TEST(ElasticWeights, LeaveOutWhatIsNotFinite) {
  ElasticWeights<double> elastic(2), clean(2);
  for (auto* const one : {&elastic, &clean}) {
    one->observe(Pair(1, 2));
  }
  EXPECT_FALSE(elastic.observe(Pair(nan, 1)));
  EXPECT_FALSE(elastic.observe(Pair(1e200, 1))) << "its square overflows";
  EXPECT_FALSE(elastic.consolidate(Pair(nan, 1)));
  elastic.consolidate(Pair(1, 1));
  clean.consolidate(Pair(1, 1));
  EXPECT_EQ(elastic.importance(), clean.importance());
}

TEST(ElasticWeights, NameWhatCannotBe) {
  EXPECT_THROW(ElasticWeights<double>(0), std::invalid_argument);
  EXPECT_THROW((ElasticWeights<double, 2>({.strength = -1})), std::invalid_argument);
  EXPECT_THROW((ElasticWeights<double, 2>({.keep = 1.5})), std::invalid_argument);
  ElasticWeights<double> elastic(2);
  EXPECT_THROW(elastic.observe(Vector<double>::Ones(3)), std::invalid_argument);
  EXPECT_THROW(elastic.consolidate(Vector<double>::Ones(3)), std::invalid_argument);
  Vector<double> three = Vector<double>::Ones(3);
  EXPECT_THROW(elastic.pull(three), std::invalid_argument);
}

TEST(ElasticWeights, GoOnFromTheirState) {
  ElasticWeights<double> elastic(2), other(2);
  elastic.observe(Pair(1, 2));
  elastic.consolidate(Pair(3, 4));
  elastic.observe(Pair(2, 2));
  copy_state(elastic, other);
  Pair results[2];
  for (auto* const one : {&elastic, &other}) {
    one->observe(Pair(1, 5));
    one->consolidate(Pair(1, 1));
    Pair& w = results[one == &other];
    w = Pair(7, 8);
    one->pull(w);
  }
  EXPECT_EQ(results[0], results[1]);
}

}  // namespace
}  // namespace eddy::testing

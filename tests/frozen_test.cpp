#include "conformance/online_support.hpp"
#include "support/unroll.hpp"

#include <eddy/cells/echo_state_cell.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/skip.hpp>

template class eddy::Frozen<eddy::Dense<float, 3, 2>>;
template class eddy::Frozen<eddy::LstmCell<double, 3, 4>>;

namespace eddy::testing {
namespace {

using Bottom = LstmCell<double, 3, 5>;
using Middle = GruCell<double, 5, 4>;
using Top = Dense<double, 4, 2>;
template <class... Layers>
using Plain = Online<Sequential<Layers...>, MeanSquaredError, Sgd, TruncatedBptt<6>, NoRehearsal>;

template <class Model>
void learn(Model& model, int steps, std::uint64_t seed = 1) {
  for (int step = 0; step < steps; ++step) {
    const auto at_step = seed + 2 * static_cast<std::uint64_t>(step);
    model.partial_fit(random_vector<double>(3, at_step), random_vector<double>(2, at_step + 1));
  }
}

constexpr int bottom = Bottom::Sizes.parameters, middle = Middle::Sizes.parameters,
              all = bottom + middle + Top::Sizes.parameters;

/// A frozen layer keeps its weights; all others have the gradient that they have without it.
template <class Model>
void expect_rest(Model& frozen, int first, int count) {
  Plain<Bottom, Middle, Top> free;
  free.parameters() = frozen.parameters();
  frozen.reset();
  const Vector<double> before = frozen.parameters();
  free.optimizer().learning_rate = frozen.optimizer().learning_rate = 0;
  for (std::uint64_t step = 0; step < 12; ++step) {
    learn(free, 1, 100 * step);
    learn(frozen, 1, 100 * step);
    // The same operations on the same numbers.
    ASSERT_EQ(free.gradient().head(first), frozen.gradient().head(first));
    ASSERT_EQ(free.gradient().tail(all - first - count), frozen.gradient().tail(all - first - count));
    ASSERT_EQ(frozen.gradient().segment(first, count).norm(), 0);
    ASSERT_GT(free.gradient().segment(first, count).norm(), 0);
  }
  frozen.optimizer().learning_rate = 0.1;
  learn(frozen, 12);
  EXPECT_EQ(frozen.parameters().segment(first, count), before.segment(first, count));
  if (first > 0) {
    EXPECT_NE(frozen.parameters().head(first), before.head(first));
  }
  if (first + count < all) {
    EXPECT_NE(frozen.parameters().tail(all - first - count), before.tail(all - first - count));
  }
}

TEST(Frozen, LayersKeepTheirWeightsAndTheGradientOfTheRest) {
  Plain<Frozen<Bottom>, Middle, Top> under;
  expect_rest(under, 0, bottom);
  Plain<Bottom, Frozen<Middle>, Top> between;
  expect_rest(between, bottom, middle);
  Plain<Bottom, Middle, Frozen<Top>> above;
  expect_rest(above, bottom + middle, Top::Sizes.parameters);
  Plain<Frozen<Bottom>, Frozen<Middle>, Top> both;
  expect_rest(both, 0, bottom + middle);
}

TEST(Frozen, LayersCanBeFrozenForAWhile) {
  Plain<Bottom, Middle, Top> model;
  model.freeze<0>();
  EXPECT_TRUE(model.network().is_frozen<0>());
  EXPECT_FALSE(model.network().is_frozen<1>());
  expect_rest(model, 0, bottom);
  model.unfreeze<0>();
  model.freeze<1>();
  expect_rest(model, bottom, middle);
  model.freeze<0>();
  expect_rest(model, 0, bottom + middle);
  model.unfreeze<0>();
  model.unfreeze<1>();
  Plain<Bottom, Middle, Top> free;
  free.parameters() = model.parameters();
  free.optimizer() = model.optimizer();
  model.reset();
  learn(model, 10);
  learn(free, 10);
  EXPECT_EQ(model.parameters(), free.parameters());
}

TEST(Frozen, OptimizersWithMomentsAndDecayLeaveThemAlone) {
  using Model = Online<Sequential<Frozen<Bottom>, Middle, Top>, MeanSquaredError, AdamW, TruncatedBptt<6>>;
  Model model;
  const Vector<double> before = model.parameters();
  learn(model, 50);
  EXPECT_EQ(model.parameters().head(bottom), before.head(bottom));
  EXPECT_NE(model.parameters().tail(all - bottom), before.tail(all - bottom));

  Online<Sequential<Bottom, Frozen<Middle>, Top>, MeanSquaredError, AdamW, AmortizedBptt<6>, NoRehearsal>
      amortized;
  amortized.parameters() = before;
  learn(amortized, 50);
  EXPECT_EQ(amortized.parameters().segment(bottom, middle), before.segment(bottom, middle));
  EXPECT_NE(amortized.parameters().head(bottom), before.head(bottom));
}

TEST(Frozen, ErrorGoesBackInTimeOnlyWhereSomethingLearnsFromIt) {
  Plain<Frozen<Bottom>, Frozen<Middle>, Top> read_out;
  learn(read_out, 20);
  EXPECT_EQ(read_out.steps_back(), 20);
  Plain<Frozen<Bottom>, Middle, Top> recurrent;
  learn(recurrent, 20);
  EXPECT_EQ(recurrent.steps_back(), 1 + 2 + 3 + 4 + 5 + 15 * 6);
  Plain<Bottom, Middle, Top> for_a_while;
  for_a_while.freeze<0>();
  for_a_while.freeze<1>();
  learn(for_a_while, 20);
  EXPECT_EQ(for_a_while.steps_back(), 20);
  for_a_while.parameters() = read_out.parameters();
  for_a_while.reset();
  read_out.reset();
  learn(for_a_while, 20);
  learn(read_out, 20);
  EXPECT_EQ(for_a_while.parameters(), read_out.parameters());
}

TEST(Frozen, WorksInsideOtherLayers) {
  using Model = Plain<Skip<Frozen<Bottom>>, Dense<double, 8, 4>, Residual<Frozen<Dense<double, 4, 4>>>, Top>;
  Model model;
  const Vector<double> before = model.parameters();
  learn(model, 20);
  constexpr int mixed = Dense<double, 8, 4>::Sizes.parameters,
                residual = Dense<double, 4, 4>::Sizes.parameters;
  EXPECT_EQ(model.parameters().head(bottom), before.head(bottom));
  EXPECT_NE(model.parameters().segment(bottom, mixed), before.segment(bottom, mixed));
  EXPECT_EQ(model.parameters().segment(bottom + mixed, residual), before.segment(bottom + mixed, residual));
  EXPECT_EQ(model.steps_back(), 20);
}

TEST(Frozen, SparseLayersToo) {
  using Sparse = Online<Sequential<Embedding<double, 10, 4>, RnnCell<double, 4, 3>, Dense<double, 3, 2>>,
                        MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;
  Sparse model;
  const Vector<double> before = model.parameters();
  const auto read = [&](int from) {
    for (int step = 0; step < 30; ++step) {
      model.partial_fit((from + step) % 10, Vector<double>::Ones(2));
    }
  };
  model.freeze<0>();
  read(0);
  EXPECT_EQ(model.parameters().head(40), before.head(40));
  EXPECT_NE(model.parameters().tail(before.size() - 40), before.tail(before.size() - 40));
  model.unfreeze<0>();
  read(3);
  EXPECT_NE(model.parameters().head(40), before.head(40));

  Online<Sequential<Frozen<Embedding<double, 10, 4>>, Dense<double, 4, 2>>> fixed;
  const Vector<double> symbols = fixed.parameters().head(40);
  for (int step = 0; step < 30; ++step) {
    fixed.partial_fit(step % 10, Vector<double>::Ones(2));
  }
  EXPECT_EQ(fixed.parameters().head(40), symbols);
}

TEST(Frozen, StreamsInLockStepToo) {
  Plain<Frozen<Bottom>, Frozen<Middle>, Top> model;
  Plain<Bottom, Middle, Top> other;
  other.freeze<0>();
  other.freeze<1>();
  other.parameters() = model.parameters();
  const Vector<double> before = model.parameters();
  auto batch = model.make_batch(3);
  auto other_batch = other.make_batch(3);
  for (std::uint64_t step = 0; step < 20; ++step) {
    const Matrix<double> x = random_matrix<double>(3, 3, step), y = random_matrix<double>(2, 3, step + 99);
    model.partial_fit(batch, x, y);
    other.partial_fit(other_batch, x, y);
  }
  EXPECT_EQ(model.parameters(), other.parameters());
  EXPECT_EQ(model.parameters().head(bottom + middle), before.head(bottom + middle));
  EXPECT_NE(model.parameters(), before);
}

TEST(Frozen, AnEchoStateCellLearnsNothingInANetwork) {
  Online<Sequential<Dense<double, 3, 4>, EchoStateCell<double, 4, 9>, Dense<double, 9, 2>>> model;
  const Vector<double> before = model.parameters();
  learn(model, 20);
  constexpr int below = Dense<double, 3, 4>::Sizes.parameters,
                own = EchoStateCell<double, 4, 9>::Sizes.parameters;
  EXPECT_NE(model.parameters().head(below), before.head(below));
  EXPECT_EQ(model.parameters().segment(below, own), before.segment(below, own));
}

TEST(Frozen, ANetworkMayBeFrozenAsAWhole) {
  Plain<Frozen<Bottom>, Frozen<Dense<double, 5, 2>>> model;
  const Vector<double> before = model.parameters();
  learn(model, 10);
  EXPECT_EQ(model.parameters(), before);
  EXPECT_EQ(model.last_update().gradient_norm, 0);
}

}  // namespace
}  // namespace eddy::testing

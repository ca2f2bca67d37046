#include "support/state.hpp"

#include <eddy/cells/lstm_cell.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/streaming/shrink_and_perturb.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace eddy::testing {
namespace {

/// Parameters and a network, without learning.
template <class Scalar_, int Inputs, int Hidden>
struct Still {
  using Scalar = Scalar_;
  using Network = LstmCell<Scalar, Inputs, Hidden>;
  static constexpr int Parameters = Network::Sizes.parameters;

  explicit Still(Network cell) : layer(cell), weights(Vector<Scalar>::Ones(layer.sizes().parameters)) {}

  Eigen::Map<Vector<Scalar>> parameters() { return {weights.data(), weights.size()}; }
  Eigen::Map<const Vector<Scalar>> parameters() const { return {weights.data(), weights.size()}; }
  const Network& network() const { return layer; }

  Network layer;
  Vector<Scalar> weights;
};
using Fixed = Still<float, 2, 3>;
using Sized = Still<double, Dynamic, Dynamic>;

}  // namespace
}  // namespace eddy::testing

template class eddy::ShrinkAndPerturb<eddy::testing::Fixed>;
template class eddy::ShrinkAndPerturb<eddy::testing::Sized>;

namespace eddy::testing {
namespace {

TEST(ShrinkAndPerturb, MixesFreshWeightsIn) {
  Sized model(LstmCell<double>(2, 3));
  ShrinkAndPerturb perturb(model, {.shrink = 0.25, .perturb = 0.5, .seed = 7});
  Vector<double> fresh(model.weights.size());
  Random random(~std::uint64_t{7});
  for (int time = 0; time < 2; ++time) {
    const Vector<double> before = model.weights;
    model.layer.initialize(fresh.data(), random);
    perturb.apply(model);
    EXPECT_EQ(model.weights, 0.25 * before + 0.5 * fresh);
  }
}

TEST(ShrinkAndPerturb, KeepsTheBiasOfForgetGatesWhereTheFactorsAddUpToOne) {
  Fixed model{LstmCell<float, 2, 3>()};
  Random random(1);
  model.layer.initialize(model.weights.data(), random);
  const Vector<float> before = model.weights;
  ShrinkAndPerturb(model).apply(model);
  // Fresh weights, although model and perturbation have the same seed.
  EXPECT_GT((model.weights - before).norm(), 1);
  EXPECT_EQ(model.weights.tail(12), before.tail(12));
}

TEST(ShrinkAndPerturb, NamesWhatCannotBe) {
  Sized model(LstmCell<double>(2, 3)), other(LstmCell<double>(2, 5));
  EXPECT_THROW(ShrinkAndPerturb(model, {.shrink = -0.1}), std::invalid_argument);
  EXPECT_THROW(ShrinkAndPerturb(model, {.perturb = not_a_number<double>}), std::invalid_argument);
  ShrinkAndPerturb perturb(model);
  EXPECT_THROW(perturb.apply(other), std::invalid_argument);
}

TEST(ShrinkAndPerturb, GoesOnFromItsState) {
  Fixed model{LstmCell<float, 2, 3>()};
  ShrinkAndPerturb perturb(model), other(model);
  perturb.apply(model);
  copy_state(perturb, other);
  Fixed again = model;
  perturb.apply(model);
  other.apply(again);
  EXPECT_EQ(model.weights, again.weights);
}

}  // namespace
}  // namespace eddy::testing

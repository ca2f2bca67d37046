#include "support/state.hpp"

#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/options.hpp>
#include <eddy/streaming/dormant_units.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace eddy::testing {
namespace {

/// Parameters, moments and a state to set by hand.
template <class Network_>
struct Still {
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Parameters = Sizes.parameters;

  explicit Still(Network of)
      : layers(std::move(of)),
        weights(Vector<Scalar>::Ones(layers.sizes().parameters)),
        kept(Vector<Scalar>::Ones(2 * padded<Scalar>(layers.sizes().parameters))),
        h(Vector<Scalar>::Zero(layers.sizes().state)) {}

  Eigen::Map<Vector<Scalar>> parameters() { return {weights.data(), weights.size()}; }
  Eigen::Map<const Vector<Scalar>> parameters() const { return {weights.data(), weights.size()}; }
  VectorView<Scalar> moments() { return {kept.data(), kept.size()}; }
  VectorView<const Scalar> state() const { return {h.data(), h.size()}; }
  const Network& network() const { return layers; }

  std::vector<NamedParameter<const Scalar>> named_parameters() const {
    std::vector<NamedParameter<const Scalar>> list;
    layers.visit_parameters(weights.data(), [&](std::string name, const Scalar* data, int rows, int columns) {
      list.push_back({std::move(name), {data, rows, columns}});
    });
    return list;
  }
  /// A named part, to write.
  MatrixView<Scalar> part(const std::string& name) {
    for (const auto& parameter : named_parameters()) {
      if (parameter.name == name) {
        return {weights.data() + (parameter.values.data() - weights.data()), parameter.values.rows(),
                parameter.values.cols()};
      }
    }
    return {nullptr, 0, 0};
  }

  Network layers;
  Vector<Scalar> weights, kept, h;
};

using Fixed = Still<Sequential<RnnCell<double, 2, 3>, Dense<double, 3, 2>>>;
using Sized = Still<Sequential<RnnCell<float>, Dense<float>>>;

}  // namespace
}  // namespace eddy::testing

template class eddy::DormantUnits<eddy::testing::Fixed>;
template class eddy::DormantUnits<eddy::testing::Sized>;

namespace eddy::testing {
namespace {

TEST(DormantUnits, UtilityIsWhatAUnitContributes) {
  Fixed model{Fixed::Network()};
  model.part("1.weight") << 1, 2, 0, -1, 3, 0;
  model.part("0.weight_hh").setZero();
  model.part("0.weight_hh")(1, 2) = -4;
  DormantUnits units(model, {.rate = 0, .decay = 0.75});
  for (int t = 0; t < 2000; ++t) {
    // The first swings, the second always says the same, the third swings between 0 and 1.
    model.h << (t % 2 ? 0.5 : -0.5), 0.9, t % 2;
    EXPECT_EQ(units.update(model), -1);
  }
  // Around a running mean with decay ¾ a swing of ±½ is ±½ · 6/7: the mean itself swings by ½ · 1/7.
  EXPECT_NEAR(units.utility(0), 0.5 * 6 / 7 * (1 + 1), 1e-12);
  EXPECT_NEAR(units.utility(1), 0, 1e-12);
  EXPECT_NEAR(units.utility(2), 0.5 * 6 / 7 * 4, 1e-12);
}

TEST(DormantUnits, TheLeastUsefulBeginsAnew) {
  Fixed model{Fixed::Network()};
  model.weights.setConstant(2);
  // 3 units · 0.1 a sample, from the sixth on: one is due at the ninth.
  DormantUnits units(model, {.rate = 0.1, .decay = 0.75, .maturity = 5, .seed = 7});
  const Fixed before = model;
  int replaced = -1;
  for (int t = 1; t <= 9; ++t) {
    EXPECT_EQ(replaced, -1) << t;
    model.h << (t % 2 ? 0.5 : -0.5), 0.25, t % 2;
    replaced = units.update(model);
  }
  ASSERT_EQ(replaced, 1);
  EXPECT_EQ(units.replaced(), 1);
  EXPECT_EQ(units.utility(1), 0);
  Vector<double> fresh(model.weights.size());
  Random random(~std::uint64_t{7});
  model.layers.initialize(fresh.data(), random);
  Fixed expected = before;
  // What was always ¼ · 2 moves to the biases.
  expected.part("1.bias").array() += 0.5;
  expected.part("0.bias").array() += 0.5;
  Fixed drawn = model;
  drawn.weights = fresh;
  for (const char* const name : {"0.weight_ih", "0.weight_hh", "0.bias"}) {
    expected.part(name).row(1) = drawn.part(name).row(1);
  }
  expected.part("0.weight_hh").col(1).setZero();
  expected.part("1.weight").col(1).setZero();
  EXPECT_LT((model.weights - expected.weights).norm(), 1e-14);
  // The moments of what was set are 0, those of the rest stay.
  const Index stride = model.kept.size() / 2;
  for (Index i = 0; i < model.weights.size(); ++i) {
    const bool moved = i >= before.weights.size() - 2 || (i >= 15 && i < 18 && i != 16);  // biases
    const bool set = model.weights(i) != 2 && !moved;
    EXPECT_EQ(model.kept(i), set ? 0 : 1) << i;
    EXPECT_EQ(model.kept(stride + i), set ? 0 : 1) << i;
  }
}

TEST(DormantUnits, AStateThatIsNotFiniteIsPassedOver) {
  Fixed model{Fixed::Network()}, other{Fixed::Network()};
  DormantUnits units(model), clean(other);
  for (int t = 0; t < 10; ++t) {
    model.h.setConstant(t);
    other.h.setConstant(t);
    units.update(model);
    clean.update(other);
    model.h(1) = not_a_number<double>;
    EXPECT_EQ(units.update(model), -1);
  }
  for (int unit = 0; unit < 3; ++unit) {
    EXPECT_EQ(units.utility(unit), clean.utility(unit));
  }
}

TEST(DormantUnits, NamesWhatCannotBe) {
  Sized model(Sized::Network{RnnCell<float>(2, 3), Dense<float>(3, 1)});
  Sized other(Sized::Network{RnnCell<float>(2, 4), Dense<float>(4, 1)});
  EXPECT_THROW(DormantUnits(model, {.rate = 2}), std::invalid_argument);
  EXPECT_THROW(DormantUnits(model, {.decay = 1}), std::invalid_argument);
  EXPECT_THROW(DormantUnits(model, {.maturity = -1}), std::invalid_argument);
  DormantUnits units(model);
  EXPECT_THROW(units.update(other), std::invalid_argument);
  using Deep = Still<Sequential<RnnCell<float>, RnnCell<float>, Dense<float>>>;
  const Deep deep(Deep::Network{RnnCell<float>(2, 3), RnnCell<float>(3, 3), Dense<float>(3, 1)});
  EXPECT_THROW(DormantUnits<Deep>{deep}, std::invalid_argument);
}

TEST(DormantUnits, GoOnFromTheirState) {
  Sized model(Sized::Network{RnnCell<float>(2, 3), Dense<float>(3, 1)});
  const auto run = [](DormantUnits<Sized>& units, Sized& of, int from, int to) {
    for (int t = from; t < to; ++t) {
      of.h << std::sin(static_cast<float>(t)), std::sin(2 * static_cast<float>(t)), 0.1f;
      units.update(of);
    }
  };
  const DormantUnitsOptions options{.rate = 0.01, .maturity = 20};
  DormantUnits units(model, options), other(model, options);
  run(units, model, 0, 100);
  copy_state(units, other);
  Sized again = model;
  run(units, model, 100, 300);
  run(other, again, 100, 300);
  EXPECT_GT(units.replaced(), 4);
  EXPECT_EQ(model.weights, again.weights);
}

}  // namespace
}  // namespace eddy::testing

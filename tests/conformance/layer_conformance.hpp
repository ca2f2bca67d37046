#pragma once

#include "../support/numeric.hpp"
#include "../support/unroll.hpp"

#include <gtest/gtest.h>

namespace eddy::testing {

/// A layer in all its sizes: what the conformance suite is instantiated with. A layer that is not of the form
/// L<Scalar, Inputs, Outputs> brings a struct of its own with these members.
template <template <class, int, int> class L>
struct LayerFamily {
  static constexpr int inputs = 3, outputs = 5;
  template <class Scalar>
  using Fixed = L<Scalar, inputs, outputs>;
  template <class Scalar>
  using Sized = L<Scalar, Dynamic, Dynamic>;
  using One = L<double, 1, 1>;
  template <class Scalar>
  static Sized<Scalar> sized() {
    return {inputs, outputs};
  }
};

/// What every layer must hold. One line buys it all: INSTANTIATE_TYPED_TEST_SUITE_P(Lstm, LayerConformance,
/// LayerFamily<LstmCell>);
template <class Family>
class LayerConformance : public ::testing::Test {
 protected:
  static constexpr int steps = 7;

  /// A sequence, and parameters away from where the initial ones lie, so that biases and gates all differ.
  template <class L>
  struct Case {
    using Scalar = typename L::Scalar;
    explicit Case(const L& layer, double scale = 1)
        : parameters(random_vector<Scalar>(layer.sizes().parameters, 1, 0.7)),
          x(random_matrix<Scalar>(layer.sizes().inputs, steps, 2, scale)),
          state(random_vector<Scalar>(layer.sizes().state, 3, 0.9)),
          errors(random_matrix<Scalar>(layer.sizes().outputs, steps, 4)) {}
    Vector<Scalar> parameters;
    Matrix<Scalar> x;
    Vector<Scalar> state;
    Matrix<Scalar> errors;
  };

  template <class L>
  static void gradients_match_finite_differences(const L& layer) {
    const Case<L> c(layer);
    // Error enters at some steps only, and not at the newest two: backward must cope with steps without
    // error.
    const std::vector<bool> has_error{true, false, true, true, false, false, false};
    const int newest = 3;
    const auto loss = [&](const Vector<double>& parameters, const Matrix<double>& x,
                          const Vector<double>& state) {
      const auto run = unroll(layer, parameters, x, state, c.errors, has_error, newest);
      double sum = 0;
      for (int t = 0; t < steps; ++t) {
        sum += has_error[static_cast<std::size_t>(t)] ? run.outputs.col(t).dot(c.errors.col(t)) : 0;
      }
      return sum;
    };
    const auto run = unroll(layer, c.parameters, c.x, c.state, c.errors, has_error, newest);

    // Central differences in double carry about 1e-10 of rounding and 1e-10 of curvature; a wrong gradient is
    // off by 1e-3 or more.
    constexpr double tolerance = 1e-7;
    EXPECT_LT(worst_error(run.gradient, numeric_gradient([&](const auto& p) { return loss(p, c.x, c.state); },
                                                         c.parameters)),
              tolerance);
    const auto from_x = [&](const Vector<double>& x) {
      return loss(c.parameters, x.reshaped(c.x.rows(), c.x.cols()), c.state);
    };
    EXPECT_LT(worst_error(run.input_errors, numeric_gradient(from_x, c.x.reshaped())), tolerance);
    if (layer.sizes().state > 0) {
      EXPECT_LT(
          worst_error(run.state_error,
                      numeric_gradient([&](const auto& s) { return loss(c.parameters, c.x, s); }, c.state)),
          tolerance);
    }
  }
};

TYPED_TEST_SUITE_P(LayerConformance);

TYPED_TEST_P(LayerConformance, GradientsMatchFiniteDifferences) {
  this->gradients_match_finite_differences(typename TypeParam::template Fixed<double>());
}

TYPED_TEST_P(LayerConformance, GradientsMatchFiniteDifferencesAtSizeOne) {
  this->gradients_match_finite_differences(typename TypeParam::One());
}

TYPED_TEST_P(LayerConformance, FixedAndRunTimeSizesAgree) {
  const typename TypeParam::template Fixed<double> fixed;
  const auto sized = TypeParam::template sized<double>();
  ASSERT_EQ(fixed.sizes(), sized.sizes());
  const typename TestFixture::template Case<std::decay_t<decltype(fixed)>> c(fixed);
  const auto a = unroll(fixed, c.parameters, c.x, c.state, c.errors);
  const auto b = unroll(sized, c.parameters, c.x, c.state, c.errors);
  // The two may add in another order: rounding of sums of about ten terms.
  EXPECT_LT(worst_error(a.outputs, b.outputs), 1e-14);
  EXPECT_LT(worst_error(a.gradient, b.gradient), 1e-13);
  EXPECT_LT(worst_error(a.input_errors, b.input_errors), 1e-13);
}

TYPED_TEST_P(LayerConformance, FloatAgreesWithDouble) {
  const auto single = TypeParam::template sized<float>();
  const auto twice = TypeParam::template sized<double>();
  const typename TestFixture::template Case<std::decay_t<decltype(single)>> c(single);
  const auto a = unroll(single, c.parameters, c.x, c.state, c.errors);
  const auto b = unroll(twice, c.parameters.template cast<double>(), c.x.template cast<double>(),
                        c.state.template cast<double>(), c.errors.template cast<double>());
  // 2^-24 a rounding, some tens of them in a row.
  EXPECT_LT(worst_error(a.outputs, b.outputs), 1e-5);
  EXPECT_LT(worst_error(a.gradient, b.gradient), 1e-4);
}

TYPED_TEST_P(LayerConformance, GradientAddsToWhatIsThere) {
  const typename TypeParam::template Fixed<double> layer;
  const LayerSizes sizes = layer.sizes();
  const typename TestFixture::template Case<std::decay_t<decltype(layer)>> c(layer);
  Storage<double, Dynamic> tape(Index{sizes.column} * 4), state(sizes.state), error(sizes.outputs),
      once(sizes.parameters), twice(sizes.parameters);
  Vector<double> parameters = c.parameters, x = c.x.col(0);
  for (int t = 0; t < 4; ++t) {
    const Columns<double> column{tape.data() + Index{t} * sizes.column, 0};
    layer.forward(parameters.data(), {x.data(), 0}, {state.data(), 0}, column, OneStream());
    VectorView<double>(error.data(), sizes.outputs) = c.errors.col(t);
    layer.backward(parameters.data(), column, {state.data(), 0}, {error.data(), 0}, {}, OneStream());
  }
  // A run that closes the ring (slots 3, 0) and its complement make the whole.
  const Slots all{0, 4, 4}, around{3, 2, 4}, rest{1, 2, 4};
  layer.gradient(Sweep<double>{tape.data(), sizes.column, all, all}, once.data(), false);
  layer.gradient(Sweep<double>{tape.data(), sizes.column, around, around}, twice.data(), false);
  layer.gradient(Sweep<double>{tape.data(), sizes.column, rest, rest}, twice.data(), true);
  const VectorView<double> a(once.data(), sizes.parameters), b(twice.data(), sizes.parameters);
  EXPECT_LT(worst_error(a, b), 1e-13);  // another order of four terms
  EXPECT_GT(a.norm(), 0.1);
}

TYPED_TEST_P(LayerConformance, RestoreTellsTheStateBeforeAStep) {
  const typename TypeParam::template Fixed<double> layer;
  const typename TestFixture::template Case<std::decay_t<decltype(layer)>> c(layer);
  const auto run = unroll(layer, c.parameters, c.x, c.state, c.errors);
  for (std::size_t t = 0; t < run.states.size(); ++t) {
    EXPECT_EQ(run.states[t], run.restored[t]);
  }
}

TYPED_TEST_P(LayerConformance, SaturationStaysFinite) {
  const auto layer = TypeParam::template sized<float>();
  const typename TestFixture::template Case<std::decay_t<decltype(layer)>> c(layer, 1e4);
  const auto run = unroll(layer, c.parameters, c.x, c.state, c.errors);
  EXPECT_TRUE(all_are_finite(run.outputs));
  EXPECT_TRUE(all_are_finite(run.gradient));
  EXPECT_TRUE(all_are_finite(run.input_errors));
}

TYPED_TEST_P(LayerConformance, NamedParametersCoverTheVectorOnce) {
  const auto layer = TypeParam::template sized<double>();
  Vector<double> parameters = Vector<double>::Zero(layer.sizes().parameters);
  layer.visit_parameters(parameters.data(), [](const std::string& name, double* data, int rows, int columns) {
    EXPECT_FALSE(name.empty());
    MatrixView<double>(data, rows, columns).array() += 1;
  });
  EXPECT_EQ(parameters, Vector<double>::Ones(parameters.size()));
}

TYPED_TEST_P(LayerConformance, InitialParametersFollowTheSeed) {
  const auto layer = TypeParam::template sized<double>();
  const auto draw = [&](std::uint64_t seed) {
    Vector<double> parameters = Vector<double>::Constant(layer.sizes().parameters, 99);
    Random random(seed);
    layer.initialize(parameters.data(), random);
    return parameters;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
  EXPECT_LE(draw(1).cwiseAbs().maxCoeff(), 2);  // all of them were written: no 99 is left
}

REGISTER_TYPED_TEST_SUITE_P(LayerConformance, GradientsMatchFiniteDifferences,
                            GradientsMatchFiniteDifferencesAtSizeOne, FixedAndRunTimeSizesAgree,
                            FloatAgreesWithDouble, GradientAddsToWhatIsThere, RestoreTellsTheStateBeforeAStep,
                            SaturationStaysFinite, NamedParametersCoverTheVectorOnce,
                            InitialParametersFollowTheSeed);

}  // namespace eddy::testing

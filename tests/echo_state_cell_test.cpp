#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/cells/echo_state_cell.hpp>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

template class eddy::EchoStateCell<float, 2, 7>;
template class eddy::EchoStateCell<double, 2, 7>;
template class eddy::EchoStateCell<float>;
template class eddy::EchoStateCell<double>;

namespace eddy::testing {
namespace {

static_assert(Layer<EchoStateCell<float, 2, 7>>);
static_assert(Layer<EchoStateCell<double>>);

template <class Cell>
Vector<typename Cell::Scalar> initial(const Cell& cell, std::uint64_t seed = 1) {
  Vector<typename Cell::Scalar> parameters(cell.sizes().parameters);
  Random random(seed);
  cell.initialize(parameters.data(), random);
  return parameters;
}

template <class Cell>
Matrix<double> recurrent_weights(const Cell& cell, Vector<typename Cell::Scalar> parameters) {
  Matrix<double> W;
  cell.visit_parameters(parameters.data(), [&](const std::string& name, auto* data, int rows, int columns) {
    if (name == "weight_hh") {
      W = MatrixView<typename Cell::Scalar>(data, rows, columns).template cast<double>();
    }
  });
  return W;
}

TEST(EchoStateCell, HasTheSpectralRadiusAskedFor) {
  for (const int hidden : {1, 2, 10, 60, 150}) {
    for (const double radius : {0.5, 1.2}) {
      const EchoStateCell<float> cell(3, hidden, {.spectral_radius = radius, .connectivity = 1});
      const Matrix<double> W = recurrent_weights(cell, initial(cell));
      const double largest = Eigen::EigenSolver<Matrix<double>>(W, false).eigenvalues().cwiseAbs().maxCoeff();
      EXPECT_NEAR(largest, radius, 0.015 * radius) << hidden;
    }
  }
}

TEST(EchoStateCell, HasTheConnectivityAskedFor) {
  const EchoStateCell<double> cell(3, 100, {.connectivity = 0.2});
  const double part =
      static_cast<double>((recurrent_weights(cell, initial(cell)).array() != 0).count()) / 1e4;
  EXPECT_NEAR(part, 0.2, 0.02);  // five standard deviations of 10000 draws
}

TEST(EchoStateCell, FollowsItsEquation) {
  const EchoStateCell<double, 2, 7> cell({.leak = 0.3});
  const Vector<double> parameters = initial(cell), h = random_vector<double>(7, 1),
                       x = random_vector<double>(2, 2);
  const auto run = unroll(cell, parameters, Matrix<double>(x), h, Matrix<double>::Zero(7, 1));
  Vector<double> v(10);
  v << x, h, 1;
  const Vector<double> sum = parameters.reshaped(7, 10) * v;
  EXPECT_LT(worst_error(run.state, Vector<double>(0.7 * h.array() + 0.3 * sum.array().tanh())), 1e-14);
  EXPECT_EQ(run.state, Vector<double>(run.outputs.col(0)));
  EXPECT_EQ(run.restored[0], h);
}

TEST(EchoStateCell, SendsErrorToWhatLiesBelow) {
  const EchoStateCell<double> cell(2, 7, {.leak = 0.4, .connectivity = 1});
  const Vector<double> parameters = initial(cell), state = random_vector<double>(7, 1);
  const Matrix<double> x = random_matrix<double>(2, 5, 2), errors = random_matrix<double>(7, 5, 3);
  const auto loss = [&](const Matrix<double>& inputs, const Vector<double>& before) {
    return unroll(cell, parameters, inputs, before, errors).outputs.cwiseProduct(errors).sum();
  };
  const auto run = unroll(cell, parameters, x, state, errors);
  // Central differences in double carry about 1e-10; a wrong gradient is off by 1e-3 or more.
  EXPECT_LT(worst_error(
                run.input_errors,
                numeric_gradient([&](const Vector<double>& flat) { return loss(flat.reshaped(2, 5), state); },
                                 x.reshaped())),
            1e-7);
  EXPECT_LT(worst_error(run.state_error,
                        numeric_gradient([&](const Vector<double>& s) { return loss(x, s); }, state)),
            1e-7);
  EXPECT_EQ(run.gradient, Vector<double>::Zero(run.gradient.size()));
}

TEST(EchoStateCell, ForgetsItsInitialState) {
  const EchoStateCell<double> cell(2, 50);
  const Vector<double> parameters = initial(cell);
  const Matrix<double> x = random_matrix<double>(2, 300, 2), errors = Matrix<double>::Zero(50, 300);
  const auto a = unroll(cell, parameters, x, Vector<double>::Zero(50), errors),
             b = unroll(cell, parameters, x, Vector<double>::Ones(50), errors);
  EXPECT_LT((a.state - b.state).norm(), 1e-6);
  EXPECT_GT(a.state.norm(), 0.1);
}

TEST(EchoStateCell, FixedAndRunTimeSizesAgree) {
  const EchoStateCell<float, 2, 7> fixed;
  const EchoStateCell<float> sized(2, 7);
  ASSERT_EQ(fixed.sizes(), sized.sizes());
  EXPECT_EQ(initial(fixed), initial(sized));
  EXPECT_NE(initial(fixed), initial(sized, 2));
}

TEST(EchoStateCell, NamesASettingThatCannotBe) {
  EXPECT_THROW(EchoStateCell<float>(2, 7, {.spectral_radius = 0}), std::invalid_argument);
  EXPECT_THROW(EchoStateCell<float>(2, 7, {.leak = 1.5}), std::invalid_argument);
  EXPECT_THROW(EchoStateCell<float>(2, 7, {.connectivity = 0}), std::invalid_argument);
  EXPECT_THROW(EchoStateCell<float>(2, 7, {.input_scaling = -1}), std::invalid_argument);
  EXPECT_THROW(EchoStateCell<float>(2, 7, {.bias_scaling = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(EchoStateCell<float>(0, 7), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

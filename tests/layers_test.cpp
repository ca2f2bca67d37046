#include "conformance/layer_conformance.hpp"

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/layers/skip.hpp>

template class eddy::Dense<float, 3, 5, eddy::Softmax>;
template class eddy::Residual<eddy::LstmCell<float, 4, 4>>;
template class eddy::Skip<eddy::Dense<double>>;

namespace eddy::testing {

template <class Scalar, int Inputs, int Outputs>
using LinearDense = Dense<Scalar, Inputs, Outputs>;
template <class Scalar, int Inputs, int Outputs>
using SoftmaxDense = Dense<Scalar, Inputs, Outputs, Softmax>;
template <class Scalar, int Inputs, int Outputs>
using ReluDense = Dense<Scalar, Inputs, Outputs, Relu>;

/// Everything at once: error goes through a skip, a residual over a recurrent stack, a layer between two
/// cells, and time.
struct DeepFamily {
  template <class Scalar, int I, int H, int O>
  using Network = Sequential<Skip<LstmCell<Scalar, I, H>>, Dense<Scalar, add(I, H), H, Tanh>,
                             Residual<GruCell<Scalar, H, H>>, Residual<Dense<Scalar, H, H, Logistic>>,
                             Dense<Scalar, H, O>>;
  template <class Scalar>
  using Fixed = Network<Scalar, 3, 4, 2>;
  template <class Scalar>
  using Sized = Network<Scalar, Dynamic, Dynamic, Dynamic>;
  using One = Network<double, 1, 1, 1>;
  template <class Scalar>
  static Sized<Scalar> sized() {
    return Sized<Scalar>(Skip(LstmCell<Scalar>(3, 4)), {7, 4}, Residual(GruCell<Scalar>(4, 4)),
                         Residual(Dense<Scalar, Dynamic, Dynamic, Logistic>(4, 4)), {4, 2});
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(DenseLinear, LayerConformance, LayerFamily<LinearDense>);
INSTANTIATE_TYPED_TEST_SUITE_P(DenseSoftmax, LayerConformance, LayerFamily<SoftmaxDense>);
INSTANTIATE_TYPED_TEST_SUITE_P(DenseRelu, LayerConformance, LayerFamily<ReluDense>);
INSTANTIATE_TYPED_TEST_SUITE_P(Deep, LayerConformance, DeepFamily);

TEST(Skip, PutsTheInputBehindTheOutput) {
  const Skip<Dense<double, 2, 3>> layer;
  const Vector<double> parameters = random_vector<double>(9, 1);
  const Matrix<double> x = random_matrix<double>(2, 1, 2);
  const Matrix<double> no_error = Matrix<double>::Zero(5, 1);
  const Matrix<double> y = unroll(layer, parameters, x, Vector<double>(0), no_error).outputs;
  EXPECT_EQ(y.bottomRows(2), x);
  const Matrix<double> W = parameters.head(6).reshaped(3, 2);
  EXPECT_TRUE(y.topRows(3).isApprox(W * x + parameters.tail(3), 1e-14));  // rounding of three terms
}

TEST(Residual, AddsTheInput) {
  const Residual<Dense<double, 2, 2>> layer;
  const Matrix<double> x = random_matrix<double>(2, 1, 2);
  const Matrix<double> no_error = Matrix<double>::Zero(2, 1);
  EXPECT_EQ(unroll(layer, Vector<double>::Zero(6), x, Vector<double>(0), no_error).outputs, x);
}

TEST(Sequential, RefusesLayersThatDoNotFit) {
  using Two = Sequential<LstmCell<float>, Dense<float>>;
  EXPECT_NO_THROW(Two({3, 8}, {8, 1}));
  try {
    Two({3, 8}, {7, 1});
    FAIL() << "7 inputs over 8 outputs went unnoticed";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "eddy: layer 1 takes 7 inputs, but layer 0 has 8 outputs");
  }
}

}  // namespace eddy::testing

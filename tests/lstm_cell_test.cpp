#include "conformance/layer_conformance.hpp"

#include <eddy/cells/lstm_cell.hpp>

template class eddy::LstmCell<float, 3, 5>;
template class eddy::LstmCell<double>;

namespace eddy::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Lstm, LayerConformance, LayerFamily<LstmCell>);

TEST(LstmCell, StartsWithForgetGatesOpenAndOrthogonalRecurrentWeights) {
  const LstmCell<double> cell(4, 6);
  Vector<double> parameters(cell.sizes().parameters);
  Random random(1);
  cell.initialize(parameters.data(), random);
  cell.visit_parameters(parameters.data(), [](const std::string& name, double* data, int rows, int columns) {
    const MatrixView<double> values(data, rows, columns);
    if (name == "bias") {
      EXPECT_EQ(values.reshaped().head(6), Vector<double>::Zero(6));
      EXPECT_EQ(values.reshaped().segment(6, 6), Vector<double>::Ones(6));
      EXPECT_EQ(values.reshaped().tail(12), Vector<double>::Zero(12));
    } else if (name == "weight_hh") {
      for (int gate = 0; gate < 4; ++gate) {
        const Matrix<double> W = values.middleRows(gate * 6, 6);
        EXPECT_TRUE((W.transpose() * W).isIdentity(1e-12));
      }
    } else {
      EXPECT_EQ(name, "weight_ih");
      EXPECT_LE(values.cwiseAbs().maxCoeff(), std::sqrt(6.0 / (4 + 6)));
    }
  });
}

}  // namespace eddy::testing

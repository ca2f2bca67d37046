#include "conformance/layer_conformance.hpp"

#include <eddy/cells/rnn_cell.hpp>

template class eddy::RnnCell<float, 3, 5, eddy::Relu>;
template class eddy::RnnCell<double, eddy::Dynamic, eddy::Dynamic, eddy::Logistic>;

namespace eddy::testing {

template <class Scalar, int Inputs, int Hidden>
using TanhCell = RnnCell<Scalar, Inputs, Hidden>;
template <class Scalar, int Inputs, int Hidden>
using LogisticCell = RnnCell<Scalar, Inputs, Hidden, Logistic>;
template <class Scalar, int Inputs, int Hidden>
using ReluCell = RnnCell<Scalar, Inputs, Hidden, Relu>;

INSTANTIATE_TYPED_TEST_SUITE_P(RnnTanh, LayerConformance, LayerFamily<TanhCell>);
INSTANTIATE_TYPED_TEST_SUITE_P(RnnLogistic, LayerConformance, LayerFamily<LogisticCell>);
INSTANTIATE_TYPED_TEST_SUITE_P(RnnRelu, LayerConformance, LayerFamily<ReluCell>);

}  // namespace eddy::testing

#include "conformance/layer_conformance.hpp"

#include <eddy/cells/gru_cell.hpp>

template class eddy::GruCell<float, 3, 5, eddy::GruReset::before>;
template class eddy::GruCell<double, eddy::Dynamic, eddy::Dynamic, eddy::GruReset::after>;

namespace eddy::testing {

template <class Scalar, int Inputs, int Hidden>
using BeforeCell = GruCell<Scalar, Inputs, Hidden, GruReset::before>;
template <class Scalar, int Inputs, int Hidden>
using AfterCell = GruCell<Scalar, Inputs, Hidden, GruReset::after>;

INSTANTIATE_TYPED_TEST_SUITE_P(GruBefore, LayerConformance, LayerFamily<BeforeCell>);
INSTANTIATE_TYPED_TEST_SUITE_P(GruAfter, LayerConformance, LayerFamily<AfterCell>);

}  // namespace eddy::testing

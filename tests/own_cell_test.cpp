// The cell that docs/adding-a-cell.md builds passes what every cell must, by the one line that the page
// promises.
#include "../examples/support/update_gate_cell.hpp"
#include "conformance/layer_conformance.hpp"

template class eddy::UpdateGateCell<float, 3, 5>;
template class eddy::UpdateGateCell<double, eddy::Dynamic, eddy::Dynamic>;

namespace eddy::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(UpdateGate, LayerConformance, LayerFamily<UpdateGateCell>);

}  // namespace eddy::testing

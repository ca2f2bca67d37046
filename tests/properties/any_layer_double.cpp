#include "any_layer.inl"

namespace eddy::properties {

template std::shared_ptr<const LayerInterface<double>> make_layer<double>(const Part&);

}  // namespace eddy::properties

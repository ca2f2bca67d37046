#include "any_layer.inl"

namespace eddy::properties {

template std::shared_ptr<const LayerInterface<float>> make_layer<float>(const Part&);

}  // namespace eddy::properties

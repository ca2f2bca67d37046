// Models of double whose layers, sizes, losses and optimizers are all known at run time only.

#include "sized.hpp"

namespace eddy::properties {
namespace {

using Types = Sized<double>;
using C = Types::Cell;
using D = Types::Memoryless;
using E = Types::Embedded;

[[maybe_unused]] const bool listed = enlist({
    Types::form<C, D>("CD"),
    Types::form<E, C, D>("ECD"),
    Types::amortized<C, D>("CD"),
});

}  // namespace
}  // namespace eddy::properties

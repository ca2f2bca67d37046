// The same for float.

#include "sized.hpp"

namespace eddy::properties {
namespace {

using Types = Sized<float>;
using C = Types::Cell;
using D = Types::Memoryless;
using E = Types::Embedded;

[[maybe_unused]] const bool listed = enlist({
    Types::form<C, D>("CD"),
    Types::form<E, C, D>("ECD"),
    Types::form<D, C, D>("DCD"),
    Types::amortized<C, D>("CD"),
});

}  // namespace
}  // namespace eddy::properties

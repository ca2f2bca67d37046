// More of them, as translation units compile side by side.

#include "sized.hpp"

namespace eddy::properties {
namespace {

using Types = Sized<double>;
using C = Types::Cell;
using D = Types::Memoryless;
using E = Types::Embedded;

[[maybe_unused]] const bool listed = enlist({
    Types::form<E, D>("ED"),
    Types::form<D, C, C>("DCC"),
    Types::form<C, D, C, D>("CDCD"),
});

}  // namespace
}  // namespace eddy::properties

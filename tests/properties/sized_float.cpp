// The same for float, of fewer forms.

#include "sized.hpp"

namespace eddy::properties {

void add_sized_float(std::vector<Form>& forms) {
  using Types = Sized<float>;
  using C = Types::Cell;
  using D = Types::Memoryless;
  using E = Types::Embedded;
  forms.push_back(Types::form<C, D>("CD"));
  forms.push_back(Types::form<E, C, D>("ECD"));
  forms.push_back(Types::form<D, C, D>("DCD"));
  forms.push_back(Types::form<C, D, D, C>("CDDC"));
  forms.push_back(Types::amortized<C, D>("CD"));
}

}  // namespace eddy::properties

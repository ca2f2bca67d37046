// Models of double whose layers, sizes, losses and optimizers are all known at run time only.

#include "sized.hpp"

namespace eddy::properties {

void add_sized_double(std::vector<Form>& forms) {
  using Types = Sized<double>;
  using C = Types::Cell;
  using D = Types::Memoryless;
  using E = Types::Embedded;
  forms.push_back(Types::form<C>("C"));
  forms.push_back(Types::form<D>("D"));
  forms.push_back(Types::form<C, D>("CD"));
  forms.push_back(Types::form<E, D>("ED"));
  forms.push_back(Types::form<E, C, D>("ECD"));
  forms.push_back(Types::form<D, C, C>("DCC"));
  forms.push_back(Types::form<C, D, C, D>("CDCD"));
  forms.push_back(Types::amortized<C, D>("CD"));
  forms.push_back(Types::amortized<D, C, D>("DCD"));
}

}  // namespace eddy::properties

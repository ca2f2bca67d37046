// A cell that lacks `restore`.
// expected: layer\.restore\(

#include <eddy/eddy.hpp>

struct Forgetful : private eddy::LstmCell<float, 3, 8> {
  using Cell = eddy::LstmCell<float, 3, 8>;
  using Cell::backward, Cell::forward, Cell::gradient, Cell::initialize, Cell::recurrent, Cell::Scalar,
      Cell::Sizes, Cell::sizes, Cell::visit_parameters;
};

int main() {
  eddy::Online<Forgetful> model;
  model.step(Eigen::Vector3f(1, 2, 3));
}

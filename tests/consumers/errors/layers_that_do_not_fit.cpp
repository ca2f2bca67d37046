// A read-out of 16 inputs on a cell of 8 units.
// expected: Expected = 8; Actual = 16|agree\(16, 8\)

#include <eddy/eddy.hpp>

int main() {
  eddy::Online<eddy::Sequential<eddy::LstmCell<float, 3, 8>, eddy::Dense<float, 16, 1>>> model;
  model.step(Eigen::Vector3f(1, 2, 3));
}

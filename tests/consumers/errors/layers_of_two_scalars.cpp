// A read-out of double on a cell of float.
// expected: share one scalar type

#include <eddy/eddy.hpp>

int main() {
  eddy::Online<eddy::Sequential<eddy::LstmCell<float, 3, 8>, eddy::Dense<double, 8, 1>>> model;
  model.step(Eigen::Vector3f(1, 2, 3));
}

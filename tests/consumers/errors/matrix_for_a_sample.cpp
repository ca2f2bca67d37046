// A matrix for a sample.
// expected: pass a column or a row of a matrix

#include <eddy/eddy.hpp>

int main() {
  eddy::Lstm<float, 4, 8, 1> model;
  const Eigen::Matrix2f x = Eigen::Matrix2f::Zero();
  model.step(x);
}

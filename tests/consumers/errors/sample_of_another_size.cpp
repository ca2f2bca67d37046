// Four values for a model of three inputs.
// expected: Expected = 3; Actual = 4|agree\(4, 3\)

#include <eddy/eddy.hpp>

int main() {
  eddy::Lstm<float, 3, 8, 1> model;
  model.step(Eigen::Vector4f(1, 2, 3, 4));
}

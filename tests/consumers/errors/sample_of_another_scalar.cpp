// A sample of double for a model of float.
// expected: use \.cast<float>\(\)

#include <eddy/eddy.hpp>

int main() {
  eddy::Lstm<float, 3, 8, 1> model;
  model.step(Eigen::Vector3d(1, 2, 3));
}

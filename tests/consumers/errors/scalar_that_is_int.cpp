// A ready-made model of integers.
// expected: the scalar of a model, a layer or a scaler is float or double

#include <eddy/eddy.hpp>

int main() {
  eddy::Lstm<int, 3, 8, 1> model;
  model.step(Eigen::Vector3i(1, 2, 3));
}

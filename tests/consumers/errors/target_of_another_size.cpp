// Two targets for a model of one output.
// expected: Expected = 1; Actual = 2|agree\(2, 1\)

#include <eddy/eddy.hpp>

int main() {
  eddy::Lstm<float, 3, 8, 1> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), Eigen::Vector2f(1, 2));
}

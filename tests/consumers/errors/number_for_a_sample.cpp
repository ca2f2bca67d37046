// A number for a model of three inputs.
// expected: Expected = 3; Actual = 1|agree\(1, 3\)

#include <eddy/eddy.hpp>

int main() {
  eddy::Lstm<float, 3, 8, 1> model;
  model.step(1.0f);
}

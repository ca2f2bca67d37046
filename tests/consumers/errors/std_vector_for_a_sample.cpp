// A vector of the standard library, which is no Eigen expression.
// expected: step\(const X&\)|does not satisfy .EigenExpression

#include <eddy/eddy.hpp>

#include <vector>

int main() {
  eddy::Lstm<float, 3, 8, 1> model;
  model.step(std::vector<float>{1, 2, 3});
}

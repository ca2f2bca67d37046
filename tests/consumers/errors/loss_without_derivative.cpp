// A loss of each output by itself that lacks `derivative`.
// expected: loss\.derivative\(

#include <eddy/eddy.hpp>

#include <cmath>

struct LogCosh {
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return std::log(std::cosh(p - y));
  }
};

int main() {
  eddy::Lstm<float, 3, 8, 1, LogCosh> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), 1.0f);
}

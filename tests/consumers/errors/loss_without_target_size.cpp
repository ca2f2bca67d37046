// A loss of all outputs together that lacks `target_size`.
// expected: loss\.target_size\(

#include <eddy/eddy.hpp>

struct Distance {
  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& p, const Target& y, const Weight&, Gradient&& gradient) const {
    gradient = (p - y).normalized();
    return (p - y).norm();
  }
};

int main() {
  eddy::Lstm<float, 3, 8, 2, Distance> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), Eigen::Vector2f(1, 2));
}

// A schedule that cannot be called with a step.
// expected: schedule\(step\)

#include <eddy/eddy.hpp>

struct Halving {
  double factor(std::int64_t step) const { return 1.0 / static_cast<double>(step); }
};

int main() {
  eddy::Lstm<float, 3, 8, 1, eddy::MeanSquaredError, eddy::Scheduled<eddy::Adam, Halving>> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), 1.0f);
}

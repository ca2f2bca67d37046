// An optimizer that lacks `update`.
// expected: optimizer\.update\(

#include <eddy/eddy.hpp>

struct Still {
  double learning_rate = 0.1;
  static constexpr int moments = 0;
};

int main() {
  eddy::Gru<float, 3, 8, 1, eddy::MeanSquaredError, Still> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), 1.0f);
}

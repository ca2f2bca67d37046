// An optimizer that lacks `moments`.
// expected: moments. is not a member of .Plain|no member named 'moments' in 'Plain'

#include <eddy/eddy.hpp>

struct Plain {
  double learning_rate = 0.1;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments&, std::int64_t) const {
    w -= static_cast<typename Weights::Scalar>(learning_rate) * g;
  }
};

int main() {
  eddy::Gru<float, 3, 8, 1, eddy::MeanSquaredError, Plain> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), 1.0f);
}

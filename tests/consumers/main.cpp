// The first listing of README.md as a whole program; returns 0 when the model behaves.

#include <eddy/eddy.hpp>

#include <cmath>

int main() {
  const Eigen::Vector3f x(0.1f, -0.2f, 0.3f);
  const Eigen::Vector<float, 1> y(0.5f);

  eddy::Lstm<float, 3, 32, 1> model;
  const float expected = model.predict(x)[0];
  const float y_hat = model.step(x)[0];
  model.partial_fit(y);
  const auto loss = model.partial_fit(x, y);
  model.reset();

  return y_hat == expected && std::isfinite(static_cast<double>(loss)) ? 0 : 1;
}

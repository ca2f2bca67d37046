// The same functions under the flags of the translation unit that includes this.

#include "model.hpp"

namespace flags {
namespace {

Fixed make() { return Fixed(Fixed::Options{.optimizer = {.learning_rate = 0.01}, .clip_norm = 1}); }

float learn(Fixed& model, const Input& x, const Input& y) {
  model.step(2 * x);
  return model.partial_fit(x, y) + model.partial_fit(0.5f * x, y);
}

Input predict(const Fixed& model, const Input& x) { return model.predict(x); }

double learn_sized(Sized& model, double x) {
  return model.partial_fit(Eigen::Vector3d(x, x * x, 1), Eigen::Vector2d(x, -x));
}

}  // namespace
}  // namespace flags

// A second unit with the single header, which holds checkpoints, too: what it defines must be defined once
// for both.

#include EDDY_HEADER

#include <sstream>

float of_another_unit() {
  eddy::Lstm<float> model(2, 9, 1), other(2, 9, 1);
  std::stringstream stream;
  eddy::save(stream, model);
  eddy::load(stream, other);
  return other.parameters()(0);
}

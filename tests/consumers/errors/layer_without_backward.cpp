// A layer, inside a network, that lacks `backward`.
// expected: layer\.backward\(

#include <eddy/eddy.hpp>

struct Forward : private eddy::Dense<float, 8, 1> {
  using Layer = eddy::Dense<float, 8, 1>;
  using Layer::forward, Layer::gradient, Layer::initialize, Layer::recurrent, Layer::restore, Layer::Scalar,
      Layer::Sizes, Layer::sizes, Layer::visit_parameters;
};

int main() {
  eddy::Online<eddy::Sequential<eddy::GruCell<float, 3, 8>, Forward>> model;
  model.step(Eigen::Vector3f(1, 2, 3));
}

// A bare cell of Eigen's half that learns.
// expected: the scalar of a model, a layer or a scaler is float or double

#include <eddy/eddy.hpp>

int main() {
  eddy::Online<eddy::RnnCell<Eigen::half, 3, 8>> model;
  model.step(eddy::Vector<Eigen::half, 3>::Zero());
}

// A scaler of integers.
// expected: the scalar of a model, a layer or a scaler is float or double

#include <eddy/eddy.hpp>

int main() {
  eddy::StandardScaler<int, 3> scaler;
  scaler.partial_fit(Eigen::Vector3i(1, 2, 3));
}

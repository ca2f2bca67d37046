// A window of which the tape has more values than an int counts.
// expected: fail_because_a_size_overflows_an_int

#include <eddy/eddy.hpp>

int main() {
  eddy::Online<eddy::LstmCell<float, 3, 8>, eddy::MeanSquaredError, eddy::Sgd, eddy::TruncatedBptt<100000000>>
      model;
  model.step(Eigen::Vector3f(1, 2, 3));
}

// A batch of a model whose credit rule does not reach batches.
// expected: a batch learns by TruncatedBptt only

#include <eddy/eddy.hpp>

int main() {
  eddy::Gru<float, 3, 8, 1, eddy::MeanSquaredError, eddy::Adam, eddy::AmortizedBptt<8>, eddy::NoRehearsal>
      model;
  auto batch = model.make_batch(4);
  model.step(batch, Eigen::MatrixXf::Zero(3, 4));
}

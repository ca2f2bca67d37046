#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/io/safetensors.hpp>
#include <eddy/online.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

namespace eddy::testing {

/// Loads the weights of a torch module without telling their names, and compares what it makes of a series
/// with what torch made of it. With EDDY_WRITE_SAFETENSORS, a folder, it also writes what
/// tests/fixtures/safetensors.py check reads.
template <class Network>
void expect_outputs_of_torch(const std::string& name, double tolerance) {
  using Scalar = typename Network::Scalar;
  const std::string path = std::string(EDDY_FIXTURES) + "/safetensors/" + name;
  std::ifstream text(path + ".json");
  const nlohmann::json fixture = nlohmann::json::parse(text);
  const auto x = fixture["x"].get<std::vector<std::vector<double>>>();
  const auto y = fixture["y"].get<std::vector<std::vector<double>>>();
  Online<Network> model;
  load_safetensors(std::filesystem::path(path + ".safetensors"), model);
  ASSERT_EQ(x.size(), 12u);
  for (std::size_t t = 0; t < x.size(); ++t) {
    const Vector<Scalar, 2> output =
        model.step(Eigen::Map<const Vector<double, 3>>(x[t].data()).template cast<Scalar>());
    EXPECT_NEAR(static_cast<double>(output(0)), y[t][0], tolerance) << name << ", step " << t;
    EXPECT_NEAR(static_cast<double>(output(1)), y[t][1], tolerance) << name << ", step " << t;
  }
  if (const char* const folder = std::getenv("EDDY_WRITE_SAFETENSORS")) {
    save_safetensors(std::filesystem::path(folder) / (name + ".eddy.safetensors"), model,
                     {.names = {"rnn", "fc"}});
  }
}

template <class Scalar, template <class, int, int> class Cell>
using One = Sequential<Cell<Scalar, 3, 4>, Dense<Scalar, 4, 2>>;
template <class Scalar, template <class, int, int> class Cell>
using Two = Sequential<Cell<Scalar, 3, 4>, Cell<Scalar, 4, 4>, Dense<Scalar, 4, 2>>;
template <class Scalar, int Inputs, int Hidden>
using TanhCell = RnnCell<Scalar, Inputs, Hidden>;
template <class Scalar, int Inputs, int Hidden>
using ReluCell = RnnCell<Scalar, Inputs, Hidden, Relu>;
template <class Scalar, int Inputs, int Hidden>
using AfterCell = GruCell<Scalar, Inputs, Hidden, GruReset::after>;

// In double, rounding of another order of summation; in float, the same in 24 bits over 12 steps.
TEST(SafetensorsTorch, RnnGivesTheSameOutputs) {
  expect_outputs_of_torch<One<double, TanhCell>>("rnn_tanh_1", 1e-12);
  expect_outputs_of_torch<Two<float, ReluCell>>("rnn_relu_2", 1e-5);
}
TEST(SafetensorsTorch, LstmGivesTheSameOutputs) {
  expect_outputs_of_torch<One<double, LstmCell>>("lstm_1", 1e-12);
  expect_outputs_of_torch<Two<float, LstmCell>>("lstm_2", 1e-5);
}
TEST(SafetensorsTorch, GruGivesTheSameOutputs) {
  expect_outputs_of_torch<One<float, AfterCell>>("gru_1", 1e-5);
  expect_outputs_of_torch<Two<double, AfterCell>>("gru_2", 1e-12);
}

TEST(SafetensorsTorch, ValuesOfAnotherPrecisionConvert) {
  expect_outputs_of_torch<One<float, LstmCell>>("lstm_1", 1e-5);
  // The fixture itself was computed in float.
  expect_outputs_of_torch<Two<double, LstmCell>>("lstm_2", 1e-5);
}

TEST(SafetensorsTorch, AnImportedModelGoesOnLearning) {
  Online<One<double, LstmCell>> model({.optimizer = {.learning_rate = 0.01}});
  const Vector<double, 3> ones = Vector<double, 3>::Ones();
  model.partial_fit(ones, Vector<double, 2>(1, 2));
  ASSERT_GT(model.moments().cwiseAbs().maxCoeff(), 0);
  load_safetensors(std::filesystem::path(EDDY_FIXTURES "/safetensors/lstm_1.safetensors"), model);
  EXPECT_EQ(model.moments().cwiseAbs().maxCoeff(), 0);
  EXPECT_EQ(model.state().cwiseAbs().maxCoeff(), 0);
  double first = 0, last = 0;
  for (int t = 0; t < 1000; ++t) {
    const Vector<double, 3> x(std::sin(0.3 * t), std::cos(0.3 * t), 1);
    const double loss = model.partial_fit(x, Vector<double, 2>(std::sin(0.3 * (t + 2)), 0.5));
    (t < 100 ? first : last) += t < 100 || t >= 900 ? loss : 0;
  }
  EXPECT_LT(last, first / 20);
}

}  // namespace eddy::testing

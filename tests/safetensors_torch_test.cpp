#include "safetensors_series.hpp"

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/io/safetensors.hpp>
#include <eddy/online.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

namespace eddy::testing {

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
constexpr double tolerance_f64 = 1e-12, tolerance_f32 = 1e-5;

/// Compares the outputs. With EDDY_WRITE_SAFETENSORS, a folder, it also writes there what
/// `safetensors.py check` reads.
template <class Network>
void expect_torch(const std::string& name, double tolerance) {
  expect_same_outputs<Network>(name, tolerance);
  if (const char* const folder = std::getenv("EDDY_WRITE_SAFETENSORS")) {
    Online<Network> model;
    load_safetensors(std::filesystem::path(safetensors_fixture(name + ".safetensors")), model);
    save_safetensors(std::filesystem::path(folder) / (name + ".eddy.safetensors"), model,
                     {.names = {"rnn", "fc"}});
  }
}

template <template <class, int, int> class Cell>
void expect_all_of_torch(const std::string& kind) {
  expect_torch<One<double, Cell>>(kind + "_1_f64", tolerance_f64);
  expect_torch<Two<double, Cell>>(kind + "_2_f64", tolerance_f64);
  expect_torch<One<float, Cell>>(kind + "_1_f32", tolerance_f32);
  expect_torch<Two<float, Cell>>(kind + "_2_f32", tolerance_f32);
}

TEST(SafetensorsTorch, RnnWithTanhGivesTheSameOutputs) { expect_all_of_torch<TanhCell>("rnn_tanh"); }
TEST(SafetensorsTorch, RnnWithReluGivesTheSameOutputs) { expect_all_of_torch<ReluCell>("rnn_relu"); }
TEST(SafetensorsTorch, LstmGivesTheSameOutputs) { expect_all_of_torch<LstmCell>("lstm"); }
TEST(SafetensorsTorch, GruGivesTheSameOutputs) { expect_all_of_torch<AfterCell>("gru"); }

TEST(SafetensorsTorch, ModulesWithoutBiasesHaveThoseOf0) {
  expect_same_outputs<Two<double, TanhCell>>("rnn_tanh_2_f64_without_bias", tolerance_f64);
  expect_same_outputs<One<double, AfterCell>>("gru_1_f64_without_bias", tolerance_f64);
}

// A BatchNorm1d, one of whose tensors is an I64, and an nn.LSTM of the same sizes stand beside.
TEST(SafetensorsTorch, APartOfALargerModuleLoadsIfTheRestIsIgnored) {
  expect_same_outputs<One<float, LstmCell>>("lstm_1_f32_more", tolerance_f32,
                                            {.names = {"rnn", "fc"}, .extra = ExtraTensors::ignore});
  Online<One<float, LstmCell>> model;
  const std::filesystem::path path = safetensors_fixture("lstm_1_f32_more.safetensors");
  try {
    load_safetensors(path, model, {.names = {"rnn", "fc"}});
    FAIL() << "the other tensors were not refused";
  } catch (const std::runtime_error& error) {
    const std::string message = error.what();
    for (const char* part : {"not of the model: \"norm.num_batches_tracked\" I64 []",
                             "not of the model: \"norm.running_mean\" F32 [4]",
                             "not of the model: \"aside.bias_hh_l0\" F32 [16]"}) {
      EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
    }
  }
  EXPECT_THROW(load_safetensors(path, model, {.extra = ExtraTensors::ignore}), std::runtime_error)
      << "rnn or aside?";
}

TEST(SafetensorsTorch, ValuesOfAnotherPrecisionConvert) {
  expect_same_outputs<One<float, LstmCell>>("lstm_1_f64", tolerance_f32);
  // The fixture itself was computed in float.
  expect_same_outputs<Two<double, LstmCell>>("lstm_2_f32", tolerance_f32);
}

// `safetensors.py check` found that PyTorch reads the committed file and makes the same of the series.
TEST(SafetensorsTorch, WhatIsWrittenIsWhatPyTorchHasRead) {
  const auto bytes_of = [](const std::string& name) {
    std::ifstream file(safetensors_fixture(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  Online<Two<double, AfterCell>> model;
  load_safetensors(std::filesystem::path(safetensors_fixture("gru_2_f64.safetensors")), model);
  std::ostringstream written;
  save_safetensors(written, model, {.names = {"rnn", "fc"}});
  const std::string expected = bytes_of("gru_2_f64.eddy.safetensors");
  EXPECT_EQ(expected.size(), 2640u);
  EXPECT_TRUE(written.str() == expected);
}

TEST(SafetensorsTorch, AnImportedModelGoesOnLearning) {
  Online<One<double, LstmCell>> model({.optimizer = {.learning_rate = 0.01}});
  const Vector<double, 3> ones = Vector<double, 3>::Ones();
  model.partial_fit(ones, Vector<double, 2>(1, 2));
  ASSERT_GT(model.moments().cwiseAbs().maxCoeff(), 0);
  load_safetensors(std::filesystem::path(EDDY_FIXTURES "/safetensors/lstm_1_f64.safetensors"), model);
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

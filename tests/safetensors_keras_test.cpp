#include "safetensors_series.hpp"

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/io/safetensors.hpp>
#include <eddy/online.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace eddy::testing {

const SafetensorsOptions keras_cell = {.convention = WeightConvention::keras, .names = {"cell"}};

/// In double, rounding of another order of summation.
constexpr double rounding = 1e-12;

template <class Cell>
using WithDense = Sequential<Cell, Dense<double, 4, 2>>;

TEST(SafetensorsKeras, NumPyMakesTheSameOfKerasWeights) {
  const SafetensorsOptions options = {.convention = WeightConvention::keras};
  expect_same_outputs<WithDense<RnnCell<double, 3, 4>>>("keras_simple_rnn", rounding, options);
  expect_same_outputs<WithDense<LstmCell<double, 3, 4>>>("keras_lstm", rounding, options);
  expect_same_outputs<WithDense<GruCell<double, 3, 4, GruReset::after>>>("keras_gru_after", rounding,
                                                                         options);
  expect_same_outputs<WithDense<GruCell<double, 3, 4, GruReset::before>>>("keras_gru_before", rounding,
                                                                          options);
}

// From here on: Keras's equations, in its layout and order, in plain loops.
constexpr int I = 2, H = 3;
const double sample[I] = {0.3, -0.8};

double sigma(double x) { return 1 / (1 + std::exp(-x)); }

/// `count` values, all different.
std::vector<double> values(int count, double phase) {
  std::vector<double> v(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < v.size(); ++i) {
    v[i] = std::sin(1.7 * static_cast<double>(i) + phase);
  }
  return v;
}

/// A file with a recurrent layer of so many gates, and the values in it.
struct KerasCell {
  int gates, biases;
  std::vector<double> kernel = values(I * gates * H, 1), recurrent = values(H * gates * H, 2),
                      bias = values(biases * gates * H, 3);

  template <class Cell>
  Online<Cell> model() const {
    const auto extent = [](int value) { return static_cast<std::uint64_t>(value); };
    std::vector<std::uint64_t> bias_shape = {extent(gates * H)};
    if (biases == 2) {
      bias_shape.insert(bias_shape.begin(), 2);
    }
    const std::vector<TensorToStore> tensors = {{"cell/kernel", {I, extent(gates * H)}, kernel},
                                                {"cell/recurrent_kernel", {H, extent(gates * H)}, recurrent},
                                                {"cell/bias", bias_shape, bias}};
    Online<Cell> model;
    load_safetensors(std::span<const std::byte>(write_safetensors(tensors, Dtype::f64, {})), model,
                     keras_cell);
    return model;
  }

  /// x · kernel + bias, of one gate's unit.
  double of_input(int gate, int unit) const {
    double sum = bias[static_cast<std::size_t>(gate * H + unit)];
    for (int i = 0; i < I; ++i) {
      sum += sample[i] * kernel[static_cast<std::size_t>((i * gates + gate) * H + unit)];
    }
    return sum;
  }
  /// h · recurrent_kernel, and the second bias.
  double of_state(int gate, int unit, const double* h) const {
    double sum = biases == 2 ? bias[static_cast<std::size_t>((gates + gate) * H + unit)] : 0;
    for (int i = 0; i < H; ++i) {
      sum += h[i] * recurrent[static_cast<std::size_t>((i * gates + gate) * H + unit)];
    }
    return sum;
  }
};

/// Compares four steps of a model with `step(old, now)`, which computes the units of `now`.
template <class Model, class Step>
void expect_steps(Model&& model, Step&& step) {
  double h[H] = {};
  for (int t = 0; t < 4; ++t) {
    double now[H];
    step(h, now);
    const Vector<double, H> output = model.step(Vector<double, I>(sample[0], sample[1]));
    for (int u = 0; u < H; ++u) {
      h[u] = now[u];
      EXPECT_NEAR(output(u), h[u], rounding) << "step " << t << ", unit " << u;
    }
  }
}

TEST(SafetensorsKeras, DenseFollowsKerasEquation) {
  const std::vector<double> kernel = values(I * H, 1), bias = values(H, 2);
  Online<Dense<double, I, H>> model;
  const std::vector<TensorToStore> tensors = {{"cell/kernel", {I, H}, kernel}, {"cell/bias", {H}, bias}};
  load_safetensors(std::span<const std::byte>(write_safetensors(tensors, Dtype::f64, {})), model, keras_cell);
  const Vector<double, H> output = model.step(Vector<double, I>(sample[0], sample[1]));
  for (int u = 0; u < H; ++u) {
    const auto at = static_cast<std::size_t>(u);
    EXPECT_NEAR(output(u), sample[0] * kernel[at] + sample[1] * kernel[H + at] + bias[at], rounding);
  }
}

TEST(SafetensorsKeras, SimpleRnnFollowsKerasEquation) {
  const KerasCell cell{.gates = 1, .biases = 1};
  expect_steps(cell.model<RnnCell<double, I, H>>(), [&](const double* h, double* now) {
    for (int u = 0; u < H; ++u) {
      now[u] = std::tanh(cell.of_input(0, u) + cell.of_state(0, u, h));
    }
  });
}

TEST(SafetensorsKeras, LstmFollowsKerasEquations) {
  const KerasCell cell{.gates = 4, .biases = 1};
  double c[H] = {};
  expect_steps(cell.model<LstmCell<double, I, H>>(), [&](const double* h, double* now) {
    const auto gate = [&](int g, int u) { return cell.of_input(g, u) + cell.of_state(g, u, h); };
    for (int u = 0; u < H; ++u) {
      c[u] = sigma(gate(1, u)) * c[u] + sigma(gate(0, u)) * std::tanh(gate(2, u));
      now[u] = sigma(gate(3, u)) * std::tanh(c[u]);
    }
  });
}

TEST(SafetensorsKeras, GruThatResetsAfterFollowsKerasEquations) {
  const KerasCell cell{.gates = 3, .biases = 2};
  expect_steps(cell.model<GruCell<double, I, H, GruReset::after>>(), [&](const double* h, double* now) {
    for (int u = 0; u < H; ++u) {
      const double z = sigma(cell.of_input(0, u) + cell.of_state(0, u, h));
      const double r = sigma(cell.of_input(1, u) + cell.of_state(1, u, h));
      now[u] = z * h[u] + (1 - z) * std::tanh(cell.of_input(2, u) + r * cell.of_state(2, u, h));
    }
  });
}

TEST(SafetensorsKeras, GruThatResetsBeforeFollowsKerasEquations) {
  const KerasCell cell{.gates = 3, .biases = 1};
  expect_steps(cell.model<GruCell<double, I, H, GruReset::before>>(), [&](const double* h, double* now) {
    double reset[H];
    for (int u = 0; u < H; ++u) {
      reset[u] = sigma(cell.of_input(1, u) + cell.of_state(1, u, h)) * h[u];
    }
    for (int u = 0; u < H; ++u) {
      const double z = sigma(cell.of_input(0, u) + cell.of_state(0, u, h));
      now[u] = z * h[u] + (1 - z) * std::tanh(cell.of_input(2, u) + cell.of_state(2, u, reset));
    }
  });
}

}  // namespace eddy::testing

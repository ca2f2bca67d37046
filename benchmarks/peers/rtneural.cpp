// RTNeural (https://github.com/jatinchowdhury18/RTNeural), Eigen backend, sizes by the type, its exact tanh
// and logistic. A step only: it does not learn. Compiled twice, with default flags and with -march=native, as
// libraries of their own that hide their symbols: the same template under other flags must not be shared.

#include "../contender.hpp"

#include <RTNeural/RTNeural.h>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace {

using namespace bench;

constexpr int inputs = 8;

/// [rows, columns], column-major, as a list of columns.
template <class T>
std::vector<std::vector<T>> columns(const std::vector<T>& matrix, int rows) {
  std::vector<std::vector<T>> result;
  for (auto first = matrix.begin(); first != matrix.end(); first += rows) {
    result.emplace_back(first, first + rows);
  }
  return result;
}

/// Gates in the order r, z, n to z, r, n.
template <class T>
std::vector<std::vector<T>> z_first(std::vector<std::vector<T>> columns, int hidden) {
  for (std::vector<T>& column : columns) {
    std::swap_ranges(column.begin(), column.begin() + hidden, column.begin() + hidden);
  }
  return columns;
}

template <class T, class Layer, int Hidden>
Runner<T> run(const Weights<T>& weights) {
  using Model = RTNeural::ModelT<T, inputs, 1, Layer, RTNeural::DenseT<T, Hidden, 1>>;
  auto model = std::make_shared<Model>();
  auto& layer = model->template get<0>();
  const int rows = weights.gates * Hidden;
  if constexpr (requires { layer.setBVals(weights.bias); }) {
    layer.setWVals(columns(weights.from_input, rows));
    layer.setUVals(columns(weights.from_hidden, rows));
    layer.setBVals(weights.bias);
  } else {
    std::vector<std::vector<T>> biases = {weights.bias, std::vector<T>(weights.bias.size())};
    std::copy(weights.bias_hn.begin(), weights.bias_hn.end(), biases[1].end() - Hidden);
    layer.setWVals(z_first(columns(weights.from_input, rows), Hidden));
    layer.setUVals(z_first(columns(weights.from_hidden, rows), Hidden));
    layer.setBVals(z_first(biases, Hidden));
  }
  model->template get<1>().setWeights(std::vector<std::vector<T>>{weights.read_out});
  model->template get<1>().setBias(weights.read_out_bias.data());
  model->reset();
  return [model](const Samples<T>& samples, T* predictions) {
    alignas(64) T x[inputs];  // it wants its input aligned
    for (int k = 0; k < samples.count; ++k) {
      std::copy_n(samples.x + k * inputs, inputs, x);
      predictions[k] = model->forward(x);
    }
  };
}

template <class T, int Hidden, int... Larger>
Runner<T> with_hidden(const Case& c, const Weights<T>& weights) {
  if (c.hidden == Hidden) {
    return c.cell == Cell::lstm
               ? run<T, RTNeural::LSTMLayerT<T, inputs, Hidden>, Hidden>(weights)
               : run<T, RTNeural::GRULayerT<T, inputs, Hidden>, Hidden>(weights.with_z_of_old_state());
  }
  if constexpr (sizeof...(Larger) > 0) {
    return with_hidden<T, Larger...>(c, weights);
  }
  return {};
}

template <class T>
Runner<T> make(const Case& c, const Weights<T>& weights) {
  if (c.verb != Verb::step || c.streams > 0 || c.inputs != inputs ||
      (c.cell != Cell::lstm && c.cell != Cell::gru_after)) {
    return {};
  }
  // In double those of the default cases alone: each size takes the compiler seconds.
  if constexpr (std::is_same_v<T, double>) {
    return with_hidden<T, 8, 32, 128, 512>(c, weights);
  } else {
    return with_hidden<T, 8, 16, 32, 64, 128, 256, 512>(c, weights);
  }
}

#ifdef EDDY_BENCH_NATIVE
const Entry entry({.id = "rtneural-native",
                   .title = "RTNeural, -march=native",
                   .rank = 41,
                   .with_float = make<float>,
                   .with_double = make<double>});
#else
const Entry entry({.id = "rtneural",
                   .title = "RTNeural",
                   .rank = 40,
                   .with_float = make<float>,
                   .with_double = make<double>});
#endif

}  // namespace

// mlpack (https://github.com/mlpack/mlpack): RNN with an LSTM and a Linear read-out, its own Adam. It trains
// on whole sequences from a zero state, so partial_fit is one call of Train() on the window, with the newest
// step's label alone; it begins each window at zero where eddy goes on from the state before it. There is no
// call for a single step. Its peepholes are set back to zero after each update, since eddy has none.

#include "../contender.hpp"

#include <mlpack/core.hpp>
#include <mlpack/methods/ann/ann.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace {

using namespace bench;

template <class T>
class Network {
  using Matrix = arma::Mat<T>;
  using Cube = arma::Cube<T>;

 public:
  Network(const Case& c, const Weights<T>& weights)
      : case_(c),
        rnn_(static_cast<std::size_t>(c.window), true),
        adam_(learning_rate(Rule::adam), 1, 0.9, 0.999, 1e-8, 1, 0, false, false, false) {
    const auto inputs = static_cast<std::size_t>(c.inputs), hidden = static_cast<std::size_t>(c.hidden);
    rnn_.template Add<mlpack::LSTM<Matrix>>(hidden);
    rnn_.template Add<mlpack::Linear<Matrix>>(1);
    rnn_.Reset(inputs);

    // Its gates come in the order g, i, f, o: inputs, biases, recurrent weights; then peepholes, which eddy
    // has not.
    T* next = rnn_.Parameters().memptr();
    const auto put = [&](const std::vector<T>& matrix, std::size_t columns) {
      for (const std::size_t gate : {2, 0, 1, 3}) {
        for (std::size_t column = 0; column < columns; ++column) {
          const auto first = matrix.begin() + static_cast<std::ptrdiff_t>((4 * column + gate) * hidden);
          next = std::copy(first, first + static_cast<std::ptrdiff_t>(hidden), next);
        }
      }
    };
    put(weights.from_input, inputs);
    put(weights.bias, 1);
    put(weights.from_hidden, hidden);
    peepholes_ = next - rnn_.Parameters().memptr();
    next = std::fill_n(next, 3 * hidden, T(0));
    next = std::copy(weights.read_out.begin(), weights.read_out.end(), next);
    std::copy(weights.read_out_bias.begin(), weights.read_out_bias.end(), next);
    reset();
  }

  void reset() { window_.reset(); }

  /// Train() keeps the prediction that it made for itself: the check asks for it first.
  T fit(const T* x, T y, bool predict) {
    const auto window = static_cast<std::size_t>(case_.window),
               inputs = static_cast<std::size_t>(case_.inputs);
    const std::size_t held = (std::min)(window_.n_slices + 1, static_cast<arma::uword>(window));
    Cube window_now(inputs, 1, held);
    for (std::size_t k = 0; k + 1 < held; ++k) {
      window_now.slice(k) = window_.slice(window_.n_slices - held + 1 + k);
    }
    std::copy_n(x, inputs, window_now.slice_memptr(held - 1));
    window_ = window_now;
    Cube prediction(1, 1, 1);
    if (predict) {
      rnn_.Predict(window_, prediction);
    }
    if (!std::isnan(y)) {
      Cube target(1, 1, 1);
      target(0, 0, 0) = y;
      rnn_.Train(window_, target, adam_);
      std::fill_n(rnn_.Parameters().memptr() + peepholes_, 3 * case_.hidden, T(0));
    }
    return prediction(0, 0, 0);
  }

 private:
  Case case_;
  mlpack::RNN<mlpack::MeanSquaredErrorType<Matrix>, mlpack::RandomInitialization, Matrix> rnn_;
  ens::Adam adam_;
  Cube window_;
  std::ptrdiff_t peepholes_ = 0;
};

template <class T>
Runner<T> make(const Case& c, const Weights<T>& weights) {
  if (c.verb != Verb::fit || c.cell != Cell::lstm || c.streams > 0 || c.stride > 1 || c.rehearsal ||
      c.rule != Rule::adam) {
    return {};
  }
  auto network = std::make_shared<Network<T>>(c, weights);
  return [network](const Samples<T>& samples, T* predictions) {
    if (samples.reset) {
      network->reset();
    }
    for (int k = 0; k < samples.count; ++k) {
      predictions[k] = network->fit(samples.x + k * samples.inputs, samples.y[k], samples.reset);
    }
  };
}

const Entry entry({.id = "mlpack",
                   .title = "mlpack",
                   .rank = 50,
                   .with_float = make<float>,
                   .with_double = make<double>,
                   .exact_gradient = false});

}  // namespace

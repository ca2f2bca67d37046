#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/storage.hpp>

#include <cmath>
#include <string>

namespace eddy {

/// How the weights of an `EchoStateCell` are drawn, and how fast its state follows.
struct EchoStateOptions {
  double spectral_radius = 0.9;  ///< of W_hh: near 1 for a long memory
  double leak = 0.5;           ///< a, more than 0, at most 1: the part of the state that is new at each step
  double connectivity = 0.1;   ///< the part of W_hh that is not 0; more than 0, at most 1
  double input_scaling = 0.5;  ///< W_xh is uniform on ± this / √inputs
  double bias_scaling = 0.2;   ///< b is uniform on ± this
};

/// A random recurrent network that does not learn (Jaeger 2001, GMD report 148), with leaky units
/// (Lukoševičius 2012, doi:10.1007/978-3-642-35289-8_36):
///
///   h_t = (1 − a) h_{t−1} + a tanh(W_xh x_t + W_hh h_{t−1} + b)
///
/// It is the cheapest extractor of features from a stream for a head that learns. The output is h.
/// Parameters, which no optimizer moves: one matrix W [Hidden, Inputs + Hidden + 1], column-major, over [x;
/// h; 1]; W_hh is scaled to its spectral radius by power iteration, within about a hundredth. State: h.
/// Throws if a setting is out of range. The product is a dense one: up to some hundred units that is as fast
/// as leaving out zeros.
template <class Scalar_, int Inputs = Dynamic, int Hidden = Dynamic>
class EchoStateCell {
 public:
  static constexpr const char* kind = "EchoStateCell";
  using Scalar = Scalar_;
  static constexpr bool recurrent = true;

  static constexpr LayerSizes sizes(int inputs, int hidden) {
    return {.inputs = inputs,
            .outputs = hidden,
            .parameters = hidden * (inputs + hidden + 1),
            .state = hidden,
            .column = padded<Scalar>(3 * hidden + inputs + hidden + 1)};
  }
  static constexpr LayerSizes Sizes =
      Inputs == Dynamic || Hidden == Dynamic ? LayerSizes{Inputs, Hidden} : sizes(Inputs, Hidden);

  explicit EchoStateCell(EchoStateOptions options = {}) requires(Sizes.fixed())
      : EchoStateCell(Inputs, Hidden, options) {}
  EchoStateCell(int inputs, int hidden, EchoStateOptions options = {})
      : inputs_("inputs", inputs), hidden_("hidden", hidden), options_(options) {
    check("the spectral radius", options.spectral_radius, 0, 100);
    check("the leak", options.leak, 0, 1);
    check("the connectivity", options.connectivity, 0, 1);
    check("input_scaling", options.input_scaling, -1e-300, 1e6);
    check("bias_scaling", options.bias_scaling, -1e-300, 1e6);
  }

  LayerSizes sizes() const { return sizes(inputs_, hidden_); }

  /// Whether the parameters are to be learned.
  static constexpr bool learns() { return false; }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    fuse(x, inputs_, state, hidden_, {column.v, tape.stride}, streams);
    activated_product<Tanh>(weights(parameters), {column.v, tape.stride}, {column.fresh, tape.stride},
                            streams);
    const Scalar leak = static_cast<Scalar>(options_.leak);
    for (int s = 0; s < streams; ++s) {
      VectorView<Scalar> h(state.column(s), hidden_);
      h += leak * (VectorView<const Scalar>(column.fresh + s * tape.stride, hidden_) - h);
      std::copy_n(h.data(), int{hidden_}, column.h + s * tape.stride);
    }
    return {column.h, tape.stride};
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    if (!input_error) {
      return false;  // below nobody asks
    }
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> fresh{column.fresh, tape.stride}, delta{column.delta, tape.stride};
    const auto W = weights(parameters);
    if (output_error) {
      add_to(state_error, output_error, hidden_, streams);
    }
    // h = (1 − a) h + a tanh(W [x; h; 1])
    activation_backward<Tanh, Scalar>(fresh, state_error, delta, hidden_, streams);
    const Scalar leak = static_cast<Scalar>(options_.leak);
    for (int s = 0; s < streams; ++s) {
      VectorView<Scalar>(delta.column(s), hidden_) *= leak;
      VectorView<Scalar>(state_error.column(s), hidden_) *= 1 - leak;
    }
    transposed_product(W.middle_columns(inputs_, hidden_), delta, state_error, streams, true);
    transposed_product(W.middle_columns(0, inputs_), delta, input_error, streams);
    return true;
  }

  void gradient(const Sweep<Scalar>&, Scalar*, bool) const {}

  void restore(const Scalar* column, Scalar* state) const {
    std::copy_n(Tape<const Scalar>(*this, column).v + inputs_, int{hidden_}, state);
  }

  void initialize(Scalar* parameters, Random& random) const {
    MatrixView<Scalar> W(parameters, hidden_, inputs_ + hidden_ + 1);
    fill(W.leftCols(inputs_), options_.input_scaling / std::sqrt(static_cast<double>(int{inputs_})), random);
    fill(W.rightCols(1), options_.bias_scaling, random);
    auto recurrent_weights = W.middleCols(inputs_, hidden_);
    for (Index column = 0; column < hidden_; ++column) {
      for (Index row = 0; row < hidden_; ++row) {
        const double value = random.uniform(1);
        recurrent_weights(row, column) =
            static_cast<Scalar>(random.uniform() < options_.connectivity ? value : 0);
      }
    }
    if (const double radius = spectral_radius(parameters, random); radius > 0) {
      recurrent_weights *= static_cast<Scalar>(options_.spectral_radius / radius);
    }
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, hidden_, inputs_, hidden_, visit);
  }

  /// The settings it was made with.
  const EchoStateOptions& options() const { return options_; }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const EchoStateCell& cell, Memory* column)
        : h(column), fresh(h + cell.hidden_), delta(fresh + cell.hidden_), v(delta + cell.hidden_) {}

    Memory* h;      // the new hidden state
    Memory* fresh;  // tanh(…)
    Memory* delta;  // dL/d(pre-activations)
    Memory* v;      // [x; h; 1]
  };

  static void check(const char* what, double value, double above, double most) {
    if (!(is_finite(value) && value > above && value <= most)) {
      fail(std::string(what) + " is " + std::to_string(value) + ", expected " +
           (above < 0 ? "0 to " : "more than 0, at most ") + std::to_string(most));
    }
  }

  template <class Weights>
  static void fill(Weights&& weights, double limit, Random& random) {
    for (Index column = 0; column < weights.cols(); ++column) {
      for (Index row = 0; row < weights.rows(); ++row) {
        weights(row, column) = static_cast<Scalar>(random.uniform(limit));
      }
    }
  }

  /// |λ| of the largest eigenvalue of W_hh: by how much a vector grows a step, in the long run. The
  /// eigenvalue may be complex, with which the vector turns for ever, so its growth is averaged.
  double spectral_radius(const Scalar* parameters, Random& random) const {
    Storage<Scalar, Hidden> now(hidden_), next(hidden_);
    VectorView<Scalar> v(now.data(), hidden_), Wv(next.data(), hidden_);
    fill(v, 1, random);
    v.normalize();
    constexpr int before = 200, counted = 400;
    double growth = 0;
    for (int i = 0; i < before + counted; ++i) {
      product(weights(parameters).middle_columns(inputs_, hidden_), {v.data(), 0}, {Wv.data(), 0});
      const Scalar norm = Wv.norm();
      if (!(norm > 0)) {
        return 0;  // every path through W_hh ends
      }
      growth += i < before ? 0 : std::log(static_cast<double>(norm));
      v = Wv / norm;
    }
    return std::exp(growth / counted);
  }

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return fused(parameters, hidden_, inputs_ + hidden_ + 1);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
  EchoStateOptions options_;
};

}  // namespace eddy

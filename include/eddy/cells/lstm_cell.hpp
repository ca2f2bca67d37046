#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/activation.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735) with forget gate
/// (Gers, Schmidhuber & Cummins 2000), without peepholes:
///
///   i = σ(W_xi x + W_hi h + b_i)    f = σ(W_xf x + W_hf h + b_f)
///   g = tanh(W_xg x + W_hg h + b_g) o = σ(W_xo x + W_ho h + b_o)
///   c_t = f ⊙ c_{t−1} + i ⊙ g        h_t = o ⊙ tanh(c_t)
///
/// The output is h. Parameters: one matrix W [4 Hidden, Inputs + Hidden + 1], column-major, over [x; h; 1],
/// gates in the order i, f, g, o. State: h, c. Initial weights: Glorot-uniform for x, orthogonal for h,
/// forget bias 1 and other biases 0.
template <class Scalar_, int Inputs = Dynamic, int Hidden = Dynamic>
class LstmCell {
 public:
  using Scalar = Scalar_;
  static constexpr bool recurrent = true;

  static constexpr LayerSizes sizes(int inputs, int hidden) {
    return {.inputs = inputs,
            .outputs = hidden,
            .parameters = 4 * hidden * (inputs + hidden + 1),
            .state = 2 * hidden,
            .column = padded<Scalar>(10 * hidden + inputs + hidden + 1)};
  }
  static constexpr LayerSizes Sizes =
      Inputs == Dynamic || Hidden == Dynamic ? LayerSizes{Inputs, Hidden} : sizes(Inputs, Hidden);

  LstmCell() = default;
  LstmCell(int inputs, int hidden) : inputs_("inputs", inputs), hidden_("hidden", hidden) {}

  LayerSizes sizes() const { return sizes(inputs_, hidden_); }

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    const auto W = weights(parameters);
    auto [h, c] = split(state);
    auto tape = Tape<Scalar>(*this, column);

    fuse(x, h, tape.v);
    product(W, tape.v, tape.gates);
    Logistic::apply(tape.gates.head(2 * hidden_));
    Tanh::apply(gate(tape.gates, 2));
    Logistic::apply(gate(tape.gates, 3));
    const auto i = gate(tape.gates, 0), f = gate(tape.gates, 1), g = gate(tape.gates, 2),
               o = gate(tape.gates, 3);

    tape.c_before = c;
    c.array() = f.array() * tape.c_before.array() + i.array() * g.array();
    tape.tanh_c = c;
    Tanh::apply(tape.tanh_c);
    h.array() = o.array() * tape.tanh_c.array();
    return h.data();
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar* state_error, const Scalar* output_error,
                Scalar* input_error) const {
    const auto W = weights(parameters);
    auto [dh, dc] = split(state_error);
    auto tape = Tape<Scalar>(*this, column);
    const auto i = gate(tape.gates, 0).array(), f = gate(tape.gates, 1).array(),
               g = gate(tape.gates, 2).array(), o = gate(tape.gates, 3).array();
    const auto tanh_c = tape.tanh_c.array(), c_before = tape.c_before.array();

    if (output_error) {
      dh += VectorView<const Scalar>(output_error, hidden_);
    }
    // h = o ⊙ tanh(c)
    dc.array() += dh.array() * o * (1 - tanh_c.square());
    gate(tape.delta, 3).array() = dh.array() * tanh_c * o * (1 - o);
    // c = f ⊙ c_before + i ⊙ g
    gate(tape.delta, 0).array() = dc.array() * g * i * (1 - i);
    gate(tape.delta, 1).array() = dc.array() * c_before * f * (1 - f);
    gate(tape.delta, 2).array() = dc.array() * i * (1 - g.square());
    dc.array() *= f;
    // gates = W [x; h; 1]
    transposed_product(W.middleCols(inputs_, hidden_), tape.delta, dh);
    if (input_error) {
      transposed_product(W.leftCols(inputs_), tape.delta, VectorView<Scalar>(input_error, inputs_));
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const auto tape = Tape<const Scalar>(*this, sweep.tape);
    window_product(sweep, sweep.visited, tape.delta, tape.v, weights(gradient), accumulate);
  }

  void restore(const Scalar* column, Scalar* state) const {
    auto [h, c] = split(state);
    const auto tape = Tape<const Scalar>(*this, column);
    h = tape.v.segment(inputs_, hidden_);
    c = tape.c_before;
  }

  void initialize(Scalar* parameters, Random& random) const {
    auto W = weights(parameters);
    initialize_fused(W, hidden_, random);
    gate(W.col(inputs_ + hidden_), 1).setOnes();
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 4 * hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const LstmCell& cell, Memory* column) : Tape(cell.inputs_, cell.hidden_, Slicer<Memory>(column)) {}
    Tape(int inputs, int hidden, Slicer<Memory> next)
        : gates(next.vector(4 * hidden)),
          delta(next.vector(4 * hidden)),
          c_before(next.vector(hidden)),
          tanh_c(next.vector(hidden)),
          v(next.vector(inputs + hidden + 1)) {}

    VectorView<Memory> gates;  // i, f, g, o, after their activations
    VectorView<Memory> delta;  // dL/d(pre-activations)
    VectorView<Memory> c_before, tanh_c;
    VectorView<Memory> v;  // [x; h; 1]
  };

  template <class Memory>
  struct State {
    VectorView<Memory> h, c;
  };

  State<Scalar> split(Scalar* state) const { return {{state, hidden_}, {state + hidden_, hidden_}}; }

  template <class Memory>
  MatrixView<Memory> weights(Memory* parameters) const {
    return {parameters, 4 * hidden_, inputs_ + hidden_ + 1};
  }

  template <class Rows>
  auto gate(Rows&& rows, int index) const {
    return rows.segment(index * hidden_, hidden_);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

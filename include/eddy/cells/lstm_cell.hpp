#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/kernels.hpp>

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
  static constexpr const char* kind = "LstmCell";
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

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    fuse(x, inputs_, state, hidden_, {column.v, tape.stride}, streams);
    on_target<Scalar>(
        [&](auto kernels) { kernels.lstm_forward(weights(parameters), step(column, tape, state), streams); });
    return state;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    const Columns<const Scalar> delta{column.delta, tape.stride};
    const auto W = weights(parameters);
    if (output_error) {
      add_to(state_error, output_error, hidden_, streams);
    }
    on_target<Scalar>([&](auto kernels) { kernels.lstm_backward(step(column, tape, state_error), streams); });
    // gates = W [x; h; 1]
    transposed_product(W.middle_columns(inputs_, hidden_), delta, state_error, streams);
    if (input_error) {
      transposed_product(W.middle_columns(0, inputs_), delta, input_error, streams);
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const Tape<const Scalar> column(*this, sweep.tape);
    window_product(sweep, sweep.visited, column.delta, column.v, weights(gradient), accumulate);
  }

  void restore(const Scalar* column, Scalar* state) const {
    const Tape<const Scalar> tape(*this, column);
    std::copy_n(tape.v + inputs_, hidden_, state);
    std::copy_n(tape.c_before, hidden_, state + hidden_);
  }

  void initialize(Scalar* parameters, Random& random) const {
    const MatrixView<Scalar> W(parameters, 4 * hidden_, inputs_ + hidden_ + 1);
    initialize_fused(W, hidden_, random);
    std::fill_n(parameters + W.size() - 3 * hidden_, int{hidden_}, Scalar(1));  // the biases of f
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 4 * hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const LstmCell& cell, Memory* column)
        : gates(column),
          delta(gates + 4 * cell.hidden_),
          c_before(delta + 4 * cell.hidden_),
          tanh_c(c_before + cell.hidden_),
          v(tanh_c + cell.hidden_) {}

    Memory* gates;  // i, f, g, o, after their activations
    Memory* delta;  // dL/d(pre-activations)
    Memory *c_before, *tanh_c;
    Memory* v;  // [x; h; 1]
  };

  /// h, c or their errors lie in `state`.
  LstmStep<Scalar> step(const Tape<Scalar>& column, Columns<Scalar> tape, Columns<Scalar> state) const {
    return {.hidden = hidden_,
            .tape_stride = tape.stride,
            .state_stride = state.stride,
            .gates = column.gates,
            .delta = column.delta,
            .c_before = column.c_before,
            .tanh_c = column.tanh_c,
            .v = column.v,
            .h = state.data,
            .c = state.data + hidden_};
  }

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return fused(parameters, 4 * hidden_, inputs_ + hidden_ + 1);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

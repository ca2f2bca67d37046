#pragma once
// The cell of docs/adding-a-cell.md.

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/kernels.hpp>

namespace eddy {

/// Recurrent network with an update gate (Collins, Sohl-Dickstein & Sussillo 2017, arXiv:1611.09913;
/// "UGRNN"):
///
///   z = σ(W_xz x + W_hz h + b_z)    n = tanh(W_xn x + W_hn h + b_n)
///   h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n
///
/// The output is h. Parameters: one matrix W [2 Hidden, Inputs + Hidden + 1], column-major, over [x; h; 1], z
/// before n. State: h. Initial weights: Glorot-uniform for x, orthogonal for h, bias 0.
template <class Scalar_, int Inputs = Dynamic, int Hidden = Dynamic>
class UpdateGateCell {
 public:
  using Scalar = Scalar_;
  static constexpr bool recurrent = true;

  static constexpr LayerSizes sizes(int inputs, int hidden) {
    return {.inputs = inputs,
            .outputs = hidden,
            .parameters = 2 * hidden * (inputs + hidden + 1),
            .state = hidden,
            .column = padded<Scalar>(4 * hidden + inputs + hidden + 1)};
  }
  static constexpr LayerSizes Sizes =
      Inputs == Dynamic || Hidden == Dynamic ? LayerSizes{Inputs, Hidden} : sizes(Inputs, Hidden);

  UpdateGateCell() = default;
  UpdateGateCell(int inputs, int hidden) : inputs_("inputs", inputs), hidden_("hidden", hidden) {}

  LayerSizes sizes() const { return sizes(inputs_, hidden_); }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> v{column.v, tape.stride}, gates{column.gates, tape.stride};
    const auto W = weights(parameters);
    fuse(x, inputs_, state, hidden_, v, streams);
    product<Elementwise::logistic>(W.middle_rows(0, hidden_), v, gates, streams);
    product<Elementwise::tanh>(W.middle_rows(hidden_, hidden_), v, gates.from(hidden_), streams);
    for (int s = 0; s < streams; ++s) {
      Scalar* const h = state.column(s);
      const Scalar *const z = gates.column(s), *const n = z + hidden_;
      for (int i = 0; i < hidden_; ++i) {
        h[i] = z[i] * h[i] + (1 - z[i]) * n[i];
      }
    }
    return state;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> delta{column.delta, tape.stride};
    const auto W = weights(parameters);
    if (output_error) {
      add_to(state_error, output_error, hidden_, streams);
    }
    for (int s = 0; s < streams; ++s) {
      Scalar *const e = state_error.column(s), *const d = delta.column(s);
      const Scalar *const z = column.gates + s * tape.stride, *const n = z + hidden_;
      const Scalar* const h = column.v + s * tape.stride + inputs_;  // before the step
      for (int i = 0; i < hidden_; ++i) {
        d[i] = e[i] * (h[i] - n[i]) * z[i] * (1 - z[i]);         // z = σ(a): dz/da = z (1 − z)
        d[hidden_ + i] = e[i] * (1 - z[i]) * (1 - n[i] * n[i]);  // n = tanh(a): dn/da = 1 − n²
        e[i] *= z[i];                                            // h_t = z ⊙ h + …
      }
    }
    // [z; n] come from W [x; h; 1]
    transposed_product(W.middle_columns(inputs_, hidden_), delta, state_error, streams, true);
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
    std::copy_n(Tape<const Scalar>(*this, column).v + inputs_, int{hidden_}, state);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(MatrixView<Scalar>(parameters, 2 * hidden_, inputs_ + hidden_ + 1), hidden_, random);
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 2 * hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const UpdateGateCell& cell, Memory* column)
        : gates(column), delta(gates + 2 * cell.hidden_), v(delta + 2 * cell.hidden_) {}

    Memory* gates;  // z, n, after their activations
    Memory* delta;  // dL/d(pre-activations)
    Memory* v;      // [x; h; 1]
  };

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return fused(parameters, 2 * hidden_, inputs_ + hidden_ + 1);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

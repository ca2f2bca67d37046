#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/kernels.hpp>

namespace eddy {

/// Where the reset gate of a GRU acts: on the hidden state before its product with the weights, or on the
/// product.
enum class GruReset { before, after };

/// Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078), reset before the product:
///
///   r = σ(W_xr x + W_hr h + b_r)    z = σ(W_xz x + W_hz h + b_z)
///   n = tanh(W_xn x + W_hn (r ⊙ h) + b_n)
///   h_t = (1 − z) ⊙ h_{t−1} + z ⊙ n
///
/// z weighs the NEW state, as in Cho's paper with z and 1 − z exchanged (Chung et al. 2014, arXiv:1412.3555).
/// PyTorch, Keras and ONNX let z weigh the old state: to import their weights, negate the z rows and
/// the z bias. `GruReset::after` is in gru_cell_after.hpp.
///
/// The output is h. Parameters: one matrix W [3 Hidden, Inputs + Hidden + 1], column-major, over [x; h; 1],
/// gates in the order r, z, n. State: h. Initial weights: Glorot-uniform for x, orthogonal for h, biases 0.
template <class Scalar_, int Inputs = Dynamic, int Hidden = Dynamic, GruReset Reset = GruReset::before>
class GruCell {
  static_assert(Reset == GruReset::before);

 public:
  static constexpr const char* kind = "GruCell<GruReset::before>";
  using Scalar = Scalar_;
  static constexpr bool recurrent = true;

  static constexpr LayerSizes sizes(int inputs, int hidden) {
    return {.inputs = inputs,
            .outputs = hidden,
            .parameters = 3 * hidden * (inputs + hidden + 1),
            .state = hidden,
            .column = padded<Scalar>(7 * hidden + 2 * (inputs + hidden + 1))};
  }
  static constexpr LayerSizes Sizes =
      Inputs == Dynamic || Hidden == Dynamic ? LayerSizes{Inputs, Hidden} : sizes(Inputs, Hidden);

  GruCell() = default;
  GruCell(int inputs, int hidden) : inputs_("inputs", inputs), hidden_("hidden", hidden) {}

  LayerSizes sizes() const { return sizes(inputs_, hidden_); }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    const auto W = weights(parameters);
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> v{column.v, tape.stride}, v_reset{column.v_reset, tape.stride},
        gates{column.gates, tape.stride};
    fuse(x, inputs_, state, hidden_, v, streams);
    product<Elementwise::logistic>(W.middle_rows(0, 2 * hidden_), v, gates, streams);
    for_each_step(column, tape, state, streams, [&](auto kernels, const auto& step) {
      std::copy_n(step.h_before - inputs_, int{inputs_}, step.reset_h - inputs_);
      kernels.gru_reset(step);
      step.reset_h[hidden_] = 1;
    });
    product<Elementwise::tanh>(W.middle_rows(2 * hidden_, hidden_), v_reset, gates.from(2 * hidden_),
                               streams);
    for_each_step(column, tape, state, streams,
                  [](auto kernels, const auto& step) { kernels.gru_blend(step); });
    return state;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const auto W = weights(parameters), W_h = W.middle_columns(inputs_, hidden_);
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> delta{column.delta, tape.stride};
    if (output_error) {
      add_to(state_error, output_error, hidden_, streams);
    }
    for_each_step(column, tape, state_error, streams,
                  [](auto kernels, const auto& step) { kernels.gru_blend_backward(step); });
    // n = tanh(W_n [x; r ⊙ h; 1])
    transposed_product(W_h.middle_rows(2 * hidden_, hidden_), delta.from(2 * hidden_),
                       {column.reset_error, tape.stride}, streams);
    for_each_step(column, tape, state_error, streams,
                  [](auto kernels, const auto& step) { kernels.gru_reset_backward(step); });
    // [r; z] = σ(W_rz [x; h; 1])
    transposed_product(W_h.middle_rows(0, 2 * hidden_), delta, state_error, streams, true);
    if (input_error) {
      transposed_product(W.middle_columns(0, inputs_), delta, input_error, streams);
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const Tape<const Scalar> column(*this, sweep.tape);
    const auto dW = weights(gradient);
    window_product(sweep, sweep.visited, column.delta, column.v, dW.middle_rows(0, 2 * hidden_), accumulate);
    window_product(sweep, sweep.visited, column.delta + 2 * hidden_, column.v_reset,
                   dW.middle_rows(2 * hidden_, hidden_), accumulate);
  }

  void restore(const Scalar* column, Scalar* state) const {
    std::copy_n(Tape<const Scalar>(*this, column).v + inputs_, int{hidden_}, state);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(MatrixView<Scalar>(parameters, 3 * hidden_, inputs_ + hidden_ + 1), hidden_, random);
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 3 * hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const GruCell& cell, Memory* column)
        : gates(column),
          delta(gates + 3 * cell.hidden_),
          reset_error(delta + 3 * cell.hidden_),
          v(reset_error + cell.hidden_),
          v_reset(v + cell.inputs_ + cell.hidden_ + 1) {}

    Memory* gates;        // r, z, n, after their activations
    Memory* delta;        // dL/d(pre-activations)
    Memory* reset_error;  // dL/d(r ⊙ h)
    Memory* v;            // [x; h; 1]
    Memory* v_reset;      // [x; r ⊙ h; 1]
  };

  /// Calls function(kernels, step) for each of the streams; h or its error lies in `state`.
  template <class Streams, class Function>
  void for_each_step(const Tape<Scalar>& column, Columns<Scalar> tape, Columns<Scalar> state, Streams streams,
                     Function&& function) const {
    on_target<Scalar>([&](auto kernels) {
      for (int s = 0; s < streams; ++s) {
        const Index t = s * tape.stride;
        function(kernels, GruStep<Scalar>{.hidden = hidden_,
                                          .gates = column.gates + t,
                                          .delta = column.delta + t,
                                          .h = state.column(s),
                                          .h_before = column.v + t + inputs_,
                                          .reset_h = column.v_reset + t + inputs_,
                                          .reset_error = column.reset_error + t});
      }
    });
  }

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return fused(parameters, 3 * hidden_, inputs_ + hidden_ + 1);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

#include <eddy/cells/gru_cell_after.hpp>  // the other variant, a specialisation: never one without the other

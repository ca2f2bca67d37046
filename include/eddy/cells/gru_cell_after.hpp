#pragma once

#include <eddy/cells/gru_cell.hpp>

namespace eddy {

/// Gated recurrent unit, reset after the product (the variant of cuDNN, PyTorch and Keras
/// `reset_after=True`):
///
///   n = tanh(W_xn x + b_n + r ⊙ (W_hn h + b_hn)),   r, z and h_t as with `GruReset::before`
///
/// Parameters: W as above, then b_hn [Hidden].
template <class Scalar_, int Inputs, int Hidden>
class GruCell<Scalar_, Inputs, Hidden, GruReset::after> {
 public:
  static constexpr const char* kind = "GruCell<GruReset::after>";
  using Scalar = Scalar_;
  static constexpr bool recurrent = true;

  static constexpr LayerSizes sizes(int inputs, int hidden) {
    return {.inputs = inputs,
            .outputs = hidden,
            .parameters = 3 * hidden * (inputs + hidden + 1) + hidden,
            .state = hidden,
            .column = padded<Scalar>(12 * hidden + inputs + hidden + 1)};
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
    const Columns<Scalar> v{column.v, tape.stride}, gates{column.gates, tape.stride};
    fuse(x, inputs_, state, hidden_, v, streams);
    product(W.middle_columns(0, inputs_), v, gates, streams);
    for (int s = 0; s < streams; ++s) {
      add_to<Scalar>({gates.column(s), 0}, {W.data + (inputs_ + hidden_) * W.stride, 0}, W.rows);
    }
    product(W.middle_columns(inputs_, hidden_), v.from(inputs_), {column.from_h, tape.stride}, streams);
    for_each_step(parameters, column, tape, state, streams,
                  [](auto kernels, const auto& step) { kernels.gru_activate_after(step); });
    return state;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const auto W = weights(parameters);
    const Tape<Scalar> column(*this, tape.data);
    if (output_error) {
      add_to(state_error, output_error, hidden_, streams);
    }
    for_each_step(parameters, column, tape, state_error, streams,
                  [](auto kernels, const auto& step) { kernels.gru_backward_after(step); });
    transposed_product(W.middle_columns(inputs_, hidden_), {column.delta_h, tape.stride}, state_error,
                       streams, true);
    if (input_error) {
      transposed_product(W.middle_columns(0, inputs_), {column.delta, tape.stride}, input_error, streams);
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const Tape<const Scalar> column(*this, sweep.tape);
    const Scalar* const one = column.v + inputs_ + hidden_;
    const auto dW = weights(gradient);
    const auto product = [&](const Scalar* delta, const Scalar* v, const MatrixPart<Scalar>& part) {
      window_product(sweep, sweep.visited, delta, v, part, accumulate);
    };
    product(column.delta, column.v, dW.middle_columns(0, inputs_));
    product(column.delta_h, column.v + inputs_, dW.middle_columns(inputs_, hidden_));
    product(column.delta, one, dW.middle_columns(inputs_ + hidden_, 1));
    product(column.delta_h + 2 * hidden_, one, fused(recurrent_bias(gradient), hidden_, 1));
  }

  void restore(const Scalar* column, Scalar* state) const {
    std::copy_n(Tape<const Scalar>(*this, column).v + inputs_, int{hidden_}, state);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(MatrixView<Scalar>(parameters, 3 * hidden_, inputs_ + hidden_ + 1), hidden_, random);
    std::fill_n(recurrent_bias(parameters), int{hidden_}, Scalar(0));
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 3 * hidden_, inputs_, hidden_, visit);
    visit("bias_hn", recurrent_bias(parameters), hidden_, 1);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const GruCell& cell, Memory* column)
        : gates(column),
          delta(gates + 3 * cell.hidden_),
          delta_h(delta + 3 * cell.hidden_),
          from_h(delta_h + 3 * cell.hidden_),
          v(from_h + 3 * cell.hidden_) {}

    Memory* gates;    // r, z, n, after their activations
    Memory* delta;    // dL/d(pre-activations)
    Memory* delta_h;  // dL/d(W_h h)
    Memory* from_h;   // W_h h, with b_hn added to the rows of n
    Memory* v;        // [x; h; 1]
  };

  /// Calls function(kernels, step) for each of the streams; h or its error lies in `state`.
  template <class Streams, class Function>
  void for_each_step(const Scalar* parameters, const Tape<Scalar>& column, Columns<Scalar> tape,
                     Columns<Scalar> state, Streams streams, Function&& function) const {
    on_target<Scalar>([&](auto kernels) {
      for (int s = 0; s < streams; ++s) {
        const Index t = s * tape.stride;
        function(kernels, GruStep<Scalar>{.hidden = hidden_,
                                          .gates = column.gates + t,
                                          .delta = column.delta + t,
                                          .h = state.column(s),
                                          .h_before = column.v + t + inputs_,
                                          .from_h = column.from_h + t,
                                          .delta_h = column.delta_h + t,
                                          .recurrent_bias = recurrent_bias(parameters)});
      }
    });
  }

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return fused(parameters, 3 * hidden_, inputs_ + hidden_ + 1);
  }

  template <class Memory>
  Memory* recurrent_bias(Memory* parameters) const {
    return parameters + 3 * hidden_ * (inputs_ + hidden_ + 1);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

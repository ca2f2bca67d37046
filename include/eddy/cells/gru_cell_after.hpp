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

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    const auto W = weights(parameters);
    VectorView<Scalar> h(state, hidden_);
    auto tape = Tape<Scalar>(*this, column);
    auto r = tape.gates.head(hidden_), z = tape.gates.segment(hidden_, hidden_), n = tape.gates.tail(hidden_);
    auto recurrent_n = tape.from_h.tail(hidden_);

    fuse(x, h, tape.v);
    product(W.leftCols(inputs_), tape.v.head(inputs_), tape.gates);
    tape.gates += W.col(inputs_ + hidden_);
    product(W.middleCols(inputs_, hidden_), h, tape.from_h);
    recurrent_n += recurrent_bias(parameters);

    tape.gates.head(2 * hidden_) += tape.from_h.head(2 * hidden_);
    Logistic::apply(tape.gates.head(2 * hidden_));
    n.array() += r.array() * recurrent_n.array();
    Tanh::apply(n);

    h.array() += z.array() * (n.array() - h.array());
    return h.data();
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar* state_error, const Scalar* output_error,
                Scalar* input_error) const {
    const auto W = weights(parameters);
    VectorView<Scalar> dh(state_error, hidden_);
    auto tape = Tape<Scalar>(*this, column);
    const auto r = tape.gates.head(hidden_).array(), z = tape.gates.segment(hidden_, hidden_).array(),
               n = tape.gates.tail(hidden_).array();
    const auto h = tape.v.segment(inputs_, hidden_).array();
    const auto recurrent_n = tape.from_h.tail(hidden_).array();
    auto delta_r = tape.delta.head(hidden_), delta_z = tape.delta.segment(hidden_, hidden_),
         delta_n = tape.delta.tail(hidden_);

    if (output_error) {
      dh += VectorView<const Scalar>(output_error, hidden_);
    }
    // h_t = (1 − z) ⊙ h + z ⊙ n
    delta_z.array() = dh.array() * (n - h) * z * (1 - z);
    delta_n.array() = dh.array() * z * (1 - n.square());
    dh.array() *= 1 - z;
    // n = tanh(W_xn x + b_n + r ⊙ recurrent_n)
    delta_r.array() = delta_n.array() * recurrent_n * r * (1 - r);
    // W_h h sees the same errors, that of n through r
    tape.delta_h.head(2 * hidden_) = tape.delta.head(2 * hidden_);
    tape.delta_h.tail(hidden_).array() = delta_n.array() * r;
    add_transposed_product(W.middleCols(inputs_, hidden_), tape.delta_h, dh);
    if (input_error) {
      transposed_product(W.leftCols(inputs_), tape.delta, VectorView<Scalar>(input_error, inputs_));
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const auto tape = Tape<const Scalar>(*this, sweep.tape);
    const auto one = tape.v.tail(1);
    auto dW = weights(gradient);
    window_product(sweep, sweep.visited, tape.delta, tape.v.head(inputs_), dW.leftCols(inputs_), accumulate);
    window_product(sweep, sweep.visited, tape.delta_h, tape.v.segment(inputs_, hidden_),
                   dW.middleCols(inputs_, hidden_), accumulate);
    window_product(sweep, sweep.visited, tape.delta, one, dW.rightCols(1), accumulate);
    window_product(sweep, sweep.visited, tape.delta_h.tail(hidden_), one, recurrent_bias(gradient),
                   accumulate);
  }

  void restore(const Scalar* column, Scalar* state) const {
    VectorView<Scalar>(state, hidden_) = Tape<const Scalar>(*this, column).v.segment(inputs_, hidden_);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(weights(parameters), hidden_, random);
    recurrent_bias(parameters).setZero();
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 3 * hidden_, inputs_, hidden_, visit);
    visit("bias_hn", recurrent_bias(parameters).data(), hidden_, 1);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const GruCell& cell, Memory* column) : Tape(cell.inputs_, cell.hidden_, Slicer<Memory>(column)) {}
    Tape(int inputs, int hidden, Slicer<Memory> next)
        : gates(next.vector(3 * hidden)),
          delta(next.vector(3 * hidden)),
          delta_h(next.vector(3 * hidden)),
          from_h(next.vector(3 * hidden)),
          v(next.vector(inputs + hidden + 1)) {}

    VectorView<Memory> gates;    // r, z, n, after their activations
    VectorView<Memory> delta;    // dL/d(pre-activations)
    VectorView<Memory> delta_h;  // dL/d(W_h h)
    VectorView<Memory> from_h;   // W_h h, with b_hn added to the rows of n
    VectorView<Memory> v;        // [x; h; 1]
  };

  template <class Memory>
  MatrixView<Memory> weights(Memory* parameters) const {
    return {parameters, 3 * hidden_, inputs_ + hidden_ + 1};
  }

  template <class Memory>
  VectorView<Memory> recurrent_bias(Memory* parameters) const {
    return {parameters + 3 * hidden_ * (inputs_ + hidden_ + 1), hidden_};
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

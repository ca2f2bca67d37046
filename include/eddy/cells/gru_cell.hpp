#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/activation.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/storage.hpp>

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

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    const auto W = weights(parameters);
    VectorView<Scalar> h(state, hidden_);
    auto tape = Tape<Scalar>(*this, column);
    auto r = tape.gates.head(hidden_), z = tape.gates.segment(hidden_, hidden_), n = tape.gates.tail(hidden_);

    fuse(x, h, tape.v);
    product(W.topRows(2 * hidden_), tape.v, tape.gates.head(2 * hidden_));
    Logistic::apply(tape.gates.head(2 * hidden_));

    fuse(x, r.cwiseProduct(h), tape.v_reset);
    product(W.bottomRows(hidden_), tape.v_reset, n);
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
    auto delta_r = tape.delta.head(hidden_), delta_z = tape.delta.segment(hidden_, hidden_),
         delta_n = tape.delta.tail(hidden_);

    if (output_error) {
      dh += VectorView<const Scalar>(output_error, hidden_);
    }
    // h_t = (1 − z) ⊙ h + z ⊙ n
    delta_z.array() = dh.array() * (n - h) * z * (1 - z);
    delta_n.array() = dh.array() * z * (1 - n.square());
    dh.array() *= 1 - z;
    // n = tanh(W_n [x; r ⊙ h; 1])
    transposed_product(W.block(2 * hidden_, inputs_, hidden_, hidden_), delta_n, tape.reset_error);
    delta_r.array() = tape.reset_error.array() * h * r * (1 - r);
    dh.array() += tape.reset_error.array() * r;
    // [r; z] = σ(W_rz [x; h; 1])
    add_transposed_product(W.block(0, inputs_, 2 * hidden_, hidden_), tape.delta.head(2 * hidden_), dh);
    if (input_error) {
      transposed_product(W.leftCols(inputs_), tape.delta, VectorView<Scalar>(input_error, inputs_));
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const auto tape = Tape<const Scalar>(*this, sweep.tape);
    auto dW = weights(gradient);
    window_product(sweep, sweep.visited, tape.delta.head(2 * hidden_), tape.v, dW.topRows(2 * hidden_),
                   accumulate);
    window_product(sweep, sweep.visited, tape.delta.tail(hidden_), tape.v_reset, dW.bottomRows(hidden_),
                   accumulate);
  }

  void restore(const Scalar* column, Scalar* state) const {
    VectorView<Scalar>(state, hidden_) = Tape<const Scalar>(*this, column).v.segment(inputs_, hidden_);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(weights(parameters), hidden_, random);
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, 3 * hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const GruCell& cell, Memory* column) : Tape(cell.inputs_, cell.hidden_, Slicer<Memory>(column)) {}
    Tape(int inputs, int hidden, Slicer<Memory> next)
        : gates(next.vector(3 * hidden)),
          delta(next.vector(3 * hidden)),
          reset_error(next.vector(hidden)),
          v(next.vector(inputs + hidden + 1)),
          v_reset(next.vector(inputs + hidden + 1)) {}

    VectorView<Memory> gates;        // r, z, n, after their activations
    VectorView<Memory> delta;        // dL/d(pre-activations)
    VectorView<Memory> reset_error;  // dL/d(r ⊙ h)
    VectorView<Memory> v;            // [x; h; 1]
    VectorView<Memory> v_reset;      // [x; r ⊙ h; 1]
  };

  template <class Memory>
  MatrixView<Memory> weights(Memory* parameters) const {
    return {parameters, 3 * hidden_, inputs_ + hidden_ + 1};
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

#include <eddy/cells/gru_cell_after.hpp>  // the other variant, a specialisation: never one without the other

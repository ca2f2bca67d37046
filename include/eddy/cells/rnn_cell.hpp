#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/activation.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// Simple recurrent network (Elman 1990, doi:10.1207/s15516709cog1402_1):
///
///   h_t = φ(W_xh x_t + W_hh h_{t−1} + b_h),   φ = tanh, or `Logistic` or `Relu` as a policy
///
/// The output is h. Parameters: one matrix W [Hidden, Inputs + Hidden + 1], column-major, over [x; h; 1].
/// State: h. Initial weights: Glorot-uniform for x, orthogonal for h, bias 0.
template <class Scalar_, int Inputs = Dynamic, int Hidden = Dynamic, Activation Phi = Tanh>
class RnnCell {
  static_assert(Phi::elementwise, "a cell's activation works on each unit by itself");

 public:
  using Scalar = Scalar_;
  static constexpr bool recurrent = true;

  static constexpr LayerSizes sizes(int inputs, int hidden) {
    return {.inputs = inputs,
            .outputs = hidden,
            .parameters = hidden * (inputs + hidden + 1),
            .state = hidden,
            .column = padded<Scalar>(2 * hidden + inputs + hidden + 1)};
  }
  static constexpr LayerSizes Sizes =
      Inputs == Dynamic || Hidden == Dynamic ? LayerSizes{Inputs, Hidden} : sizes(Inputs, Hidden);

  RnnCell() = default;
  RnnCell(int inputs, int hidden) : inputs_("inputs", inputs), hidden_("hidden", hidden) {}

  LayerSizes sizes() const { return sizes(inputs_, hidden_); }

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    VectorView<Scalar> h(state, hidden_);
    auto tape = Tape<Scalar>(*this, column);

    fuse(x, h, tape.v);
    product(weights(parameters), tape.v, tape.h);
    Phi::apply(tape.h);
    h = tape.h;
    return h.data();
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar* state_error, const Scalar* output_error,
                Scalar* input_error) const {
    const auto W = weights(parameters);
    VectorView<Scalar> dh(state_error, hidden_);
    auto tape = Tape<Scalar>(*this, column);

    if (output_error) {
      dh += VectorView<const Scalar>(output_error, hidden_);
    }
    // h = φ(W [x; h; 1])
    tape.delta = dh;
    Phi::backward(tape.h, tape.delta);
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
    VectorView<Scalar>(state, hidden_) = Tape<const Scalar>(*this, column).v.segment(inputs_, hidden_);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(weights(parameters), hidden_, random);
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const RnnCell& cell, Memory* column) : Tape(cell.inputs_, cell.hidden_, Slicer<Memory>(column)) {}
    Tape(int inputs, int hidden, Slicer<Memory> next)
        : h(next.vector(hidden)), delta(next.vector(hidden)), v(next.vector(inputs + hidden + 1)) {}

    VectorView<Memory> h;      // the new hidden state
    VectorView<Memory> delta;  // dL/d(pre-activations)
    VectorView<Memory> v;      // [x; h; 1]
  };

  template <class Memory>
  MatrixView<Memory> weights(Memory* parameters) const {
    return {parameters, hidden_, inputs_ + hidden_ + 1};
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

#pragma once

#include <eddy/cells/fused_weights.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/kind.hpp>

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
  static constexpr const char* kind = "RnnCell";
  using KindParts = Types<Phi>;
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

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    fuse(x, inputs_, state, hidden_, {column.v, tape.stride}, streams);
    activated_product<Phi>(weights(parameters), {column.v, tape.stride}, {column.h, tape.stride}, streams);
    for (int s = 0; s < streams; ++s) {
      std::copy_n(column.h + s * tape.stride, int{hidden_}, state.column(s));
    }
    return state;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> h{column.h, tape.stride}, delta{column.delta, tape.stride};
    const auto W = weights(parameters);
    if (output_error) {
      add_to(state_error, output_error, hidden_, streams);
    }
    // h = φ(W [x; h; 1])
    activation_backward<Phi, Scalar>(h, state_error, delta, hidden_, streams);
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
    std::copy_n(Tape<const Scalar>(*this, column).v + inputs_, int{hidden_}, state);
  }

  void initialize(Scalar* parameters, Random& random) const {
    initialize_fused(MatrixView<Scalar>(parameters, hidden_, inputs_ + hidden_ + 1), hidden_, random);
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit_fused(parameters, hidden_, inputs_, hidden_, visit);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const RnnCell& cell, Memory* column) : h(column), delta(h + cell.hidden_), v(delta + cell.hidden_) {}

    Memory* h;      // the new hidden state
    Memory* delta;  // dL/d(pre-activations)
    Memory* v;      // [x; h; 1]
  };

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return fused(parameters, hidden_, inputs_ + hidden_ + 1);
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Hidden> hidden_;
};

}  // namespace eddy

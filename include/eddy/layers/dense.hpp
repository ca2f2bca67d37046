#pragma once

#include <eddy/core/kernels.hpp>
#include <eddy/core/kind.hpp>

#include <algorithm>

namespace eddy {

/// Fully connected layer, y = φ(W x + b), φ one of `Identity`, `Tanh`, `Logistic`, `Relu`, `Softmax`.
///
/// Parameters: one matrix W [Outputs, Inputs + 1], column-major, over [x; 1]. No state. Initial weights:
/// Glorot-uniform, bias 0.
template <class Scalar_, int Inputs = Dynamic, int Outputs = Dynamic, Activation Phi = Identity>
class Dense {
 public:
  static constexpr const char* kind = "Dense";
  using KindParts = Types<Phi>;
  using Scalar = Scalar_;
  static constexpr bool recurrent = false;

  static constexpr LayerSizes sizes(int inputs, int outputs) {
    return {.inputs = inputs,
            .outputs = outputs,
            .parameters = outputs * (inputs + 1),
            .state = 0,
            .column = padded<Scalar>(2 * outputs + inputs + 1)};
  }
  static constexpr LayerSizes Sizes =
      Inputs == Dynamic || Outputs == Dynamic ? LayerSizes{Inputs, Outputs} : sizes(Inputs, Outputs);

  Dense() = default;
  Dense(int inputs, int outputs) : inputs_("inputs", inputs), outputs_("outputs", outputs) {}

  LayerSizes sizes() const { return sizes(inputs_, outputs_); }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar>,
                                Columns<Scalar> tape, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    for (int s = 0; s < streams; ++s) {
      Scalar* const v = column.v + s * tape.stride;
      std::copy_n(x.column(s), int{inputs_}, v);
      v[inputs_] = 1;
    }
    activated_product<Phi>(weights(parameters), {column.v, tape.stride}, {column.y, tape.stride}, streams);
    return {column.y, tape.stride};
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar>,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    const Columns<Scalar> y{column.y, tape.stride}, delta{column.delta, tape.stride};
    if (!output_error) {
      for (int s = 0; s < streams; ++s) {
        std::fill_n(delta.column(s), int{outputs_}, Scalar(0));
      }
      return false;
    }
    // y = φ(W [x; 1])
    activation_backward<Phi, Scalar>(y, output_error, delta, outputs_, streams);
    if (input_error) {
      transposed_product(weights(parameters).middle_columns(0, inputs_), delta, input_error, streams);
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const Tape<const Scalar> column(*this, sweep.tape);
    window_product(sweep, sweep.with_error, column.delta, column.v, weights(gradient), accumulate);
  }

  void restore(const Scalar*, Scalar*) const {}

  void initialize(Scalar* parameters, Random& random) const {
    glorot_uniform(MatrixView<Scalar>(parameters, outputs_, inputs_), random);
    std::fill_n(parameters + outputs_ * inputs_, int{outputs_}, Scalar(0));
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit("weight", parameters, outputs_, inputs_);
    visit("bias", parameters + outputs_ * inputs_, outputs_, 1);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const Dense& layer, Memory* column)
        : y(column), delta(y + layer.outputs_), v(delta + layer.outputs_) {}

    Memory* y;
    Memory* delta;  // dL/d(pre-activations)
    Memory* v;      // [x; 1]
  };

  template <class Memory>
  MatrixPart<Memory> weights(Memory* parameters) const {
    return {parameters, outputs_, inputs_ + 1, outputs_};
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Outputs> outputs_;
};

}  // namespace eddy

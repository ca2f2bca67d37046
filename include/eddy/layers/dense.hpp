#pragma once

#include <eddy/core/activation.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// Fully connected layer, y = φ(W x + b), φ one of `Identity`, `Tanh`, `Logistic`, `Relu`, `Softmax`.
///
/// Parameters: one matrix W [Outputs, Inputs + 1], column-major, over [x; 1]. No state. Initial weights:
/// Glorot-uniform, bias 0.
template <class Scalar_, int Inputs = Dynamic, int Outputs = Dynamic, Activation Phi = Identity>
class Dense {
 public:
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

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar*, Scalar* column) const {
    auto tape = Tape<Scalar>(*this, column);
    tape.v.head(inputs_) = VectorView<const Scalar>(x, inputs_);
    tape.v(tape.v.size() - 1) = 1;
    product(weights(parameters), tape.v, tape.y);
    Phi::apply(tape.y);
    return tape.y.data();
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar*, const Scalar* output_error,
                Scalar* input_error) const {
    auto tape = Tape<Scalar>(*this, column);
    if (!output_error) {
      tape.delta.setZero();
      return false;
    }
    // y = φ(W [x; 1])
    tape.delta = VectorView<const Scalar>(output_error, outputs_);
    Phi::backward(tape.y, tape.delta);
    if (input_error) {
      transposed_product(weights(parameters).leftCols(inputs_), tape.delta,
                         VectorView<Scalar>(input_error, inputs_));
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    const auto tape = Tape<const Scalar>(*this, sweep.tape);
    window_product(sweep, sweep.with_error, tape.delta, tape.v, weights(gradient), accumulate);
  }

  void restore(const Scalar*, Scalar*) const {}

  void initialize(Scalar* parameters, Random& random) const {
    auto W = weights(parameters);
    glorot_uniform(W.leftCols(inputs_), random);
    W.col(W.cols() - 1).setZero();
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
    Tape(const Dense& layer, Memory* column) : Tape(layer.inputs_, layer.outputs_, Slicer<Memory>(column)) {}
    Tape(int inputs, int outputs, Slicer<Memory> next)
        : y(next.vector(outputs)), delta(next.vector(outputs)), v(next.vector(inputs + 1)) {}

    VectorView<Memory> y;
    VectorView<Memory> delta;  // dL/d(pre-activations)
    VectorView<Memory> v;      // [x; 1]
  };

  template <class Memory>
  MatrixView<Memory> weights(Memory* parameters) const {
    return {parameters, outputs_, inputs_ + 1};
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Outputs> outputs_;
};

}  // namespace eddy

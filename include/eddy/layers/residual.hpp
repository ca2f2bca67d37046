#pragma once

#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// y = x + f(x) for a layer f with as many outputs as inputs (He et al. 2016, arXiv:1512.03385): error
/// reaches what lies below undiminished. Parameters and state are those of f.
template <Layer Inner>
class Residual {
  static_assert(Inner::Sizes.inputs == Dynamic || Inner::Sizes.outputs == Dynamic ||
                    Inner::Sizes.inputs == Inner::Sizes.outputs,
                "a residual layer needs as many outputs as inputs");

 public:
  using Scalar = typename Inner::Scalar;
  static constexpr bool recurrent = Inner::recurrent;
  static constexpr LayerSizes Sizes = [] {
    LayerSizes sizes = Inner::Sizes;
    sizes.column = add(sizes.column, padded<Scalar>(sizes.outputs));
    return sizes;
  }();

  Residual() = default;
  explicit Residual(Inner inner) : inner_(std::move(inner)) {
    if (const LayerSizes sizes = inner_.sizes(); sizes.inputs != sizes.outputs) {
      fail("a residual layer needs as many outputs as inputs, has " + std::to_string(sizes.inputs) +
           " inputs and " + std::to_string(sizes.outputs) + " outputs");
    }
  }

  LayerSizes sizes() const {
    LayerSizes sizes = inner_.sizes();
    sizes.column += padded<Scalar>(sizes.outputs);
    return sizes;
  }

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    const LayerSizes sizes = inner_.sizes();
    VectorView<Scalar> y(column + sizes.column, sizes.outputs);
    const Scalar* const f = inner_.forward(parameters, x, state, column);
    y = VectorView<const Scalar>(x, sizes.outputs) + VectorView<const Scalar>(f, sizes.outputs);
    return y.data();
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar* state_error, const Scalar* output_error,
                Scalar* input_error) const {
    const bool error = inner_.backward(parameters, column, state_error, output_error, input_error);
    if (input_error && output_error) {
      VectorView<Scalar>(input_error, inner_.sizes().outputs) +=
          VectorView<const Scalar>(output_error, inner_.sizes().outputs);
    }
    return error;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    inner_.gradient(sweep, gradient, accumulate);
  }
  void restore(const Scalar* column, Scalar* state) const { inner_.restore(column, state); }
  void initialize(Scalar* parameters, Random& random) const { inner_.initialize(parameters, random); }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    inner_.visit_parameters(parameters, visit);
  }

 private:
  [[no_unique_address]] Inner inner_;
};

}  // namespace eddy

#pragma once

#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// y = [f(x); x]: the input travels past a layer f, so that what comes next, usually the read-out, sees both.
/// A linear read-out over [h; x] has an autoregression inside it, which many real streams need. Parameters
/// and state are those of f.
template <Layer Inner>
class Skip {
 public:
  using Scalar = typename Inner::Scalar;
  static constexpr bool recurrent = Inner::recurrent;
  static constexpr LayerSizes Sizes = [] {
    LayerSizes sizes = Inner::Sizes;
    sizes.outputs = add(sizes.outputs, sizes.inputs);
    sizes.column = add(sizes.column, padded<Scalar>(sizes.outputs));
    return sizes;
  }();

  Skip() = default;
  explicit Skip(Inner inner) : inner_(std::move(inner)) {}

  LayerSizes sizes() const {
    LayerSizes sizes = inner_.sizes();
    sizes.outputs += sizes.inputs;
    sizes.column += padded<Scalar>(sizes.outputs);
    return sizes;
  }

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    const LayerSizes sizes = inner_.sizes();
    Scalar* const y = column + sizes.column;
    const Scalar* const f = inner_.forward(parameters, x, state, column);
    VectorView<Scalar>(y, sizes.outputs) = VectorView<const Scalar>(f, sizes.outputs);
    VectorView<Scalar>(y + sizes.outputs, sizes.inputs) = VectorView<const Scalar>(x, sizes.inputs);
    return y;
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar* state_error, const Scalar* output_error,
                Scalar* input_error) const {
    const LayerSizes sizes = inner_.sizes();
    const bool error = inner_.backward(parameters, column, state_error, output_error, input_error);
    if (input_error && output_error) {
      VectorView<Scalar>(input_error, sizes.inputs) +=
          VectorView<const Scalar>(output_error + sizes.outputs, sizes.inputs);
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

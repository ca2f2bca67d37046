#pragma once

#include <eddy/core/kernels.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/touched.hpp>

#include <algorithm>

namespace eddy {

/// y = [f(x); x]: the input travels past a layer f, so that what comes next, usually the read-out, sees both.
/// A linear read-out over [h; x] has an autoregression inside it, which many real streams need. Parameters
/// and state are those of f.
template <Layer Inner>
class Skip {
 public:
  static constexpr const char* kind = "Skip";
  using KindParts = Types<Inner>;
  using Scalar = typename Inner::Scalar;
  static constexpr bool recurrent = Inner::recurrent;
  static constexpr int SparseColumns = sparse_columns_at_compile_time<Inner>();
  static constexpr LayerSizes Sizes = [] {
    LayerSizes sizes = Inner::Sizes;
    sizes.outputs = add(sizes.outputs, sizes.inputs);
    sizes.column = add(sizes.column, padded<Scalar>(sizes.outputs));
    return sizes;
  }();

  Skip() = default;
  explicit Skip(Inner inner) : inner_(std::move(inner)) {
    const LayerSizes sizes = inner_.sizes();
    const int outputs = add(sizes.outputs, sizes.inputs);
    add(sizes.column, padded<Scalar>(outputs));  // refuses what `sizes()` could not say
  }

  LayerSizes sizes() const {
    LayerSizes sizes = inner_.sizes();
    sizes.outputs += sizes.inputs;
    sizes.column += padded<Scalar>(sizes.outputs);
    return sizes;
  }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    const LayerSizes sizes = inner_.sizes();
    const Columns<Scalar> y = tape.from(sizes.column);
    const Columns<const Scalar> f = inner_.forward(parameters, x, state, tape, streams);
    for (int s = 0; s < streams; ++s) {
      std::copy_n(f.column(s), sizes.outputs, y.column(s));
      std::copy_n(x.column(s), sizes.inputs, y.column(s) + sizes.outputs);
    }
    return y;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    const LayerSizes sizes = inner_.sizes();
    const bool error = inner_.backward(parameters, tape, state_error, output_error, input_error, streams);
    if (input_error && output_error) {
      add_to(input_error, output_error.from(sizes.outputs), sizes.inputs, streams);
    }
    return error;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    inner_.gradient(sweep, gradient, accumulate);
  }
  constexpr bool learns() const { return eddy::learns(inner_); }
  constexpr bool reaches_back() const { return eddy::reaches_back(inner_); }
  int sparse_columns() const { return eddy::sparse_columns(inner_); }
  template <class Visit>
  void visit_blocks(Visit&& visit) const {
    eddy::visit_blocks(inner_, visit);
  }
  template <class Visit>
  void touched(const Sweep<Scalar>& sweep, Visit&& visit) const {
    visit_touched(inner_, sweep, visit);
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

#pragma once

#include <eddy/core/kind.hpp>
#include <eddy/core/touched.hpp>

#include <utility>

namespace eddy {

/// A layer whose parameters rest where they are: they get no gradient and no update. Error passes through it
/// to what lies below; where nothing below learns, the sweep ends above it, and where nothing that it passes
/// has a memory, it does not go back in time. Parameters and state are those of the layer inside.
///
/// `Online::freeze` does the same to a layer of a `Sequential` for a while.
template <Layer Inner>
class Frozen {
 public:
  static constexpr const char* kind = "Frozen";
  using KindParts = Types<Inner>;
  using Scalar = typename Inner::Scalar;
  static constexpr bool recurrent = Inner::recurrent;
  static constexpr LayerSizes Sizes = Inner::Sizes;

  Frozen() = default;
  explicit Frozen(Inner inner) : inner_(std::move(inner)) {}

  LayerSizes sizes() const { return inner_.sizes(); }

  /// Whether the parameters are to be learned.
  static constexpr bool learns() { return false; }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    return inner_.forward(parameters, x, state, tape, streams);
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    return input_error && inner_.backward(parameters, tape, state_error, output_error, input_error, streams);
  }

  void gradient(const Sweep<Scalar>&, Scalar*, bool) const {}
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

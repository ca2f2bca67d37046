#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/forward_stream.hpp>

#include <utility>

namespace eddy {

/// A network that runs forward only, with weights that rest: an extractor of features for a head that learns.
/// It has no gradient, no window and no optimizer, and so costs a step and its weights.
///
/// A sample that is not finite gives features that are NaN, and leaves the state as it was.
template <Layer Network_>
class Features {
 public:
  static constexpr const char* kind = "Features";
  using KindParts = Types<Network_>;
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs;
  static constexpr bool fixed = Sizes.fixed();

  /// What `predict` returns where sizes are fixed; else a view that is valid until the next prediction.
  using Prediction = typename ForwardStream<Network>::Prediction;

  /// Draws the weights from `seed`.
  explicit Features(std::uint64_t seed = 1) requires(fixed) : Features(Network(), seed) {}
  /// With initial weights drawn from the seed.
  explicit Features(Network network, std::uint64_t seed = 1)
      : network_(std::move(network)),
        parameters_(padded<Scalar>(network_.sizes().parameters)),
        stream_(network_.sizes()) {
    Random random(seed);
    network_.initialize(parameters_.data(), random);
  }

  int inputs() const { return network_.sizes().inputs; }
  int outputs() const { return network_.sizes().outputs; }

  /// The newest step, counted from 1.
  Time time() const { return stream_.time(); }

  /// Takes one step; returns the features, which stay valid until the next.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) {
    return stream_.step(network_, parameters_.data(), x);
  }

  /// What `step(x)` would return, bit for bit; changes nothing.
  template <Values X>
  auto predict(const X& x) const {
    return stream_.predict(network_, parameters_.data(), x);
  }

  /// The latest features; zero before the first step.
  VectorView<const Scalar, Outputs> prediction() const { return stream_.prediction(); }

  /// Goes back to the initial state; time goes on.
  void reset() { stream_.reset(); }

  /// All weights, as one contiguous vector on a cache line; assignable.
  Eigen::Map<Vector<Scalar, Sizes.parameters>, alignment> parameters() {
    return {parameters_.data(), network_.sizes().parameters};
  }
  /// All weights, to be read only.
  Eigen::Map<const Vector<Scalar, Sizes.parameters>, alignment> parameters() const {
    return {parameters_.data(), network_.sizes().parameters};
  }

  const Network& network() const { return network_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("parameters", self.parameters_);
    ForwardStream<Network>::visit_state(self.stream_, visit);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(stream_.time()); }

 private:
  [[no_unique_address]] Network network_;
  Storage<Scalar, padded<Scalar>(Sizes.parameters)> parameters_;
  ForwardStream<Network> stream_;
};

}  // namespace eddy

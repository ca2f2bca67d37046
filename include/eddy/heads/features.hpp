#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/stream.hpp>

#include <utility>

namespace eddy {

/// A network that runs forward only, with weights that rest: an extractor of features for a head that learns.
/// It has no gradient, no window and no optimizer, and so costs a step and its weights.
///
/// A sample that is not finite gives features that are NaN, and leaves the state as it was.
template <Layer Network_>
class Features {
 public:
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs;
  static constexpr bool fixed = Sizes.fixed();

  /// What `predict` returns where sizes are fixed; else a view that is valid until the next prediction.
  using Prediction = Eigen::Matrix<Scalar, Outputs, 1, int{Eigen::ColMajor} | int{Eigen::DontAlign}>;

  /// Draws the weights from `seed`.
  explicit Features(std::uint64_t seed = 1) requires(fixed) : Features(Network(), seed) {}
  explicit Features(Network network, std::uint64_t seed = 1)
      : network_(std::move(network)),
        parameters_(padded<Scalar>(network_.sizes().parameters)),
        own_(network_.sizes()),
        scratch_(network_.sizes()) {
    Random random(seed);
    network_.initialize(parameters_.data(), random);
  }

  int inputs() const { return network_.sizes().inputs; }
  int outputs() const { return network_.sizes().outputs; }

  /// The newest step, counted from 1.
  Time time() const { return time_; }

  /// Takes one step; returns the features, which stay valid until the next.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) {
    check_size<Inputs>("x", x, inputs());
    ++time_;
    return advance(x, own_);
  }

  /// What `step(x)` would return, bit for bit; changes nothing.
  template <Values X>
  auto predict(const X& x) const {
    check_size<Inputs>("x", x, inputs());
    if constexpr (fixed) {
      Scratch<Network> scratch(network_.sizes());
      return Prediction(predict(x, scratch));
    } else {
      return predict(x, scratch_);
    }
  }

  /// The latest features; zero before the first step.
  VectorView<const Scalar, Outputs> prediction() const { return {own_.output.data(), outputs()}; }

  /// Goes back to the initial state; time goes on.
  void reset() {
    std::fill_n(own_.state.data(), network_.sizes().state, Scalar(0));
    std::fill_n(own_.output.data(), outputs(), Scalar(0));
  }

  /// All weights, as one contiguous vector on a cache line; assignable.
  Eigen::Map<Vector<Scalar, Sizes.parameters>, alignment> parameters() {
    return {parameters_.data(), network_.sizes().parameters};
  }
  Eigen::Map<const Vector<Scalar, Sizes.parameters>, alignment> parameters() const {
    return {parameters_.data(), network_.sizes().parameters};
  }

  const Network& network() const { return network_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("parameters", self.parameters_);
    visit("state", self.own_.state);
    visit("features", self.own_.output);
    visit("time", self.time_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(time_); }

 private:
  struct NoScratch {
    explicit NoScratch(const LayerSizes&) {}
  };

  template <class X>
  VectorView<const Scalar, Outputs> advance(const X& x, Scratch<Network>& room) const {
    const LayerSizes sizes = network_.sizes();
    copy_values<Inputs>(x, room.input.data(), sizes.inputs);
    Tape<Network, 1>::advance(network_, sizes, parameters_.data(), room.input.data(), room.state.data(),
                              room.column.data(), room.output.data());
    return {room.output.data(), sizes.outputs};
  }

  template <class X>
  VectorView<const Scalar, Outputs> predict(const X& x, Scratch<Network>& room) const {
    std::copy_n(own_.state.data(), network_.sizes().state, room.state.data());
    return advance(x, room);
  }

  [[no_unique_address]] Network network_;
  Storage<Scalar, padded<Scalar>(Sizes.parameters)> parameters_;
  Scratch<Network> own_;
  Time time_ = 0;
  [[no_unique_address]] mutable std::conditional_t<fixed, NoScratch, Scratch<Network>> scratch_;
};

}  // namespace eddy

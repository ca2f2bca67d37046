#pragma once

#include <eddy/core/kind.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/stream.hpp>

#include <cstdint>

namespace eddy {

/// One stream through a network that runs forward only: the state that it carries on and its latest outputs,
/// without a window to learn from. Network and weights are arguments, so they may be others at each step.
template <Layer Network_>
class ForwardStream {
 public:
  static constexpr const char* kind = "ForwardStream";
  using KindParts = Types<Network_>;
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs;
  static constexpr bool fixed = Sizes.fixed();

  /// What `predict` returns where sizes are fixed; else a view that is valid until the next prediction.
  using Prediction = Eigen::Matrix<Scalar, Outputs, 1, int{Eigen::ColMajor} | int{Eigen::DontAlign}>;

  template <class X>
  static constexpr bool certain = size_is_certain<X, Inputs>() && fixed;

  /// A stream at its initial state.
  explicit ForwardStream(const LayerSizes& sizes) : own_(sizes), scratch_(sizes) {}

  /// The newest step, counted from 1.
  Time time() const { return time_; }

  /// Takes one step; returns the outputs, which stay valid until the next. A sample that is not finite gives
  /// NaN, and leaves the state as it was.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const Network& network, const Scalar* parameters,
                                         const X& x) noexcept(certain<X>) {
    check(network, x);
    ++time_;
    return advance(network, parameters, x, own_);
  }

  /// What `step` would return, bit for bit; changes nothing.
  template <Values X>
  auto predict(const Network& network, const Scalar* parameters, const X& x) const noexcept(certain<X>) {
    check(network, x);
    if constexpr (fixed) {
      Scratch<Network> scratch(network.sizes());
      return Prediction(predict(network, parameters, x, scratch));
    } else {
      return predict(network, parameters, x, scratch_);
    }
  }

  /// The latest outputs; zero before the first step.
  VectorView<const Scalar, Outputs> prediction() const {
    return {own_.output.data(), static_cast<int>(own_.output.size())};
  }

  /// Goes back to the initial state; time goes on.
  void reset() {
    std::fill_n(own_.state.data(), own_.state.size(), Scalar(0));
    std::fill_n(own_.output.data(), own_.output.size(), Scalar(0));
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("state", self.own_.state);
    visit("features", self.own_.output);
    visit("time", self.time_);
  }

 private:
  struct NoScratch {
    explicit NoScratch(const LayerSizes&) {}
  };

  template <class X>
  void check(const Network& network, const X& x) const noexcept(certain<X>) {
    if constexpr (!fixed) {
      if (own_.column.size() != network.sizes().column) {
        fail_moved_from("the stream");
      }
    }
    check_size<Inputs>("x", x, network.sizes().inputs);
  }

  template <class X>
  static VectorView<const Scalar, Outputs> advance(const Network& network, const Scalar* parameters,
                                                   const X& x, Scratch<Network>& room) {
    const LayerSizes sizes = network.sizes();
    copy_values<Inputs>(x, room.input.data(), sizes.inputs);
    Tape<Network, 1>::advance(network, sizes, parameters, room.input.data(), room.state.data(),
                              room.column.data(), room.output.data());
    return {room.output.data(), sizes.outputs};
  }

  template <class X>
  VectorView<const Scalar, Outputs> predict(const Network& network, const Scalar* parameters, const X& x,
                                            Scratch<Network>& room) const {
    std::copy_n(own_.state.data(), own_.state.size(), room.state.data());
    return advance(network, parameters, x, room);
  }

  Scratch<Network> own_;
  Time time_ = 0;
  [[no_unique_address]] mutable std::conditional_t<fixed, NoScratch, Scratch<Network>> scratch_;
};

}  // namespace eddy

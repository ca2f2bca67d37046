#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/loss.hpp>

#include <algorithm>

namespace eddy {

/// What a prediction works on so that it changes nothing.
template <Layer Network>
struct Scratch {
  using Scalar = typename Network::Scalar;
  static constexpr LayerSizes Sizes = Network::Sizes;

  explicit Scratch(const LayerSizes& sizes)
      : input(sizes.inputs), state(sizes.state), column(sizes.column), output(sizes.outputs) {}

  Storage<Scalar, Sizes.inputs> input;
  Storage<Scalar, Sizes.state> state;
  Storage<Scalar, Sizes.column> column;
  Storage<Scalar, Sizes.outputs> output;
};

/// A label as numbers. A masked target has value 0 and weight 0; without any label all weights are 0.
template <class Scalar>
struct Label {
  VectorView<Scalar> target, weight;
};

/// All that one stream remembers: the tape of the credit rule, and the labels of the steps in its window.
template <Layer Network_, class Credit, int Targets_>
struct StreamMemory {
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Tape = typename Credit::template Tape<Network>;
  using Time = typename Tape::Time;
  static constexpr int Targets = Targets_, Outputs = Network::Sizes.outputs;
  static constexpr int Window = Credit::WindowAtCompileTime, Stride = Credit::StrideAtCompileTime;
  static constexpr bool fixed = Network::Sizes.fixed() && Window != Dynamic;

  StreamMemory(const Network& network, int target_count, const Credit& credit)
      : targets(target_count),
        tape(network, credit),
        labels(Index{2} * targets * credit.slots()),
        error(network.sizes().outputs),
        scratch(network.sizes()) {}

  Label<Scalar> label(Time step) {
    Scalar* const memory = labels.data() + Index{2} * tape.slot_of(step) * targets;
    return {{memory, targets}, {memory + targets, targets}};
  }

  /// Takes the step whose input was written to the tape.
  void step(const Network& network, const Scalar* parameters) {
    tape.step(network, parameters);
    label(tape.time()).weight.setZero();
  }

  /// The loss of the prediction at a step under its label. Its gradient enters the tape, unless one of the
  /// two is not finite; then the label is taken away.
  template <Loss L>
  Scalar enter(Time step, const L& loss) {
    const auto own = label(step);
    VectorView<Scalar> gradient(error.data(), tape.prediction(step).size());
    const Scalar value = evaluate(loss, tape.prediction(step), own.target, own.weight, gradient);
    if (is_finite(value) && all_finite(gradient.data(), gradient.size())) {
      tape.enter(step, gradient);
      return value;
    }
    label(step).weight.setZero();
    return not_a_number<Scalar>;
  }

  /// With fixed sizes predictions work on the stack.
  struct NoScratch {
    explicit NoScratch(const LayerSizes&) {}
  };

  int targets;
  Tape tape;
  Storage<Scalar, multiply(2, multiply(Targets, Credit::SlotsAtCompileTime))>
      labels;  ///< targets, then weights, a column a step
  Storage<Scalar, Outputs> error;
  [[no_unique_address]] mutable std::conditional_t<fixed, NoScratch, Scratch<Network>> scratch;
};

}  // namespace eddy

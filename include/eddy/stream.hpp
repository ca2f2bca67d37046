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
        labels(std::int64_t{credit.slots()} + 1, Index{2} * targets),
        error(network.sizes().outputs),
        scratch(network.sizes()) {}

  /// All that came for a step so far.
  Label<Scalar> label(Time step) { return label_at(1 + tape.slot_of(step)); }

  /// Where a label is written when it comes, before it is entered.
  Label<Scalar> incoming() { return label_at(0); }

  /// Takes the step whose input was written to the tape.
  void step(const Network& network, const Scalar* parameters) {
    tape.step(network, parameters);
    label(tape.time()).weight.setZero();
  }

  /// The loss of the prediction at a step under the incoming label. Its gradient enters the tape, and its
  /// targets those of the step, which may have had labels for others of its targets before; unless loss or
  /// gradient is not finite.
  template <Loss L>
  Scalar enter(Time step, const L& loss) {
    auto in = incoming(), all = label(step);
    VectorView<Scalar> gradient(error.data(), tape.prediction(step).size());
    const Scalar value = evaluate(loss, tape.prediction(step), in.target, in.weight, gradient);
    if (!is_finite(value) || !all_finite(gradient.data(), gradient.size())) {
      return not_a_number<Scalar>;
    }
    tape.enter(step, gradient);
    for (int i = 0; i < targets; ++i) {
      if (in.weight(i) != 0) {
        all.target(i) = in.target(i);
        all.weight(i) = in.weight(i);
      }
    }
    return value;
  }

  /// With fixed sizes predictions work on the stack.
  struct NoScratch {
    explicit NoScratch(const LayerSizes&) {}
  };

  int targets;
  Tape tape;
  Storage<Scalar, multiply(2, multiply(Targets, add(Credit::SlotsAtCompileTime, 1)))>
      labels;  ///< targets, then weights: a column for what comes in, and one a step
  Storage<Scalar, Outputs> error;
  /// What a prediction works on.
  [[no_unique_address]] mutable std::conditional_t<fixed, NoScratch, Scratch<Network>> scratch;

 private:
  Label<Scalar> label_at(int column) {
    Scalar* const memory = labels.data() + Index{2} * column * targets;
    return {{memory, targets}, {memory + targets, targets}};
  }
};

}  // namespace eddy

#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/touched.hpp>
#include <eddy/loss.hpp>
#include <eddy/stream.hpp>
#include <eddy/streaming/rehearsal.hpp>

namespace eddy {

/// The windows that a policy keeps. Each takes state + inputs · window + 2 · targets · stride scalars: the
/// state that it starts from, its inputs, and the labels of its newest steps.
template <Rehearsal Policy, class Scalar, int Inputs, int State, int Targets, int Window, int Stride>
class KeptWindows {
  static constexpr int Size =
      add(add(State, multiply(Inputs, Window)), multiply(2, multiply(Targets, Stride)));

 public:
  /// One of them, to read or to write.
  template <class Memory>
  struct View {
    Memory* state;
    Memory* inputs;
    Memory* labels;
    int input_size, label_size;

    /// Counted from the oldest step.
    Memory* input(int step) const { return inputs + Index{step} * input_size; }
    /// Counted back from the newest step.
    Memory* label(int age) const { return labels + Index{age} * label_size; }
  };

  template <class Credit>
  KeptWindows(const Policy& policy, const LayerSizes& sizes, int targets, const Credit& credit)
      : capacity_(policy.replays > 0 ? policy.capacity : 0),
        state_(sizes.state),
        inputs_(sizes.inputs),
        window_(credit.window),
        labels_(2 * targets),
        size_(state_ + Index{inputs_} * window_ + Index{labels_} * credit.stride),
        windows_(capacity_, size_),
        steps_(capacity_) {}

  /// How many windows there are to draw from.
  int size() const { return static_cast<int>((std::min)(seen_, std::int64_t{capacity_})); }

  /// The number of one of them, drawn uniformly.
  int draw(Random& random) const {
    return static_cast<int>(random.below(static_cast<std::uint64_t>(size())));
  }

  View<const Scalar> window(int index) const { return view(windows_.data() + index * size_); }
  int steps(int index) const { return steps_.data()[index]; }

  /// Begins anew: nothing has been seen.
  void forget() { seen_ = 0; }

  /// Offers the next window of the stream; `write(view)` fills it in if the policy keeps it.
  template <class Write>
  void offer(int steps, Random& random, Write&& write) {
    if (capacity_ == 0) {
      return;
    }
    const std::int64_t place = Policy::place(++seen_, capacity_, random);
    if (place < capacity_) {
      steps_.data()[place] = steps;
      write(view(windows_.data() + place * size_));
    }
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("windows", self.windows_);
    visit("steps", self.steps_);
    visit("seen", self.seen_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto fits = [&](int steps) { return steps >= 1 && steps <= window_; };
    return is_count(seen_) && std::all_of(steps_.data(), steps_.data() + size(), fits);
  }

 private:
  template <class Memory>
  View<Memory> view(Memory* memory) const {
    return {memory, memory + state_, memory + state_ + Index{inputs_} * window_, inputs_, labels_};
  }

  /// Whether all windows lie in the object; of a model that was moved from, others are gone, and none is
  /// kept.
  static constexpr bool inside = multiply(Size, Policy::Capacity) != Dynamic;

  SizeBeside<inside> capacity_;
  int state_, inputs_, window_, labels_;
  Index size_;
  Storage<Scalar, multiply(Size, Policy::Capacity)> windows_;
  Storage<int, inside ? Policy::Capacity : Dynamic> steps_;
  std::int64_t seen_ = 0;
};

/// The rehearsal of a model: the windows that it keeps, and the stream memory that they are run through
/// again.
template <Rehearsal Policy, class Memory>
class RehearsalMemory {
  using Network = typename Memory::Network;
  using Scalar = typename Network::Scalar;
  using Time = typename Memory::Tape::Time;

 public:
  template <class Credit>
  RehearsalMemory(const Policy& policy, const Network& network, int targets, const Credit& credit)
      : replays_(policy.replays),
        stride_(credit.stride),
        kept_(policy, network.sizes(), targets, credit),
        again_(network, targets, credit) {}

  /// How many windows are rehearsed beside the next update: none while there is none.
  int replays() const { return kept_.size() > 0 ? replays_ : 0; }

  /// Forgets all windows.
  void forget() { kept_.forget(); }

  /// Runs one of the kept windows again, from the state it started from and with the weights of today, and
  /// adds its gradient, times `share`.
  template <Loss L>
  void rehearse(const Network& network, const Scalar* parameters, const L& loss, Scalar share,
                Scalar* gradient, Touched<Network>& touched, Random& random) {
    auto& tape = again_.tape;
    const int index = kept_.draw(random), steps = kept_.steps(index);
    const auto window = kept_.window(index);
    tape.begin(window.state);
    for (int step = 0; step < steps; ++step) {
      std::copy_n(window.input(step), network.sizes().inputs, tape.next_input());
      tape.step(network, parameters);
    }
    for (int age = 0; age < (std::min)(steps, stride_); ++age) {
      const Time step = tape.time() - age;
      auto label = again_.incoming();
      std::copy_n(window.label(age), 2 * again_.targets, label.target.data());
      if (!label.weight.isZero(0) && !tape.is_gap(step)) {
        again_.enter(step, loss);
      }
    }
    if (tape.pending() > 0) {
      tape.sweep(network, parameters, share, gradient, true, touched);
    }
  }

  /// Offers the window of a stream that ends at step `newest`.
  void keep(Memory& stream, const Network& network, Time newest, Random& random) {
    auto& tape = stream.tape;
    Time first = tape.oldest();
    while (tape.is_gap(first)) {  // a window starts from a state, which a gap does not keep
      ++first;
    }
    kept_.offer(static_cast<int>(newest - first) + 1, random, [&](auto window) {
      tape.state_before(first, network, window.state);
      for (Time step = first; step <= newest; ++step) {
        std::copy_n(tape.input(step), network.sizes().inputs, window.input(static_cast<int>(step - first)));
      }
      for (int age = 0; age < stride_; ++age) {
        if (newest - age >= first) {
          std::copy_n(stream.label(newest - age).target.data(), 2 * stream.targets, window.label(age));
        } else {
          std::fill_n(window.label(age), 2 * stream.targets, Scalar(0));
        }
      }
    });
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("kept", self.kept_);
  }

 private:
  int replays_, stride_;
  KeptWindows<Policy, Scalar, Network::Sizes.inputs, Network::Sizes.state, Memory::Targets, Memory::Window,
              Memory::Stride>
      kept_;
  Memory again_;
};

/// The rehearsal of a model that has none: nothing, at no cost.
template <class Memory>
class RehearsalMemory<NoRehearsal, Memory> {
 public:
  template <class... Anything>
  explicit RehearsalMemory(const Anything&...) {}
  static constexpr int replays() { return 0; }
  static void forget() {}
  template <class... Anything>
  static void rehearse(Anything&&...) {}
  template <class... Anything>
  static void keep(Anything&&...) {}
  template <class Self, class Visit>
  static void visit_state(Self&, Visit&&) {}
};

}  // namespace eddy

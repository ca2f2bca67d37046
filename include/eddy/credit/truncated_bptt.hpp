#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/core/touched.hpp>
#include <eddy/credit/credit.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace eddy {

template <Layer Network, int Window>
class Tape;

/// Truncated back-propagation through time, TBPTT(k1, k2) of Williams & Peng 1990
/// (doi:10.1162/neco.1990.2.4.490) with k2 = `window` and k1 = `stride`: every `stride` samples the errors
/// that have come in since go back, in one sweep, through the stored activations of the last `window` steps.
/// While the stream is shorter than the window, through what there is. Both may be `Dynamic`.
///
/// The activations are those of the forward pass, made with weights up to `window` updates old; the gradient
/// is exact while weights rest.
template <int Window = 16, int Stride = 1>
struct TruncatedBptt {
  static constexpr const char* kind = "TruncatedBptt";
  static_assert(Window == Dynamic || Window > 0, "the window of TruncatedBptt must be at least 1 step");
  static_assert(Stride == Dynamic || Stride > 0, "the stride of TruncatedBptt must be at least 1 step");
  static_assert(
      Window == Dynamic || Stride == Dynamic || Stride <= Window,
      "the stride of TruncatedBptt must not exceed its window: error would leave the window unused");

  int window = fixed_or(Window, 16);  ///< steps that error goes back through, at least 1
  int stride = fixed_or(Stride, 1);   ///< steps from update to update, 1 … window

  /// Where a sweep may stop: once the 2-norm of what is left of the error of the state is no more than this
  /// part of the largest that it was, after the last error has entered. 0, the default: at the end of the
  /// window. After Aicher, Foti & Fox 2019, arXiv:1905.07473, who bound the bias; docs/performance.md has
  /// what it saves and costs.
  double tolerance = 0;

  static constexpr int WindowAtCompileTime = Window;
  static constexpr int StrideAtCompileTime = Stride;
  static constexpr int SlotsAtCompileTime = Window;

  /// How many steps a stream keeps.
  int slots() const { return window; }

  /// What one stream of a network remembers.
  template <Layer Network>
  using Tape = eddy::Tape<Network, Window>;

  /// Throws unless 1 ≤ stride ≤ window, and both are what the type fixes.
  void check() const {
    check_fixed<Window>("the window", window);
    check_fixed<Stride>("the stride", stride);
    if (stride > window) {
      fail("the stride is ", stride, ", expected at most the window, ", window,
           ": error would leave the window unused");
    }
    check_setting("tolerance", tolerance, from_below(0, 1));
  }
};

/// What one stream remembers for `TruncatedBptt`: the state of the network, and a ring with a column for each
/// of the last `window` steps.
///
/// Time counts steps from 1 and is not turned back by `reset()`, so that a label on its way cannot meet the
/// wrong step. A step whose input or new state is not finite is a gap: the state stays, the prediction is
/// NaN, error passes over it.
template <Layer Network, int Window>
class Tape {
 public:
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs;

  /// Empty, for streams of this network.
  template <class Settings>
  Tape(const Network& network, const Settings& settings)
      : window_(settings.window),
        stride_(settings.stride),
        tolerance_(static_cast<Scalar>(settings.tolerance)),
        sizes_(network.sizes()),
        state_(sizes_.state),
        state_error_(sizes_.state),
        columns_(window_, sizes_.column),
        inputs_(window_, sizes_.inputs),
        outputs_(window_, sizes_.outputs),
        errors_(window_, sizes_.outputs),
        error_(sizes_.outputs),
        slots_(window_) {}

  /// Whether it was moved from, and has no memory any more.
  bool was_moved_from() const { return window_ == 0; }

  /// Whether the memory is that of a network of these sizes under these settings.
  template <class Settings>
  bool fits(const LayerSizes& sizes, const Settings& settings) const {
    return sizes_ == sizes && window_ == settings.window && stride_ == settings.stride;
  }

  /// Forgets the stream: initial state, empty window.
  void reset() { begin(nullptr); }

  /// Forgets the stream, and goes on from `state`, or from the initial state, zero, if that is null.
  void begin(const Scalar* state) {
    before_ += steps_;
    steps_ = last_sweep_ = 0;
    newest_slot_ = window_ - 1;
    pending_ = 0;
    std::fill_n(slots_.data(), window_, Slot{});
    std::fill_n(outputs_.data(), Index{window_} * sizes_.outputs, Scalar(0));
    std::fill_n(errors_.data(), Index{window_} * sizes_.outputs, Scalar(0));
    if constexpr (Sizes.state == 0) {  // no memory to write to
      return;
    }
    if (state) {
      std::copy_n(state, state_.size(), state_.data());
    } else {
      std::fill_n(state_.data(), state_.size(), Scalar(0));
    }
  }

  /// Where the input of the next step is to be written.
  Scalar* next_input() { return inputs_.data() + Index{next_slot()} * sizes_.inputs; }

  /// Takes the step whose input was written to `next_input()`.
  void step(const Network& network, const Scalar* parameters) {
    step(network, parameters, [](Time) { return false; });
  }

  /// One step forward, on memory of the caller. Returns false, with `state` as before and y NaN, if x or the
  /// new state is not finite, or, where there is no state, y: an `Embedding` answers NaN to what is no
  /// symbol.
  static bool advance(const Network& network, const LayerSizes& sizes, const Scalar* parameters,
                      const Scalar* x, Scalar* state, Scalar* column, Scalar* y) {
    if (finite(x, sizes.inputs)) {
      const auto output = network.forward(parameters, {x, 0}, {state, 0}, {column, 0}, OneStream());
      std::copy_n(output.data, sizes.outputs, y);
      if (finite(state, sizes.state) && (sizes.state > 0 || finite(y, sizes.outputs))) {
        return true;
      }
      network.restore(column, state);
    }
    std::fill_n(y, sizes.outputs, not_a_number<Scalar>);
    std::fill_n(column, sizes.column, Scalar(0));
    return false;
  }

  /// The newest step; 0 before the first.
  Time time() const { return before_ + steps_; }

  /// The oldest step in the window; time() + 1 if the window is empty.
  Time oldest() const { return time() - held() + 1; }

  int stride() const { return stride_; }

  /// Whether no step was taken since the stream began.
  bool empty() const { return steps_ == 0; }

  /// Whether the step is in the window.
  bool holds(Time step) const { return step >= oldest() && step <= time(); }

  /// The slot of the ring, 0 … window − 1, in which a step of the window lies.
  int slot_of(Time step) const {
    const int slot = newest_slot_ - static_cast<int>(time() - step);
    return slot < 0 ? slot + window_ : slot;
  }

  /// Whether a step of the window was passed over, because its input or state was not finite.
  bool is_gap(Time step) const { return slots_.data()[slot_of(step)].gap; }

  /// The prediction made at a step of the window, before its label was known.
  VectorView<const Scalar, Outputs> prediction(Time step) const {
    return {outputs_.data() + Index{slot_of(step)} * sizes_.outputs, sizes_.outputs};
  }

  /// The input of a step of the window.
  const Scalar* input(Time step) const { return inputs_.data() + Index{slot_of(step)} * sizes_.inputs; }

  /// Writes the state from which a step of the window was taken; the step must not be a gap.
  void state_before(Time step, const Network& network, Scalar* state) const {
    network.restore(columns_.data() + Index{slot_of(step)} * sizes_.column, state);
  }

  /// The state after the newest step.
  const Scalar* state() const { return state_.data(); }

  /// Adds dL/d(prediction) at a step of the window; it goes back with the next sweep.
  template <class Error>
  void enter(Time step, const Error& error) {
    oldest_pending_ = pending_ ? (std::min)(oldest_pending_, step) : step;
    newest_pending_ = pending_ ? (std::max)(newest_pending_, step) : step;
    pending_ += slots_.data()[slot_of(step)].has_error ? 0 : 1;
    add_error(step, error);
  }

  /// How many steps wait with their error for the next sweep, and between which steps they lie.
  int pending() const { return pending_; }
  /// The oldest step whose error waits for the next update.
  Time oldest_pending() const { return oldest_pending_; }
  /// The newest step whose error waits for the next update.
  Time newest_pending() const { return newest_pending_; }

  /// How many errors left the window since the last call before a sweep came for them: labels came too rarely
  /// for the stride.
  int take_lost_errors() { return std::exchange(lost_errors_, 0); }

  /// How many steps error went back in all sweeps so far.
  std::int64_t steps_back() const { return steps_back_; }

  /// Whether it is time for a sweep: `stride` errors wait, or `stride` steps have gone by since the last.
  bool due() const { return pending_ >= stride_ || (pending_ > 0 && steps_ - last_sweep_ >= stride_); }

  /// The steps that a sweep goes back through: from the newest that waits with an error, to the oldest.
  struct Span {
    Time newest, oldest_error, oldest;
    Scalar largest = 0;  ///< largest ‖error of the state‖² so far
  };

  /// Sends all waiting errors, times `scale`, back through the window, and writes the gradient of the
  /// parameters (adds to it if `accumulate`).
  void sweep(const Network& network, const Scalar* parameters, Scalar scale, Scalar* gradient,
             bool accumulate, Touched<Network>& touched) {
    Span span = begin_sweep();
    if (!reaches_back(network)) {
      span.oldest = (std::max)(span.oldest, span.oldest_error);
    }
    for (Time step = span.newest; step >= span.oldest; --step) {
      if (step_back(network, parameters, scale, step, span)) {
        span.oldest = step;
      }
    }
    const Sweep<Scalar> columns = swept(span.oldest, span.newest, span);
    network.gradient(columns, gradient, accumulate);
    touched.note(network, columns);
  }

  /// Begins a sweep for all errors that wait.
  Span begin_sweep() {
    std::fill_n(state_error_.data(), sizes_.state, Scalar(0));
    pending_ = 0;
    last_sweep_ = steps_;
    return {newest_pending_, oldest_pending_, oldest()};
  }

  /// One step of a sweep. Returns whether no more than the tolerance is left of the error.
  bool step_back(const Network& network, const Scalar* parameters, Scalar scale, Time step, Span& span) {
    const int index = slot_of(step);
    Slot& slot = slots_.data()[index];
    ++steps_back_;
    if (slot.gap) {
      return false;
    }
    VectorView<Scalar> error(error_.data(), sizes_.outputs);
    if (slot.has_error) {
      error = scale * error_at(index);
      error_at(index).setZero();
    }
    network.backward(parameters, {column(index), 0}, {state_error_.data(), 0},
                     {slot.has_error ? error.data() : nullptr, 0}, {}, OneStream());
    slot.has_error = false;
    if (tolerance_ == 0 || step > span.oldest_error) {
      return false;
    }
    const Scalar left = squared_norm(state_error_.data(), sizes_.state);
    span.largest = (std::max)(span.largest, left);
    return left <= tolerance_ * tolerance_ * span.largest;
  }

  /// Some of the columns that a sweep went through, for the gradient.
  Sweep<Scalar> swept(Time from, Time to, const Span& span) {
    const Time first_error = (std::max)(from, (std::min)(span.oldest_error, to));
    return {columns_.data(), sizes_.column, slots(from, to), slots(first_error, to)};
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("state", self.state_);
    visit("state_error", self.state_error_);
    visit("columns", self.columns_);
    visit("inputs", self.inputs_);
    visit("outputs", self.outputs_);
    visit("errors", self.errors_);
    visit("slots", self.slots_);
    visit("before", self.before_);
    visit("steps", self.steps_);
    visit("last_sweep", self.last_sweep_);
    visit("newest_slot", self.newest_slot_);
    visit("pending", self.pending_);
    visit("oldest_pending", self.oldest_pending_);
    visit("newest_pending", self.newest_pending_);
    visit("lost_errors", self.lost_errors_);
    visit("steps_back", self.steps_back_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return times_are_valid() && errors_are_valid([](Time) { return false; });
  }

 protected:
  /// Takes the step whose input was written to `next_input()`; `taken(step)` tells of a step whose error, if
  /// it has one, is that of a sweep under way, and waits for no other.
  template <class Taken>
  void step(const Network& network, const Scalar* parameters, Taken&& taken) {
    const Scalar* const x = next_input();
    newest_slot_ = next_slot();
    ++steps_;
    Slot& slot = slots_.data()[newest_slot_];
    if (slot.has_error) {  // its label came too long ago: the error leaves the window unused
      error_at(newest_slot_).setZero();
      slot.has_error = false;
      ++lost_errors_;
      if (--pending_ > 0) {
        for (oldest_pending_ = oldest(); !has_error(oldest_pending_) || taken(oldest_pending_);) {
          ++oldest_pending_;
        }
      }
    }
    Scalar* const y = outputs_.data() + Index{newest_slot_} * sizes_.outputs;
    slot = {.gap = !advance(network, sizes_, parameters, x, state_.data(), column(newest_slot_), y),
            .has_error = false};
  }

  /// Adds an error at a step of the window, without counting it.
  template <class Error>
  void add_error(Time step, const Error& error) {
    const int slot = slot_of(step);
    slots_.data()[slot].has_error = true;
    error_at(slot) += error;
  }

  /// Whether a step of the window has an error that no sweep has taken.
  bool has_error(Time step) const { return slots_.data()[slot_of(step)].has_error; }

  /// Whether times and counts are such as can come about.
  bool times_are_valid() const {
    return is_count(before_) && is_count(steps_) && is_count(time()) && last_sweep_ >= 0 &&
           last_sweep_ <= steps_ && newest_slot_ >= 0 && newest_slot_ < window_ && is_count(lost_errors_) &&
           is_count(steps_back_);
  }

  /// Whether as many errors wait in the slots as are counted, the oldest and the newest where it is noted.
  template <class Taken>
  bool errors_are_valid(Taken&& taken) const {
    int waiting = 0, all = 0;
    Time first = 0, last = 0;
    for (Time step = oldest(); step <= time(); ++step) {
      if (has_error(step)) {
        if (is_gap(step)) {
          return false;
        }
        ++all;
        if (!taken(step)) {
          first = waiting++ == 0 ? step : first;
          last = step;
        }
      }
    }
    const auto waits = [](const Slot& slot) { return slot.has_error; };
    return all == std::count_if(slots_.data(), slots_.data() + window_, waits) && pending_ == waiting &&
           (waiting == 0 || (oldest_pending_ == first && newest_pending_ == last));
  }

 private:
  struct Slot {
    bool gap = false;
    bool has_error = false;
  };

  int held() const { return static_cast<int>((std::min)(steps_, static_cast<Time>(window_))); }
  int next_slot() const { return newest_slot_ + 1 == window_ ? 0 : newest_slot_ + 1; }
  Slots slots(Time from, Time to) const { return {slot_of(from), static_cast<int>(to - from) + 1, window_}; }

  Scalar* column(int slot) { return columns_.data() + Index{slot} * sizes_.column; }
  VectorView<Scalar> error_at(int slot) {
    return {errors_.data() + Index{slot} * sizes_.outputs, sizes_.outputs};
  }

  SizeBeside<Sizes.fixed() && Window != Dynamic> window_;
  int stride_;
  Scalar tolerance_;
  LayerSizes sizes_;
  Storage<Scalar, Sizes.state> state_, state_error_;
  Storage<Scalar, multiply(Sizes.column, Window)> columns_;
  Storage<Scalar, multiply(Inputs, Window)> inputs_;
  Storage<Scalar, multiply(Outputs, Window)> outputs_, errors_;
  Storage<Scalar, Outputs> error_;
  Storage<Slot, Window> slots_;

  Time before_ = 0, steps_ = 0,
       last_sweep_ = 0;  // steps before the last reset, and since; steps_ at the last sweep
  int newest_slot_ = window_ - 1;
  int pending_ = 0;
  Time oldest_pending_ = 0, newest_pending_ = 0;
  int lost_errors_ = 0;
  std::int64_t steps_back_ = 0;
};

}  // namespace eddy

#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/core/touched.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace eddy {

/// What several streams in lock step remember for `TruncatedBptt`: a ring with a slot for each of the last
/// `window` steps, and in each slot a column for each stream, so that a step is one matrix product.
///
/// A stream without a sample at a step, or with one that is not finite, has a gap there: its state stays, its
/// prediction is NaN, error passes over it.
template <Layer Network>
class BatchTape {
 public:
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;

  /// Empty, for so many streams of this network.
  template <class Settings>
  BatchTape(const Network& network, int streams, const Settings& settings)
      : streams_((check_columns(streams, settings.window), streams)),
        window_(settings.window),
        stride_(settings.stride),
        sizes_(network.sizes()),
        column_(spread(sizes_.column)),
        input_(Index{streams} * sizes_.inputs),
        state_(Index{streams} * sizes_.state),
        state_error_(Index{streams} * sizes_.state),
        kept_(Index{streams} * sizes_.state),
        columns_(Index{streams} * window_, column_),
        outputs_(Index{streams} * window_, sizes_.outputs),
        errors_(Index{streams} * window_, sizes_.outputs),
        gaps_(Index{streams} * window_),
        slots_(window_) {
    std::fill_n(gaps_.data(), Index{window_} * streams_, Flag{true});
  }

  /// Whether it was made for such sizes and settings.
  template <class Settings>
  bool fits(const LayerSizes& sizes, const Settings& settings) const {
    if constexpr (requires { settings.tolerance; }) {
      if (settings.tolerance != 0) {
        return false;
      }
    }
    return sizes_ == sizes && window_ == settings.window && stride_ == settings.stride;
  }

  int streams() const { return streams_; }
  Time time() const { return time_; }
  Time oldest() const { return (std::max)(Time{1}, time_ - window_ + 1); }
  bool holds(Time step) const { return step >= oldest() && step <= time_; }

  /// Forgets one stream: initial state, empty window. A step at which no other has an error waits no longer.
  void reset(int stream) {
    std::fill_n(state_.data() + Index{stream} * sizes_.state, sizes_.state, Scalar(0));
    for (int slot = 0; slot < window_; ++slot) {
      leave_gap(slot, stream);
      std::fill_n(output(slot, stream), sizes_.outputs, Scalar(0));
      std::fill_n(error(slot, stream), sizes_.outputs, Scalar(0));
      if (has_error(slot) && !any_error(slot)) {
        slots_.data()[slot].has_error = false;
        --pending_;
      }
    }
    bound_pending();
    if (streams_ == 1) {
      last_sweep_ = time_;
    }
  }

  /// Forgets all streams.
  void reset() {
    for (int stream = 0; stream < streams_; ++stream) {
      reset(stream);
    }
    last_sweep_ = time_;
  }

  /// Where the input of a stream's next step is to be written.
  Scalar* next_input(int stream) { return input_.data() + Index{stream} * sizes_.inputs; }

  /// Takes the step whose inputs were written to `next_input`; `has_sample(stream)` tells which streams have
  /// one.
  template <class HasSample>
  void step(const Network& network, const Scalar* parameters, HasSample&& has_sample) {
    ++time_;
    const int slot = slot_of(time_);
    lose(slot);
    for (int s = 0; s < streams_; ++s) {
      Scalar* const x = next_input(s);
      Flag& gap = gap_at(slot, s);
      gap.is = !has_sample(s) || !finite(x, sizes_.inputs);
      slots_.data()[slot].has_gaps |= gap.is;
      if (gap.is) {
        std::fill_n(x, sizes_.inputs, Scalar(0));
      }
    }
    const Columns<const Scalar> y =
        network.forward(parameters, {input_.data(), sizes_.inputs}, {state_.data(), sizes_.state},
                        {column(slot, 0), column_}, streams_);
    for (int s = 0; s < streams_; ++s) {
      std::copy_n(y.column(s), sizes_.outputs, output(slot, s));
    }
    for (int s = 0; s < streams_; ++s) {
      Scalar* const state = state_.data() + Index{s} * sizes_.state;
      if (gap_at(slot, s).is || !finite(state, sizes_.state) ||
          (sizes_.state == 0 && !finite(output(slot, s), sizes_.outputs))) {
        network.restore(column(slot, s), state);
        leave_gap(slot, s);
        std::fill_n(output(slot, s), sizes_.outputs, not_a_number<Scalar>);
      }
    }
  }

  /// Whether a stream had no usable sample at a step.
  bool is_gap(Time step, int stream) const { return gaps_.data()[slot_of(step) * streams_ + stream].is; }

  /// The predictions of a step of the window, a column a stream.
  MatrixView<const Scalar> predictions(Time step) const {
    return {outputs_.data() + Index{slot_of(step)} * streams_ * sizes_.outputs, sizes_.outputs, streams_};
  }

  /// Adds dL/d(prediction) of a stream at a step of the window; it goes back with the next sweep.
  void enter(Time step, int stream, const VectorView<const Scalar>& error_of_output) {
    const int slot = slot_of(step);
    oldest_pending_ = pending_ ? (std::min)(oldest_pending_, step) : step;
    newest_pending_ = pending_ ? (std::max)(newest_pending_, step) : step;
    pending_ += slots_.data()[slot].has_error ? 0 : 1;
    slots_.data()[slot].has_error = true;
    VectorView<Scalar>(error(slot, stream), sizes_.outputs) += error_of_output;
  }

  /// Whether it is time for a sweep: `stride` steps wait with errors, or have gone by since the last.
  bool due() const { return pending_ >= stride_ || (pending_ > 0 && time_ - last_sweep_ >= stride_); }

  /// How many steps have an error, of any of the streams, that waits for the next sweep.
  int pending() const { return pending_; }
  /// How many steps left the window with an error that no sweep took, since it was last asked.
  int take_lost_errors() { return std::exchange(lost_errors_, 0); }

  /// Sends all waiting errors, times `scale`, back through the window, and writes the gradient of the
  /// parameters.
  void sweep(const Network& network, const Scalar* parameters, Scalar scale, Scalar* gradient,
             Touched<Network>& touched) {
    std::fill_n(state_error_.data(), Index{streams_} * sizes_.state, Scalar(0));
    const Index outputs = Index{streams_} * sizes_.outputs;
    const Time last = reaches_back(network) ? oldest() : oldest_pending_;
    for (Time step = newest_pending_; step >= last; --step) {
      const int slot = slot_of(step);
      Slot& own = slots_.data()[slot];
      if (own.has_error) {
        VectorView<Scalar>(error(slot, 0), outputs) *= scale;
      }
      const Columns<const Scalar> entering{own.has_error ? error(slot, 0) : nullptr, sizes_.outputs};
      if (own.has_gaps) {
        over_gaps(slot, [&] { back(network, parameters, slot, entering); });
      } else {
        back(network, parameters, slot, entering);
      }
      if (own.has_error) {
        std::fill_n(error(slot, 0), outputs, Scalar(0));
        own.has_error = false;
      }
    }
    const Sweep<Scalar> sweep{columns_.data(), column_, slots(last, newest_pending_),
                              slots(oldest_pending_, newest_pending_)};
    network.gradient(sweep, gradient, false);
    touched.note(network, sweep);
    pending_ = 0;
    last_sweep_ = time_;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("state", self.state_);
    visit("columns", self.columns_);
    visit("outputs", self.outputs_);
    visit("errors", self.errors_);
    visit("gaps", self.gaps_);
    visit("slots", self.slots_);
    visit("time", self.time_);
    visit("last_sweep", self.last_sweep_);
    visit("pending", self.pending_);
    visit("oldest_pending", self.oldest_pending_);
    visit("newest_pending", self.newest_pending_);
    visit("lost_errors", self.lost_errors_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    if (!is_count(time_) || last_sweep_ < 0 || last_sweep_ > time_ || !is_count(lost_errors_)) {
      return false;
    }
    int waiting = 0;
    Time first = 0, last = 0;
    for (Time step = oldest(); step <= time_; ++step) {
      const int slot = slot_of(step);
      const Flag* const gaps = gaps_.data() + Index{slot} * streams_;
      const auto missing = std::count_if(gaps, gaps + streams_, [](Flag gap) { return gap.is; });
      if ((missing > 0 && !slots_.data()[slot].has_gaps) || (missing == streams_ && has_error(slot))) {
        return false;
      }
      if (has_error(slot)) {
        first = waiting++ == 0 ? step : first;
        last = step;
      }
    }
    const auto waits = [](const Slot& slot) { return slot.has_error; };
    return pending_ == waiting && pending_ == std::count_if(slots_.data(), slots_.data() + window_, waits) &&
           (waiting == 0 || (oldest_pending_ == first && newest_pending_ == last));
  }

 private:
  /// There is a column for each stream and each step of the window.
  static void check_columns(int streams, int window) {
    checked_size("the number of streams times the window", std::int64_t{streams} * window);
  }

  struct Slot {
    bool has_error = false, has_gaps = true;
  };

  /// Columns a multiple of a page apart would meet in the same lines of the first cache.
  static int spread(int column) {
    constexpr int line = padded<Scalar>(1);
    return column / line % 2 == 0 ? column + line : column;
  }

  int slot_of(Time step) const { return static_cast<int>(step % window_); }
  Slots slots(Time from, Time to) const {
    return {slot_of(from) * streams_, static_cast<int>(to - from + 1) * streams_, window_ * streams_};
  }
  Scalar* column(int slot, int stream) {
    return columns_.data() + (Index{slot} * streams_ + stream) * column_;
  }
  Scalar* output(int slot, int stream) {
    return outputs_.data() + (Index{slot} * streams_ + stream) * sizes_.outputs;
  }
  Scalar* error(int slot, int stream) {
    return errors_.data() + (Index{slot} * streams_ + stream) * sizes_.outputs;
  }
  Flag& gap_at(int slot, int stream) { return gaps_.data()[Index{slot} * streams_ + stream]; }

  /// A column of zeros has no part in a gradient.
  void leave_gap(int slot, int stream) {
    gap_at(slot, stream).is = true;
    slots_.data()[slot].has_gaps = true;
    std::fill_n(column(slot, stream), column_, Scalar(0));
  }

  /// Empties the slot of the oldest step; an error that still waits there is lost.
  void lose(int slot) {
    Slot& own = slots_.data()[slot];
    const bool lost = own.has_error;
    own = {.has_error = false, .has_gaps = false};
    if (lost) {
      std::fill_n(error(slot, 0), Index{streams_} * sizes_.outputs, Scalar(0));
      --pending_;
      ++lost_errors_;
      bound_pending();
    }
  }

  bool has_error(int slot) const { return slots_.data()[slot].has_error; }

  /// Whether any stream has an error other than 0 in a slot.
  bool any_error(int slot) {
    return !VectorView<Scalar>(error(slot, 0), Index{streams_} * sizes_.outputs).isZero(0);
  }

  /// Finds the oldest and the newest step that wait.
  void bound_pending() {
    if (pending_ > 0) {
      for (oldest_pending_ = oldest(); !has_error(slot_of(oldest_pending_));) {
        ++oldest_pending_;
      }
      for (newest_pending_ = time_; !has_error(slot_of(newest_pending_));) {
        --newest_pending_;
      }
    }
  }

  void back(const Network& network, const Scalar* parameters, int slot, Columns<const Scalar> entering) {
    network.backward(parameters, {column(slot, 0), column_}, {state_error_.data(), sizes_.state}, entering,
                     {}, streams_);
  }

  /// One step back, after which the errors of the states of streams with a gap are as before.
  template <class Back>
  void over_gaps(int slot, Back&& back) {
    std::copy_n(state_error_.data(), Index{streams_} * sizes_.state, kept_.data());
    back();
    for (int s = 0; s < streams_; ++s) {
      if (gap_at(slot, s).is) {
        std::copy_n(kept_.data() + Index{s} * sizes_.state, sizes_.state,
                    state_error_.data() + Index{s} * sizes_.state);
        std::fill_n(column(slot, s), column_, Scalar(0));
      }
    }
  }

  LiveSize streams_;
  int window_, stride_;
  LayerSizes sizes_;
  int column_;
  Storage<Scalar, Dynamic> input_, state_, state_error_, kept_, columns_, outputs_, errors_;
  Storage<Flag, Dynamic> gaps_;
  Storage<Slot, Dynamic> slots_;

  Time time_ = 0, last_sweep_ = 0;
  int pending_ = 0;
  Time oldest_pending_ = 0, newest_pending_ = 0;
  int lost_errors_ = 0;
};

}  // namespace eddy

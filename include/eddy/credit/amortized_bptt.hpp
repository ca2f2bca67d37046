#pragma once

#include <eddy/credit/truncated_bptt.hpp>

#include <algorithm>
#include <cmath>

namespace eddy {

template <Layer Network, int Window, int Stride>
class AmortizedTape;

/// Truncated back-propagation through time with a flat latency, for audio and control: what `TruncatedBptt`
/// does every `stride` samples in one spike is spread over the samples of the next period, some steps back
/// and some parameters of the update with each label. The weights learn from an error up to 2 `stride`
/// samples after it, and while an update is under way some parameters have it and others do not yet.
///
/// Errors that old bear about half the learning rate before learning diverges. It costs more in all, because
/// the gradient is summed a few steps at a time; docs/performance.md has figures. It is for streams with a
/// label at every step; where labels are missing, work piles up. Not for rehearsal, nor for sparse layers.
template <int Window = 16, int Stride = Window>
struct AmortizedBptt : TruncatedBptt<Window, Stride> {
  static constexpr const char* kind = "AmortizedBptt";

  /// An update is spread over the labels of a period.
  static constexpr bool amortized = true;
  static constexpr int SlotsAtCompileTime = add(Window, Stride);

  /// How many steps a tape keeps.
  int slots() const { return this->window + this->stride; }

  /// What one stream of a network remembers.
  template <Layer Network>
  using Tape = AmortizedTape<Network, Window, Stride>;
};

/// What one stream remembers for `AmortizedBptt`: a ring of `window` + `stride` columns, so that steps
/// forward do not overwrite what a sweep still needs, and the gradient of that sweep.
template <Layer Network, int Window, int Stride>
class AmortizedTape : public Tape<Network, add(Window, Stride)> {
  using Ring = Tape<Network, add(Window, Stride)>;
  static_assert(!is_sparse<Network>, "AmortizedBptt is not for networks with sparse layers");

 public:
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;

  /// Empty, for streams of this network.
  template <class Settings>
  AmortizedTape(const Network& network, const Settings& settings)
      : Ring(network, with_room(settings)),
        window_(settings.window),
        room_(settings.slots()),
        parameters_(network.sizes().parameters),
        gradient_(parameters_) {}

  /// Whether it was made for such sizes and settings.
  template <class Settings>
  bool fits(const LayerSizes& sizes, const Settings& settings) const {
    return Ring::fits(sizes, with_room(settings));
  }

  /// Forgets the window and the state; time goes on.
  void reset() { begin(nullptr); }
  /// Begins anew from a state, or from zero if it is null.
  void begin(const Scalar* state) {
    Ring::begin(state);
    stage_ = Stage::idle;
  }

  /// Whether an update is under way.
  bool busy() const { return stage_ != Stage::idle; }

  /// Takes the step whose input was written to `next_input()`. If labels stay away for so long that it would
  /// overwrite what the sweep under way still needs, that sweep ends first.
  void step(const Network& network, const Scalar* parameters) {
    if (stage_ == Stage::sweep && Ring::time() - span_.oldest >= room_ - 1) {
      while (summed_ >= span_.oldest) {
        sweep_on(network, parameters);
      }
    }
    Ring::step(network, parameters, [&](Time step) { return sweep_meets(step); });
  }

  /// As that of the ring; a late error that the sweep under way has yet to meet goes with that one.
  template <class Error>
  void enter(Time step, const Error& error) {
    if (sweep_meets(step)) {
      span_.oldest_error = (std::min)(span_.oldest_error, step);
      Ring::add_error(step, error);
    } else {
      Ring::enter(step, error);
    }
  }

  /// Begins an update from all errors that wait: through `window` steps, and at least to the oldest error.
  void begin_update() {
    const Time oldest_error = Ring::oldest_pending();
    span_ = Ring::begin_sweep();
    span_.oldest = (std::max)(span_.oldest, (std::min)(oldest_error, span_.newest - window_ + 1));
    if (span_.newest < span_.oldest) {
      return;  // an earlier sweep has met these errors already, and their steps are gone
    }
    next_ = summed_ = span_.newest;
    stage_ = Stage::sweep;
    const Time steps = span_.newest - span_.oldest + 1;
    const double work = static_cast<double>(steps) * step_cost +
                        static_cast<double>(steps / batch) * sum_cost(batch) +
                        (steps % batch ? sum_cost(steps % batch) : 0) + norm_cost + update_cost;
    work_a_sample_ = work / Ring::stride();
    allowance_ = 0;
  }

  /// Does one sample's share of the update under way, or all that is left of it; `update(begin, length)` is
  /// called for parameters whose gradient is complete, beginning with begin = 0. If it returns false, the
  /// update is given up.
  template <class Update>
  void work(const Network& network, const Scalar* weights, bool all, Update&& update) {
    allowance_ += work_a_sample_;
    // A piece that is dear is not waited for, lest a sample do nothing and another twice as much.
    for (bool first = true; stage_ == Stage::sweep; first = false) {
      const double cost = next_cost();
      if (!all && allowance_ < cost && !(first && allowance_ > 0)) {
        break;
      }
      allowance_ -= cost;
      if (summed_ >= span_.oldest) {
        sweep_on(network, weights);
      } else {
        gradient_norm_ = std::sqrt(squared_norm(gradient_.data(), parameters_));
        stage_ = Stage::update;
        updated_ = 0;
      }
    }
    if (stage_ == Stage::update && (all || allowance_ > 0)) {
      const Index left = parameters_ - updated_;
      const double share = (std::min)(allowance_ / update_cost * static_cast<double>(parameters_),
                                      static_cast<double>(left));  // or it may be too much for an int
      const Index count = all ? left : (std::min)(left, Index{padded<Scalar>(static_cast<int>(share) + 1)});
      allowance_ = 0;
      if (!update(updated_, count)) {
        stage_ = Stage::idle;
        return;
      }
      updated_ += count;
      stage_ = updated_ == parameters_ ? Stage::idle : Stage::update;
    }
  }

  /// The number of the update under way, from its first parameters on: that which the optimizer counts.
  Time number() const { return summed_; }
  /// Numbers the update under way.
  void set_number(Time number) { summed_ = number; }

  /// The gradient that the parameters are being moved by, and its 2-norm.
  const Scalar* gradient() const { return gradient_.data(); }
  /// The 2-norm of the gradient of the latest update.
  Scalar gradient_norm() const { return gradient_norm_; }

  /// Shows what must be kept to go on later, an update that is under way included: calls visit(name, value)
  /// for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    Ring::visit_state(self, visit);
    visit("gradient", self.gradient_);
    visit("gradient_norm", self.gradient_norm_);
    visit("stage", self.stage_);
    visit("span", self.span_);
    visit("next", self.next_);
    visit("summed", self.summed_);
    visit("updated", self.updated_);
    visit("work_a_sample", self.work_a_sample_);
    visit("allowance", self.allowance_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    if (!Ring::times_are_valid() || stage_ < Stage::idle || stage_ > Stage::update || updated_ < 0 ||
        updated_ > parameters_ || !is_finite(work_a_sample_) || !is_finite(allowance_) ||
        (stage_ == Stage::update && !is_count(summed_))) {
      return false;
    }
    if (stage_ == Stage::sweep &&
        !(span_.oldest >= 1 && (Ring::holds(span_.oldest) || summed_ < span_.oldest) &&
          span_.oldest_error >= 1 && span_.oldest_error <= span_.newest && span_.newest <= Ring::time() &&
          next_ >= span_.oldest - 1 && next_ <= summed_ && summed_ - next_ <= batch &&
          summed_ <= span_.newest)) {
      return false;
    }
    return Ring::errors_are_valid([&](Time step) { return sweep_meets(step); });
  }

 private:
  // What the pieces of an update cost, in steps back. Measured for LSTM and GRU with 16 to 128 units and
  // Adam; an optimizer that does less only makes the last shares of an update shorter.
  static constexpr double step_cost = 1, norm_cost = 1, update_cost = 9;
  static constexpr double sum_cost(Time steps) { return 1 + static_cast<double>(steps) / 2; }

  /// So many steps enter the gradient at once. Each time it is read and written as a whole; one by one, that
  /// would take longer than all else.
  static constexpr Time batch = 4;

  enum class Stage { idle, sweep, update };

  template <int W, int S>
  static auto with_room(const TruncatedBptt<W, S>& settings) {
    TruncatedBptt<Dynamic, Dynamic> room;
    room.window = settings.window + settings.stride;
    room.stride = settings.stride;
    room.tolerance = settings.tolerance;
    return room;
  }

  /// Whether the sweep under way has still to go back through a step.
  bool sweep_meets(Time step) const {
    return stage_ == Stage::sweep && step >= span_.oldest && step <= next_;
  }

  /// Whether the next piece of a sweep is to bring steps into the gradient.
  bool sums_next() const { return next_ < span_.oldest || summed_ - next_ == batch; }

  double next_cost() const {
    return summed_ < span_.oldest ? norm_cost : sums_next() ? sum_cost(summed_ - next_) : step_cost;
  }

  /// The next piece of a sweep: a step back, or the gradient of the last few.
  void sweep_on(const Network& network, const Scalar* weights) {
    if (sums_next()) {
      network.gradient(Ring::swept(next_ + 1, summed_, span_), gradient_.data(), summed_ < span_.newest);
      summed_ = next_;
    } else {
      if (Ring::step_back(network, weights, Scalar(1), next_, span_)) {
        span_.oldest = next_;
      }
      --next_;
    }
  }

  int window_, room_;
  Index parameters_;
  Storage<Scalar, Network::Sizes.parameters> gradient_;
  Scalar gradient_norm_ = 0;
  Stage stage_ = Stage::idle;
  typename Ring::Span span_{};
  Time next_ = 0;    // the next step to go back through
  Time summed_ = 0;  // the next step to enter the gradient; when all have, the number of the update
  Index updated_ = 0;
  double work_a_sample_ = 0, allowance_ = 0;
};

}  // namespace eddy

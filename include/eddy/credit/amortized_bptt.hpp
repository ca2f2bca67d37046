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
/// It costs more in all, because the gradient is summed step by step. It is for streams with a label at every
/// step; where labels are missing, work piles up. Not for rehearsal, nor for sparse layers.
template <int Window = 16, int Stride = Window>
struct AmortizedBptt : TruncatedBptt<Window, Stride> {
  static constexpr bool amortized = true;
  static constexpr int SlotsAtCompileTime = add(Window, Stride);

  int slots() const { return this->window + this->stride; }

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

  template <class Settings>
  AmortizedTape(const Network& network, const Settings& settings)
      : Ring(network, with_room(settings)),
        window_(settings.window),
        parameters_(network.sizes().parameters),
        gradient_(parameters_) {}

  template <class Settings>
  bool fits(const LayerSizes& sizes, const Settings& settings) const {
    return Ring::fits(sizes, with_room(settings));
  }

  void reset() { begin(nullptr); }
  void begin(const Scalar* state) {
    Ring::begin(state);
    stage_ = Stage::idle;
  }

  /// Whether an update is under way.
  bool busy() const { return stage_ != Stage::idle; }

  /// Begins an update from all errors that wait.
  void begin_update() {
    span_ = Ring::begin_sweep();
    span_.oldest = (std::max)(span_.oldest, span_.newest - window_ + 1);
    next_ = span_.newest;
    stage_ = Stage::sweep;
    work_a_sample_ = (static_cast<double>(span_.newest - span_.oldest + 1) + update_cost) / Ring::stride();
    allowance_ = 0;
  }

  /// Does one sample's share of the update under way, or all that is left of it; `update(begin, length)` is
  /// called for parameters whose gradient is complete, beginning with begin = 0. If it returns false, the
  /// update is given up.
  template <class Update>
  void work(const Network& network, const Scalar* weights, bool all, Update&& update) {
    allowance_ += work_a_sample_;
    if (stage_ == Stage::sweep) {
      const Time from = next_;
      while (next_ >= span_.oldest && (all || allowance_ >= 1)) {
        allowance_ -= 1;
        if (Ring::step_back(network, weights, Scalar(1), next_, span_)) {
          span_.oldest = next_;
        }
        --next_;
      }
      if (next_ < from) {
        network.gradient(Ring::swept(next_ + 1, from, span_), gradient_.data(), from < span_.newest);
      }
      if (next_ < span_.oldest) {
        stage_ = Stage::update;
        updated_ = 0;
        gradient_norm_ = std::sqrt(squared_norm(gradient_.data(), parameters_));
        allowance_ = 0;  // the pass over the gradient was the rest of this share
      }
    }
    if (stage_ == Stage::update && (all || allowance_ > 0)) {
      const double size = static_cast<double>(parameters_),
                   share = all ? size : allowance_ / update_cost * size;
      const Index count = (std::min)(parameters_ - updated_, static_cast<Index>(share) + 1);
      allowance_ = 0;
      if (!update(updated_, count)) {
        stage_ = Stage::idle;
        return;
      }
      updated_ += count;
      stage_ = updated_ == parameters_ ? Stage::idle : Stage::update;
    }
  }

  /// The gradient that the parameters are being moved by, and its 2-norm.
  const Scalar* gradient() const { return gradient_.data(); }
  Scalar gradient_norm() const { return gradient_norm_; }

 private:
  /// What an optimizer's pass costs, in steps back with their gradient.
  static constexpr double update_cost = 4;

  enum class Stage { idle, sweep, update };

  template <int W, int S>
  static auto with_room(const TruncatedBptt<W, S>& settings) {
    TruncatedBptt<Dynamic, Dynamic> room;
    room.window = settings.window + settings.stride;
    room.stride = settings.stride;
    room.tolerance = settings.tolerance;
    return room;
  }

  int window_;
  Index parameters_;
  Storage<Scalar, Network::Sizes.parameters> gradient_;
  Scalar gradient_norm_ = 0;
  Stage stage_ = Stage::idle;
  typename Ring::Span span_{};
  Time next_ = 0;
  Index updated_ = 0;
  double work_a_sample_ = 0, allowance_ = 0;
};

}  // namespace eddy

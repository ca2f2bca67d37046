#pragma once

#include <eddy/batch.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/core/touched.hpp>
#include <eddy/credit/credit.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/loss.hpp>
#include <eddy/optimizer.hpp>
#include <eddy/options.hpp>
#include <eddy/stream.hpp>
#include <eddy/streaming/rehearsal_memory.hpp>
#include <eddy/target.hpp>
#include <eddy/update.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace eddy {

/// A network with its weights, and all by which they learn: from a label to the error of its step, from the
/// errors that wait to a gradient, from the gradient to an update. `Online` steps its streams forward, and
/// hands over the labels that come.
///
/// Labels fit the network: that is for the caller to check.
template <Layer Network_, Loss L, Optimizer O, class Credit, Rehearsal R>
requires CreditFor<Credit, Network_>
class Trainer {
 public:
  static constexpr const char* kind = "Online";
  using KindParts = Types<Network_, L, O, Credit, R>;
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Options = OnlineOptions<L, O, Credit, R>;
  using Time = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Parameters = Sizes.parameters;
  static constexpr int Targets = Sizes.fixed() ? targets_at_compile_time<L, Sizes.outputs>() : Dynamic;
  /// Whether an update is spread over the labels of a period.
  static constexpr bool amortized = requires { Credit::amortized; };
  static_assert(!amortized || std::is_same_v<R, NoRehearsal>,
                "AmortizedBptt is for a flat latency: it goes with NoRehearsal only");

  /// What a stream remembers for learning.
  using Memory = StreamMemory<Network, Credit, Targets>;
  /// What several streams in lock step remember.
  using Batch = BatchMemory<Network>;
  /// Whether they learn by the credit rule: their tape is that of `TruncatedBptt`, so no other rule reaches
  /// them.
  static constexpr bool learns_in_batches =
      std::is_same_v<typename Memory::Tape, Tape<Network, Credit::WindowAtCompileTime>>;

  /// Initial weights from the seed. Throws `std::invalid_argument` if a setting is out of range.
  Trainer(Network network, Options options)
      : network_(std::move(network)),
        options_(checked(std::move(options), network_)),
        targets_(eddy::target_size(options_.loss, network_.sizes().outputs)),
        random_(options_.seed),
        parameters_(padded<Scalar>(network_.sizes().parameters)),
        gradient_(padded<Scalar>(network_.sizes().parameters)),
        moments_(O::moments, padded<Scalar>(network_.sizes().parameters)),
        touched_(network_),
        rehearsal_(options_.rehearsal, network_, targets_, options_.credit) {
    network_.initialize(parameters_.data(), random_);
  }

  /// Enters the error of a label that has come, and updates the weights if it is time; returns the loss.
  template <class Y>
  Scalar learn(Memory& stream, Time step, const Y& y) {
    update_.applied = false;
    update_.gradient_norm = 0;
    update_.loss = not_a_number<Scalar>;
    update_.status = enter(stream, step, y);
    update_.skipped += (update_.status != UpdateStatus::pending) + stream.tape.take_lost_errors();
    if constexpr (amortized) {
      update_by_and_by(stream);
    } else if (stream.tape.due()) {
      update(stream);
    }
    return update_.loss;
  }

  /// The same for labels of several streams, without rehearsal.
  template <class Y>
  Scalar learn(Batch& batch, Time step, const Y& y) {
    auto& tape = batch.tape;
    const auto entered = batch.enter(step, y, options_.loss);
    update_.applied = false;
    update_.gradient_norm = 0;
    update_.loss = entered.loss;
    update_.status = entered.status;
    update_.skipped += entered.unusable + tape.take_lost_errors();
    if (tape.due()) {
      const int errors = tape.pending();
      touched_.clear(network_, gradient_.data());
      tape.sweep(network_, parameters_.data(), Scalar(1), gradient_.data(), touched_);
      descend(errors);
    }
    return update_.loss;
  }

  /// What became of the latest label.
  const Update<Scalar>& last_update() const { return update_; }

  const Network& network() const { return network_; }
  const Options& options() const { return options_; }

  /// How many targets a label has.
  int targets() const { return targets_; }

  /// All weights; of the gradient, and of each moment, there are as many.
  Scalar* parameters() { return parameters_.data(); }
  /// The weights, to be read only.
  const Scalar* parameters() const { return parameters_.data(); }

  /// The gradient of the latest update, before clipping.
  const Scalar* gradient() const { return gradient_.data(); }

  /// What the optimizer keeps beside the parameters: `moments` vectors, each in whole cache lines.
  VectorView<Scalar> moments() { return {moments_.data(), moments_.size()}; }
  /// What the optimizer keeps, vector after vector.
  VectorView<const Scalar> moments() const { return {moments_.data(), moments_.size()}; }

  /// The optimizer's settings, to be changed while learning goes on. While one is out of its range, updates
  /// are skipped with the status `setting_out_of_range`.
  O& optimizer() { return options_.optimizer; }

  /// Makes the optimizer begin anew: its moments are zero, and it counts updates from 1. An update that is
  /// spread over samples and under way moves no further parameters.
  void reset_optimizer() {
    std::fill_n(moments_.data(), moments_.size(), Scalar(0));
    updates_before_ = update_.updates;
  }

  /// Freezes layer N of a `Sequential`, or lets it learn again.
  template <std::size_t N>
  void freeze(bool frozen = true) requires(!amortized) {
    network_.template freeze<N>(frozen);
    if (frozen) {
      std::fill_n(gradient_.data(), network_.sizes().parameters, Scalar(0));
    }
  }

  /// Forgets the windows that are kept for rehearsal.
  void forget_rehearsed() { rehearsal_.forget(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part. The optimizer's settings
  /// are among them, because they may change while learning goes on; the others are not.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    const auto show = [&](const std::string& name, auto* data, int rows, int columns) {
      VectorView<std::remove_pointer_t<decltype(data)>> values(data, Index{rows} * columns);
      visit(("parameters." + name).c_str(), values);
    };
    self.network_.visit_parameters(self.parameters_.data(), show);
    visit("optimizer", self.options_.optimizer);
    visit("moments", self.moments_);
    visit("updates_before", self.updates_before_);
    visit("gradient", self.gradient_);
    visit("touched", self.touched_);
    visit("update", self.update_);
    visit("random", self.random_);
    visit("rehearsal", self.rehearsal_);
    if constexpr (requires { Network::visit_state(self.network_, visit); }) {
      visit("network", self.network_);
    }
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return updates_before_ >= 0 && updates_before_ <= update_.updates &&
           optimizer_is_in_range(options_.optimizer);
  }

 private:
  static Options checked(Options options, const Network& network) {
    check_optimizer(options.optimizer);
    check_setting("clip_norm", options.clip_norm, from_to(0, 1e6));
    check_setting("clip_value", options.clip_value, from_to(0, 1e6));
    options.credit.check();
    options.rehearsal.check();
    check_loss(options.loss, network.sizes().outputs);
    return options;
  }

  /// Writes the loss, and sends its gradient by the prediction to the step; says why if that cannot be.
  template <class Y>
  UpdateStatus enter(Memory& stream, Time step, const Y& y) {
    if (stream.tape.empty()) {
      return UpdateStatus::no_step;
    }
    if (!stream.tape.holds(step)) {
      return UpdateStatus::label_too_late;
    }
    if (stream.tape.is_gap(step)) {
      return UpdateStatus::input_not_finite;
    }
    const auto label = stream.incoming();
    const TargetKind target_kind =
        write_target<L, Targets, Scalar>(options_.loss, y, label.target, label.weight);
    if (target_kind != TargetKind::usable) {
      return target_kind == TargetKind::missing ? UpdateStatus::target_missing
                                                : UpdateStatus::target_not_finite;
    }
    update_.loss = stream.enter(step, options_.loss);
    return is_finite(update_.loss) ? UpdateStatus::pending : UpdateStatus::loss_not_finite;
  }

  /// One update from the errors that wait in the stream, and from rehearsed windows beside them.
  void update(Memory& stream) {
    const Time newest = stream.tape.newest_pending();
    const int errors = stream.tape.pending();
    const int replays = rehearsal_.replays();
    const Scalar share = Scalar(1) / static_cast<Scalar>(1 + replays);
    touched_.clear(network_, gradient_.data());
    stream.tape.sweep(network_, parameters_.data(), share, gradient_.data(), false, touched_);
    for (int replay = 0; replay < replays; ++replay) {
      rehearsal_.rehearse(network_, parameters_.data(), options_.loss, share, gradient_.data(), touched_,
                          random_);
    }
    if (descend(errors)) {
      rehearsal_.keep(stream, network_, newest, random_);
    }
  }

  /// A label's share of the update that is under way in the stream, and the beginning of the next.
  void update_by_and_by(Memory& stream) {
    auto& tape = stream.tape;
    const auto move = [&](Index begin, Index length) {
      std::copy_n(tape.gradient() + begin, length, gradient_.data() + begin);
      update_.gradient_norm = tape.gradient_norm();
      if (begin == 0) {
        if (!begin_update(tape.stride())) {
          return false;
        }
        tape.set_number(update_.updates);
      } else if (!goes_on(tape.number())) {
        return false;
      }
      return move_parameters(tape.stride(), tape.number(), [&](auto&& visit) {
        touched_.for_each_range(network_, [&](Index first, Index count, bool) {
          const Index from = (std::max)(begin, first), to = (std::min)(begin + length, first + count);
          if (from < to) {
            visit(from, to - from);
          }
        });
      });
    };
    if (tape.busy()) {
      tape.work(network_, parameters_.data(), tape.due(), move);
    }
    if (tape.due()) {
      tape.begin_update();
    }
  }

  /// Moves the weights by the gradient of so many errors; false if it is not finite.
  bool descend(int errors) {
    Scalar sum_of_squares = 0;
    touched_.for_each_range(network_, [&](Index begin, Index length, bool) {
      sum_of_squares += squared_norm(gradient_.data() + begin, length);
    });
    update_.gradient_norm = std::sqrt(sum_of_squares);
    if (!begin_update(errors)) {
      return false;
    }
    return move_parameters(errors, update_.updates, [&](auto&& visit) {
      touched_.for_each_range(network_, [&](Index begin, Index length, bool) { visit(begin, length); });
    });
  }

  /// Counts an update, unless its gradient is not finite, or a setting of the optimizer out of its range.
  bool begin_update(int errors) {
    const bool finite = is_finite(update_.gradient_norm);
    if (!finite || !may_update(options_.optimizer, update_.updates + 1 - updates_before_)) {
      update_.skipped += errors;
      update_.status = finite ? UpdateStatus::setting_out_of_range : UpdateStatus::gradient_not_finite;
      return false;
    }
    ++update_.updates;
    update_.applied = true;
    if (update_.status == UpdateStatus::pending) {
      update_.status = UpdateStatus::applied;
    }
    return true;
  }

  /// Whether the rest of an update may move its parameters, too: not if the optimizer has begun anew, or a
  /// setting has left its range.
  bool goes_on(std::int64_t number) {
    if (number <= updates_before_) {
      return false;
    }
    update_.applied = may_update(options_.optimizer, number - updates_before_);
    if (!update_.applied) {
      update_.status = UpdateStatus::setting_out_of_range;
    }
    return update_.applied;
  }

  /// Moves the parameters in some ranges by their gradient, that of so many errors in update `number`; false
  /// if some of them would no longer be finite, and stay.
  template <class Ranges>
  bool move_parameters(int errors, std::int64_t number, Ranges&& for_each_range) {
    const bool finite = update_parameters(
        options_.optimizer, Clipping{options_.clip_norm, options_.clip_value},
        static_cast<double>(update_.gradient_norm), number - updates_before_, parameters_.data(),
        gradient_.data(), moments_.data(), padded<Scalar>(network_.sizes().parameters), for_each_range);
    if (!finite) {
      update_.skipped += errors;
      update_.status = UpdateStatus::update_not_finite;
    }
    return finite;
  }

  [[no_unique_address]] Network network_;
  Options options_;
  int targets_;
  Random random_;
  Update<Scalar> update_;
  std::int64_t updates_before_ = 0;  ///< the optimizer's latest reset
  Storage<Scalar, padded<Scalar>(Parameters)> parameters_, gradient_;
  Storage<Scalar, multiply(O::moments, padded<Scalar>(Parameters))> moments_;
  Touched<Network> touched_;
  [[no_unique_address]] RehearsalMemory<R, Memory> rehearsal_;
};

}  // namespace eddy

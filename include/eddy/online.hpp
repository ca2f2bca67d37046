#pragma once

#include <eddy/batch.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/core/touched.hpp>
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
#include <vector>

namespace eddy {

/// A network that learns from a stream, one sample at a time.
///
/// - `step(x)`: one step forward; returns the prediction.
/// - `partial_fit(x, y)`: the same, then learns from y; returns the loss of the prediction made before.
/// - `partial_fit(y)`: learns from the label of the newest step.
/// - `partial_fit(at(t), y)`: learns from the label of step t, which was `time()` then.
/// - `predict(x)`: what `step(x)` would return; changes nothing.
///
/// `step(x)` followed by `partial_fit(x, y)` would take the sample twice.
///
/// x is any Eigen vector expression of the model's scalar type, or a number if there is one input. y is a
/// vector (a number, if there is one target), a class index for a `ClassLoss`, or `weighted(y, w)`. NaN in y
/// masks that target. A sample that cannot be learned from is skipped, counted and reported by
/// `last_update()`; wrong sizes throw `std::invalid_argument` before anything has changed.
///
/// Nothing is allocated after construction; a network of fixed sizes lives wholly inside this object. Copies
/// are independent.
template <Layer Network_, Loss L = MeanSquaredError, Optimizer O = Adam, class Credit = TruncatedBptt<16>,
          Rehearsal R = DefaultRehearsal>
requires CreditFor<Credit, Network_>
class Online {
 public:
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Options = OnlineOptions<L, O, Credit, R>;
  using Time = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs, Parameters = Sizes.parameters;
  static constexpr int WindowAtCompileTime = Credit::WindowAtCompileTime;
  static constexpr bool fixed = Sizes.fixed() && Credit::WindowAtCompileTime != Dynamic;  ///< no heap at all

  /// What `predict` returns where sizes are fixed: a vector of the alignment of its scalars, the same in
  /// translation units with other flags.
  using Prediction = Eigen::Matrix<Scalar, Outputs, 1, int{Eigen::ColMajor} | int{Eigen::DontAlign}>;

 private:
  static constexpr int Targets = Sizes.fixed() ? targets_at_compile_time<L, Outputs>() : Dynamic;
  using Memory = StreamMemory<Network, Credit, Targets>;
  static constexpr bool amortized = requires { Credit::amortized; };
  static_assert(!amortized || std::is_same_v<R, NoRehearsal>,
                "AmortizedBptt is for a flat latency: it goes with NoRehearsal only");
  template <class X>
  static constexpr bool certain = size_is_certain<X, Inputs>() && fixed;
  template <class Y>
  static constexpr bool certain_target = fixed && !is_class_index<L, Y> && size_is_certain<Y, Targets>();

 public:
  /// One stream of samples: its own hidden state, window and labels, under the weights of the model that made
  /// it. One thread at a time may use a stream; different threads may `step` different streams of a model
  /// that nobody is teaching.
  class Stream {
   public:
    /// The newest step; steps are counted from 1, and `reset()` does not turn time back.
    Time time() const { return memory_.tape.time(); }

    /// The latest prediction; zero before the first step.
    VectorView<const Scalar, Outputs> prediction() const { return memory_.tape.prediction(time()); }

    /// Forgets the stream: hidden state, window, labels whose error still waited.
    void reset() { memory_.tape.reset(); }

   private:
    friend Online;
    explicit Stream(const Online& model) : memory_(model.network_, model.targets_, model.options_.credit) {}

    Memory memory_;
  };

  /// Several streams in lock step under one set of weights: a step of all of them is one matrix product. A
  /// matrix of inputs, predictions or targets has a column for each stream. Allocates at construction.
  class Batch {
   public:
    int streams() const { return memory_.tape.streams(); }

    /// The newest step of all, counted from 1.
    Time time() const { return memory_.tape.time(); }

    /// The latest predictions; zero before the first step, NaN for a stream that had no sample.
    MatrixView<const Scalar> predictions() const { return memory_.tape.predictions(time()); }

    /// Forgets all streams, or one of them: hidden state, window, labels whose error still waited. Time goes
    /// on.
    void reset() {
      for (int stream = 0; stream < streams(); ++stream) {
        memory_.tape.reset(stream);
      }
    }
    void reset(int stream) {
      if (stream < 0 || stream >= streams()) {
        fail("the stream is " + std::to_string(stream) + ", expected 0 to " + std::to_string(streams() - 1));
      }
      memory_.tape.reset(stream);
    }

   private:
    friend Online;
    Batch(const Online& model, int streams)
        : memory_(model.network_, model.targets_, streams, model.options_.credit) {}

    BatchMemory<Network> memory_;
  };

  /// A model of fixed sizes. Throws `std::invalid_argument` if a setting is out of range.
  explicit Online(Options options = {}) requires(Sizes.fixed()) : Online(Network(), std::move(options)) {}

  /// A model of any sizes: all memory is allocated here.
  explicit Online(Network network, Options options = {})
      : network_(std::move(network)),
        options_(checked(std::move(options), network_)),
        targets_(eddy::target_size(options_.loss, network_.sizes().outputs)),
        random_(options_.seed),
        parameters_(padded<Scalar>(network_.sizes().parameters)),
        gradient_(padded<Scalar>(network_.sizes().parameters)),
        moments_(static_cast<Index>(O::moments) * padded<Scalar>(network_.sizes().parameters)),
        touched_(network_),
        stream_(*this),
        rehearsal_(options_.rehearsal, network_, targets_, options_.credit) {
    network_.initialize(parameters_.data(), random_);
  }

  /// Takes one step; returns the prediction, which lives in the stream until its next step. NaN for an x that
  /// is not finite; the state then stays.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) noexcept(certain<X>) {
    return step(stream_, x);
  }
  template <Values X>
  VectorView<const Scalar, Outputs> step(Stream& stream, const X& x) const noexcept(certain<X>) {
    check_size<Inputs>("x", x, network_.sizes().inputs);
    check_stream(stream);
    copy_values<Inputs>(x, stream.memory_.tape.next_input(), network_.sizes().inputs);
    stream.memory_.step(network_, parameters_.data());
    return stream.prediction();
  }

  /// Takes one step, then learns from its label; returns the loss of the prediction made before the update,
  /// or NaN if there is none.
  template <Values X, TargetFor<L> Y>
  Scalar partial_fit(const X& x, const Y& y) noexcept(certain<X>&& certain_target<Y>) {
    return partial_fit(stream_, x, y);
  }
  template <Values X, TargetFor<L> Y>
  Scalar partial_fit(Stream& stream, const X& x, const Y& y) noexcept(certain<X>&& certain_target<Y>) {
    check_target<L, Targets>(options_.loss, y, targets_);
    step(stream, x);
    return learn(stream.memory_, stream.time(), y);
  }

  /// Learns from the label of the newest step, which has been taken already.
  template <TargetFor<L> Y>
  Scalar partial_fit(const Y& y) noexcept(certain_target<Y>) {
    return partial_fit(stream_, y);
  }
  template <TargetFor<L> Y>
  Scalar partial_fit(Stream& stream, const Y& y) noexcept(certain_target<Y>) {
    return partial_fit(stream, at(stream.time()), y);
  }

  /// Learns from the label of an earlier step: error enters where the prediction was made. If that step has
  /// left the window, returns NaN, and `last_update().status` is `label_too_late`.
  template <TargetFor<L> Y>
  Scalar partial_fit(At when, const Y& y) noexcept(certain_target<Y>) {
    return partial_fit(stream_, when, y);
  }
  template <TargetFor<L> Y>
  Scalar partial_fit(Stream& stream, At when, const Y& y) noexcept(certain_target<Y>) {
    check_target<L, Targets>(options_.loss, y, targets_);
    check_stream(stream);
    return learn(stream.memory_, when.step, y);
  }

  /// What `step(x)` would return, bit for bit; changes nothing. By value where sizes are fixed, else in the
  /// stream until its next prediction.
  template <Values X>
  auto predict(const X& x) const noexcept(certain<X>) {
    return predict(stream_, x);
  }
  template <Values X>
  auto predict(const Stream& stream, const X& x) const noexcept(certain<X>) {
    check_size<Inputs>("x", x, network_.sizes().inputs);
    check_stream(stream);
    if constexpr (fixed) {
      Scratch<Network> scratch(network_.sizes());
      return Prediction(predict(stream, x, scratch));
    } else {
      return predict(stream, x, stream.memory_.scratch);
    }
  }

  /// Closed-loop prediction for a model whose output feeds its input: column 0 is what `step(x)` would
  /// return, each further column follows from the one before as input. Returns [outputs, horizon]; changes
  /// nothing.
  template <Values X>
  Matrix<Scalar, Outputs, Dynamic> forecast(const X& x, int horizon) const {
    return forecast(stream_, x, horizon);
  }
  template <Values X>
  Matrix<Scalar, Outputs, Dynamic> forecast(const Stream& stream, const X& x, int horizon) const {
    static_assert(Inputs == Dynamic || Outputs == Dynamic || Inputs == Outputs,
                  "forecast() feeds outputs back as inputs: the model needs as many outputs as inputs");
    const LayerSizes sizes = network_.sizes();
    if (sizes.inputs != sizes.outputs) {
      fail("forecast() feeds outputs back as inputs: expected as many outputs as inputs, which are " +
           std::to_string(sizes.inputs) + ", the model has " + std::to_string(sizes.outputs));
    }
    if (horizon < 0) {
      fail("the horizon is " + std::to_string(horizon) + ", expected at least 0");
    }
    check_size<Inputs>("x", x, sizes.inputs);
    check_stream(stream);
    Matrix<Scalar, Outputs, Dynamic> outputs(sizes.outputs, horizon);
    Scratch<Network> scratch(sizes);
    for (int ahead = 0; ahead < horizon; ++ahead) {
      outputs.col(ahead) = ahead == 0 ? predict(stream, x, scratch) : advance(scratch, scratch.output.data());
    }
    return outputs;
  }

  /// The latest prediction that was made before its label was known; zero before the first step.
  VectorView<const Scalar, Outputs> prediction() const { return stream_.prediction(); }

  /// The state that the network carries on in the model's own stream, layer after layer: the hidden units h,
  /// for an LSTM [h; c].
  VectorView<const Scalar, Sizes.state> state() const {
    return {stream_.memory_.tape.state(), network_.sizes().state};
  }

  /// The newest step of the model's own stream.
  Time time() const { return stream_.time(); }

  int inputs() const { return network_.sizes().inputs; }
  int outputs() const { return network_.sizes().outputs; }

  /// The number of newest steps whose labels are welcome.
  int window() const { return options_.credit.window; }

  /// Forgets the model's own stream: hidden state, window. Keeps the weights, the optimizer, and what is kept
  /// for rehearsal.
  void reset() { stream_.reset(); }

  /// Forgets the windows that are kept for rehearsal, whatever stream they are of, and keeps all else; new
  /// ones come with the next updates.
  ///
  /// For streams whose new labels contradict the old ones, called when a drift detector finds a change.
  /// `./dev bench rehearsal_drift` has the figures; with the 200 most recent windows and `PageHinkley`, a
  /// root mean squared error of 0.30 instead of 0.37 where a law changes its sign every 500 rows (without
  /// rehearsal 0.35), but 0.103 instead of 0.100 where old regimes return (0.106). A false alarm costs, too:
  /// it throws away what could have been learned.
  void forget_rehearsed() { rehearsal_.forget(); }

  /// Another stream, at its initial state, to learn from and predict under the same weights.
  Stream make_stream() const { return Stream(*this); }

  /// Streams at their initial state, to be taken forward together. They learn without rehearsal: each is what
  /// the others rehearse.
  Batch make_batch(int streams) const {
    if (streams < 1) {
      fail("the number of streams is " + std::to_string(streams) + ", expected at least 1");
    }
    return Batch(*this, streams);
  }

  /// Takes one step of every stream of the batch, x [inputs, streams]; returns the predictions [outputs,
  /// streams], which live in the batch until its next step. A stream has no sample at this step if its column
  /// of x is not finite, or if `active(stream)` is false: its state stays, its prediction is NaN.
  template <EigenExpression X>
  MatrixView<const Scalar> step(Batch& batch, const X& x) const {
    return step_batch(batch, x, [](int) { return true; });
  }
  template <EigenExpression X, EigenExpression Active>
  MatrixView<const Scalar> step(Batch& batch, const X& x, const Active& active) const {
    if (active.size() != batch.streams()) {
      fail_size("active", static_cast<long>(active.size()), batch.streams());
    }
    return step_batch(batch, x, [&](int stream) { return static_cast<bool>(active(stream)); });
  }

  /// Takes one step of every stream, then learns from their labels, y [targets, streams] or, for a
  /// `ClassLoss`, a class index for each; NaN, or a negative index, is no label. The loss is the mean over
  /// the streams that have a label, and so is its gradient.
  template <EigenExpression X, EigenExpression Y>
  Scalar partial_fit(Batch& batch, const X& x, const Y& y) {
    check_labels<L>(y, targets_, batch.streams());
    step(batch, x);
    return learn(batch, batch.time(), y);
  }
  template <EigenExpression X, EigenExpression Y, EigenExpression Active>
  Scalar partial_fit(Batch& batch, const X& x, const Y& y, const Active& active) {
    check_labels<L>(y, targets_, batch.streams());
    step(batch, x, active);
    return learn(batch, batch.time(), y);
  }

  /// Learns from the labels of the newest step, or of an earlier one.
  template <EigenExpression Y>
  Scalar partial_fit(Batch& batch, const Y& y) {
    return partial_fit(batch, at(batch.time()), y);
  }
  template <EigenExpression Y>
  Scalar partial_fit(Batch& batch, At when, const Y& y) {
    check_labels<L>(y, targets_, batch.streams());
    check_batch(batch);
    return learn(batch, when.step, y);
  }

  /// What became of the latest label.
  const Update<Scalar>& last_update() const { return update_; }

  /// How many steps error went back in all sweeps of the model's own stream: what a tolerance of
  /// `TruncatedBptt` saves.
  std::int64_t steps_back() const { return stream_.memory_.tape.steps_back(); }

  /// All weights, as one contiguous vector on a cache line; assignable.
  Eigen::Map<Vector<Scalar, Parameters>, alignment> parameters() {
    return {parameters_.data(), network_.sizes().parameters};
  }
  Eigen::Map<const Vector<Scalar, Parameters>, alignment> parameters() const {
    return {parameters_.data(), network_.sizes().parameters};
  }

  /// The gradient of the latest update, before clipping: of the new errors, or the mean over them and the
  /// rehearsed windows.
  Eigen::Map<const Vector<Scalar, Parameters>, alignment> gradient() const {
    return {gradient_.data(), network_.sizes().parameters};
  }

  /// What the optimizer keeps beside the parameters: `moments` vectors, each in whole cache lines;
  /// assignable.
  VectorView<Scalar> moments() { return {moments_.data(), moments_.size()}; }
  VectorView<const Scalar> moments() const { return {moments_.data(), moments_.size()}; }

  /// The parameters by name ("0.weight_ih" is that of the first layer), as matrices to read and write.
  /// Allocates the list.
  std::vector<NamedParameter<Scalar>> named_parameters() { return named(network_, parameters_.data()); }
  std::vector<NamedParameter<const Scalar>> named_parameters() const {
    return named(network_, parameters_.data());
  }

  /// Freezes the layer at position N of a `Sequential`, counted from the input: its parameters get no
  /// gradient and no update, and an update costs less, above all where no layer below it learns. The moments
  /// of the optimizer rest until `unfreeze`. `Frozen` is a layer that never learns.
  template <std::size_t N>
  void freeze() requires(!amortized) {
    network_.template freeze<N>();
    std::fill_n(gradient_.data(), network_.sizes().parameters, Scalar(0));
  }

  /// Lets a layer learn again.
  template <std::size_t N>
  void unfreeze() requires(!amortized) {
    network_.template freeze<N>(false);
  }

  /// The optimizer's settings, to be changed while learning goes on.
  O& optimizer() { return options_.optimizer; }

  /// Makes the optimizer begin anew: its moments are zero, and it, like a schedule, counts updates from 1.
  /// Weights and settings stay.
  void reset_optimizer() {
    std::fill_n(moments_.data(), moments_.size(), Scalar(0));
    updates_before_ = update_.updates;
  }
  const Options& options() const { return options_; }
  const Network& network() const { return network_; }

 private:
  /// Bounds that keep a single update of finite weights by a finite gradient finite.
  static void check_setting(const char* what, double value) {
    if (!is_finite(value) || value < 0 || value > 1e6) {
      fail(std::string(what) + " is " + std::to_string(value) + ", expected 0 to 1000000");
    }
  }

  static Options checked(Options options, const Network& network) {
    const int outputs = network.sizes().outputs;
    check_setting("the learning rate", static_cast<double>(options.optimizer.learning_rate));
    check_setting("clip_norm", options.clip_norm);
    check_setting("clip_value", options.clip_value);
    options.credit.check();
    options.rehearsal.check();
    eddy::target_size(options.loss, outputs);
    if constexpr (requires { options.loss.check(outputs); }) {
      options.loss.check(outputs);
    }
    return options;
  }

  void check_stream(const Stream& stream) const noexcept(fixed) {
    if constexpr (!fixed) {
      if (!stream.memory_.tape.fits(network_.sizes(), options_.credit)) {
        fail("the stream was made by a model of other sizes or another window");
      }
    }
  }

  void check_batch(const Batch& batch) const {
    if (!batch.memory_.tape.fits(network_.sizes(), options_.credit)) {
      fail("the batch was made by a model of other sizes or another window");
    }
  }

  template <class X, class Active>
  MatrixView<const Scalar> step_batch(Batch& batch, const X& x, Active&& active) const {
    const int inputs = network_.sizes().inputs;
    check_columns("x", x, inputs, batch.streams());
    check_batch(batch);
    for (int stream = 0; stream < batch.streams(); ++stream) {
      copy_values<Inputs>(x.col(stream), batch.memory_.tape.next_input(stream), inputs);
    }
    batch.memory_.tape.step(network_, parameters_.data(), active);
    return batch.predictions();
  }

  /// Enters the errors of labels that have come, and updates the weights if it is time.
  template <class Y>
  Scalar learn(Batch& batch, Time step, const Y& y) {
    auto& tape = batch.memory_.tape;
    const auto entered = batch.memory_.enter(step, y, options_.loss);
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

  VectorView<const Scalar, Outputs> advance(Scratch<Network>& scratch, const Scalar* x) const {
    Memory::Tape::advance(network_, network_.sizes(), parameters_.data(), x, scratch.state.data(),
                          scratch.column.data(), scratch.output.data());
    return {scratch.output.data(), network_.sizes().outputs};
  }

  template <class X>
  VectorView<const Scalar, Outputs> predict(const Stream& stream, const X& x,
                                            Scratch<Network>& scratch) const {
    const LayerSizes sizes = network_.sizes();
    copy_values<Inputs>(x, scratch.input.data(), sizes.inputs);
    std::copy_n(stream.memory_.tape.state(), sizes.state, scratch.state.data());
    return advance(scratch, scratch.input.data());
  }

  /// Enters the error of a label that has come, and updates the weights if it is time.
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
    const TargetKind kind = write_target<L, Targets, Scalar>(options_.loss, y, label.target, label.weight);
    if (kind != TargetKind::usable) {
      return kind == TargetKind::missing ? UpdateStatus::target_missing : UpdateStatus::target_not_finite;
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
      if (begin == 0 && !begin_update(tape.stride())) {
        return false;
      }
      move_parameters([&](auto&& visit) {
        touched_.for_each_range(network_, [&](Index first, Index count, bool) {
          const Index from = (std::max)(begin, first), to = (std::min)(begin + length, first + count);
          if (from < to) {
            visit(from, to - from);
          }
        });
      });
      return true;
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
    move_parameters([&](auto&& visit) {
      touched_.for_each_range(network_, [&](Index begin, Index length, bool) { visit(begin, length); });
    });
    return true;
  }

  /// Counts an update, unless its gradient is not finite.
  bool begin_update(int errors) {
    if (!is_finite(update_.gradient_norm)) {
      update_.skipped += errors;
      update_.status = UpdateStatus::gradient_not_finite;
      return false;
    }
    ++update_.updates;
    update_.applied = true;
    if (update_.status == UpdateStatus::pending) {
      update_.status = UpdateStatus::applied;
    }
    return true;
  }

  template <class Ranges>
  void move_parameters(Ranges&& for_each_range) {
    update_parameters(options_.optimizer, Clipping{options_.clip_norm, options_.clip_value},
                      static_cast<double>(update_.gradient_norm), update_.updates - updates_before_,
                      parameters_.data(), gradient_.data(), moments_.data(),
                      padded<Scalar>(network_.sizes().parameters), for_each_range);
  }

  template <class Value>
  static std::vector<NamedParameter<Value>> named(const Network& network, Value* parameters) {
    std::vector<NamedParameter<Value>> list;
    network.visit_parameters(parameters, [&](std::string name, Value* data, int rows, int columns) {
      list.push_back({std::move(name), {data, rows, columns}});
    });
    return list;
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
  Stream stream_;
  [[no_unique_address]] RehearsalMemory<R, Memory> rehearsal_;
};

}  // namespace eddy

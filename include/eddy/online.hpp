#pragma once

#include <eddy/batch.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/loss.hpp>
#include <eddy/optimizer.hpp>
#include <eddy/options.hpp>
#include <eddy/stream.hpp>
#include <eddy/target.hpp>
#include <eddy/trainer.hpp>
#include <eddy/update.hpp>

#include <algorithm>
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
/// Nothing is allocated after construction. Copies are independent.
///
/// Of fixed sizes, all memory lies inside this object: `sizeof` is 118 KiB for `Lstm<float, 3, 16, 1>`, 5.1
/// MiB for `Lstm<float, 8, 256, 1>`. Make a large one static, a member, or on the heap by `std::make_unique`:
/// as a local variable it may overrun the stack, and then the program ends without a word. When it is moved
/// from, it is as it was.
///
/// Of sizes at run time, all memory is allocated at construction. A model that was moved from throws when it
/// is used, and has 0 inputs, until another is assigned to it.
template <Layer Network_, Loss L = MeanSquaredError, Optimizer O = Adam, class Credit = TruncatedBptt<16>,
          Rehearsal R = DefaultRehearsal>
requires CreditFor<Credit, Network_>
class Online {
  static_assert(assert_scalar<typename Network_::Scalar>());

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
  using Trainer = eddy::Trainer<Network, L, O, Credit, R>;
  using Memory = typename Trainer::Memory;
  static constexpr int Targets = Trainer::Targets;
  template <class X>
  static constexpr bool certain = size_is_certain<X, Inputs>() && fixed;
  template <class Y>
  static constexpr bool certain_target = fixed && !is_class_index<L, Y> && size_is_certain<Y, Targets>();

 public:
  /// Whether streams can learn in lock step: `make_batch` compiles under `TruncatedBptt` only.
  static constexpr bool learns_in_batches = Trainer::learns_in_batches;

  /// One stream of samples: its own hidden state, window and labels, under the weights of the model that made
  /// it. One thread at a time may use a stream; different threads may `step` different streams of a model
  /// that nobody is teaching.
  class Stream {
   public:
    static constexpr const char* kind = "Stream";
    using KindParts = Types<Network, Credit>;

    /// The newest step; steps are counted from 1, and `reset()` does not turn time back.
    Time time() const { return memory_.tape.time(); }

    /// The latest prediction; zero before the first step.
    VectorView<const Scalar, Outputs> prediction() const {
      if constexpr (!fixed) {
        if (memory_.tape.was_moved_from()) {
          fail_moved_from("the stream");
        }
      }
      return memory_.tape.prediction(time());
    }

    /// Forgets the stream: hidden state, window, labels whose error still waited.
    void reset() { memory_.tape.reset(); }

    /// Shows what must be kept to go on later: calls visit(name, value) for each part.
    template <class Self, class Visit>
    static void visit_state(Self& self, Visit&& visit) {
      visit("tape", self.memory_.tape);
      visit("labels", self.memory_.labels);
    }

   private:
    friend Online;
    explicit Stream(const Online& model)
        : memory_(model.network(), model.trainer_.targets(), model.options().credit) {}

    Memory memory_;
  };

  /// Several streams in lock step under one set of weights: a step of all of them is one matrix product. A
  /// matrix of inputs, predictions or targets has a column for each stream. Allocates at construction.
  class Batch {
   public:
    static constexpr const char* kind = "Batch";
    using KindParts = Types<Network, Credit>;

    /// How many streams there are.
    int streams() const { return memory_.tape.streams(); }

    /// The newest step of all, counted from 1.
    Time time() const { return memory_.tape.time(); }

    /// The latest predictions; zero before the first step, NaN for a stream that had no sample.
    MatrixView<const Scalar> predictions() const { return memory_.tape.predictions(time()); }

    /// Forgets all streams, or one of them: hidden state, window, labels whose error still waited. Time goes
    /// on.
    void reset() { memory_.tape.reset(); }
    void reset(int stream) {
      if (stream < 0 || stream >= streams()) {
        fail("the stream is ", stream, ", expected 0 to ", streams() - 1);
      }
      memory_.tape.reset(stream);
    }

    /// Shows what must be kept to go on later: calls visit(name, value) for each part.
    template <class Self, class Visit>
    static void visit_state(Self& self, Visit&& visit) {
      visit("tape", self.memory_.tape);
    }

   private:
    friend Online;
    Batch(const Online& model, int streams)
        : memory_(model.network(), model.trainer_.targets(), streams, model.options().credit) {}

    typename Trainer::Batch memory_;
  };

  /// A model of fixed sizes. Throws `std::invalid_argument` if a setting is out of range.
  explicit Online(Options options = {}) requires(Sizes.fixed()) : Online(Network(), std::move(options)) {}

  /// A model of any sizes: all memory is allocated here.
  explicit Online(Network network, Options options = {})
      : trainer_(std::move(network), std::move(options)), stream_(*this) {}

  /// Takes one step; returns the prediction, which lives in the stream until its next step. NaN for an x that
  /// is not finite; the state then stays.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) noexcept(certain<X>) {
    return step(stream_, x);
  }
  template <Values X>
  VectorView<const Scalar, Outputs> step(Stream& stream, const X& x) const noexcept(certain<X>) {
    check_size<Inputs>("x", x, network().sizes().inputs);
    check_stream(stream);
    copy_values<Inputs>(x, stream.memory_.tape.next_input(), network().sizes().inputs);
    stream.memory_.step(network(), trainer_.parameters());
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
    check_target<L, Targets>(options().loss, y, trainer_.targets());
    step(stream, x);
    return trainer_.learn(stream.memory_, stream.time(), y);
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
    check_target<L, Targets>(options().loss, y, trainer_.targets());
    check_stream(stream);
    return trainer_.learn(stream.memory_, when.step, y);
  }

  /// What `step(x)` would return, bit for bit; changes nothing. By value where sizes are fixed, else in the
  /// stream until its next prediction.
  template <Values X>
  auto predict(const X& x) const noexcept(certain<X>) {
    return predict(stream_, x);
  }
  template <Values X>
  auto predict(const Stream& stream, const X& x) const noexcept(certain<X>) {
    check_size<Inputs>("x", x, network().sizes().inputs);
    check_stream(stream);
    if constexpr (fixed) {
      Scratch<Network> scratch(network().sizes());
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
    const LayerSizes sizes = network().sizes();
    if (sizes.inputs != sizes.outputs) {
      fail("forecast() feeds outputs back as inputs: expected as many outputs as inputs, which are ",
           sizes.inputs, ", the model has ", sizes.outputs);
    }
    if (horizon < 0) {
      fail("the horizon is ", horizon, ", expected at least 0");
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
    check_model();
    return {stream_.memory_.tape.state(), network().sizes().state};
  }

  /// The newest step of the model's own stream.
  Time time() const { return stream_.time(); }

  int inputs() const { return network().sizes().inputs; }
  int outputs() const { return network().sizes().outputs; }

  /// The number of newest steps whose labels are welcome.
  int window() const { return options().credit.window; }

  /// Forgets the model's own stream: hidden state, window. Keeps the weights, the optimizer, and what is kept
  /// for rehearsal.
  void reset() {
    check_model();
    stream_.reset();
  }

  /// Forgets the windows that are kept for rehearsal, whatever stream they are of, and keeps all else; new
  /// ones come with the next updates.
  ///
  /// For streams whose new labels contradict the old ones, called when a drift detector finds a change.
  /// `./dev bench rehearsal_drift` has the figures; with the 200 most recent windows and `PageHinkley`, a
  /// root mean squared error of 0.30 instead of 0.37 where a law changes its sign every 500 rows (without
  /// rehearsal 0.35), but 0.103 instead of 0.100 where old regimes return (0.106). A false alarm costs, too:
  /// it throws away what could have been learned.
  void forget_rehearsed() { trainer_.forget_rehearsed(); }

  /// Another stream, at its initial state, to learn from and predict under the same weights.
  Stream make_stream() const {
    check_model();
    return Stream(*this);
  }

  /// Streams at their initial state, to be taken forward together. They learn by `TruncatedBptt` without a
  /// tolerance, and without rehearsal: each is what the others rehearse.
  Batch make_batch(int streams) const requires(learns_in_batches) {
    check_model();
    check_fixed<Dynamic>("the number of streams", streams);
    if (const double tolerance = options().credit.tolerance; tolerance != 0) {
      fail("tolerance is ", tolerance, ", expected 0: a batch sends error back through its whole window");
    }
    return Batch(*this, streams);
  }
  /// Does not compile: a batch learns by no other credit rule.
  template <class Count>
  Batch make_batch(Count) const requires(!learns_in_batches) {
    static_assert(sizeof(Count) == 0,
                  "a batch learns by TruncatedBptt only: under another credit rule, as AmortizedBptt, use "
                  "make_stream() for each stream");
  }

  /// Takes one step of every stream of the batch, x [inputs, streams]; returns the predictions [outputs,
  /// streams], which live in the batch until its next step. A stream has no sample at this step if its column
  /// of x is not finite, or if `active(stream)` is false: its state stays, its prediction is NaN.
  template <EigenExpression X>
  MatrixView<const Scalar> step(Batch& batch, const X& x) const {
    return step_batch(batch, x, [](int) { return true; });
  }
  /// The same, for the streams whose entry of `active` is true; the others have no sample at this step.
  template <EigenExpression X, EigenExpression Active>
  MatrixView<const Scalar> step(Batch& batch, const X& x, const Active& active) const {
    check_batch(batch);
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
    check_batch(batch);
    check_labels<L>(y, trainer_.targets(), batch.streams());
    step(batch, x);
    return trainer_.learn(batch.memory_, batch.time(), y);
  }
  /// The same, for the streams whose entry of `active` is true: the others neither step nor learn.
  template <EigenExpression X, EigenExpression Y, EigenExpression Active>
  Scalar partial_fit(Batch& batch, const X& x, const Y& y, const Active& active) {
    check_batch(batch);
    check_labels<L>(y, trainer_.targets(), batch.streams());
    step(batch, x, active);
    return trainer_.learn(batch.memory_, batch.time(), y);
  }

  /// Learns from the labels of the newest step of the batch.
  template <EigenExpression Y>
  Scalar partial_fit(Batch& batch, const Y& y) {
    return partial_fit(batch, at(batch.time()), y);
  }
  /// Learns from the labels of an earlier step; NaN, and a status, if it has left the window.
  template <EigenExpression Y>
  Scalar partial_fit(Batch& batch, At when, const Y& y) {
    check_batch(batch);
    check_labels<L>(y, trainer_.targets(), batch.streams());
    return trainer_.learn(batch.memory_, when.step, y);
  }

  /// What became of the latest label.
  const Update<Scalar>& last_update() const { return trainer_.last_update(); }

  /// How many steps error went back in all sweeps of the model's own stream: what a tolerance of
  /// `TruncatedBptt` saves.
  std::int64_t steps_back() const { return stream_.memory_.tape.steps_back(); }

  /// All weights, as one contiguous vector on a cache line; assignable.
  Eigen::Map<Vector<Scalar, Parameters>, alignment> parameters() {
    return {trainer_.parameters(), network().sizes().parameters};
  }
  Eigen::Map<const Vector<Scalar, Parameters>, alignment> parameters() const {
    return {trainer_.parameters(), network().sizes().parameters};
  }

  /// The gradient of the latest update, before clipping: of the new errors, or the mean over them and the
  /// rehearsed windows.
  Eigen::Map<const Vector<Scalar, Parameters>, alignment> gradient() const {
    return {trainer_.gradient(), network().sizes().parameters};
  }

  /// What the optimizer keeps beside the parameters: `moments` vectors, each in whole cache lines;
  /// assignable.
  VectorView<Scalar> moments() { return trainer_.moments(); }
  VectorView<const Scalar> moments() const { return trainer_.moments(); }

  /// The parameters by name ("0.weight_ih" is that of the first layer), as matrices to read and write.
  /// Allocates the list.
  std::vector<NamedParameter<Scalar>> named_parameters() { return named(network(), trainer_.parameters()); }
  std::vector<NamedParameter<const Scalar>> named_parameters() const {
    return named(network(), trainer_.parameters());
  }

  /// Freezes the layer at position N of a `Sequential`, counted from the input: its parameters get no
  /// gradient and no update, and an update costs less, above all where no layer below it learns. The moments
  /// of the optimizer rest until `unfreeze`. `Frozen` is a layer that never learns.
  template <std::size_t N>
  void freeze() requires(!Trainer::amortized) {
    trainer_.template freeze<N>();
  }

  /// Lets a layer learn again.
  template <std::size_t N>
  void unfreeze() requires(!Trainer::amortized) {
    trainer_.template freeze<N>(false);
  }

  /// The optimizer's settings, to be changed while learning goes on. While one is out of its range, updates
  /// are skipped with the status `setting_out_of_range`; `optimizer().check()` throws with its name and
  /// range.
  O& optimizer() { return trainer_.optimizer(); }

  /// Makes the optimizer begin anew: its moments are zero, and it, like a schedule, counts updates from 1.
  /// Weights and settings stay. With `AmortizedBptt`, an update under way moves no further parameters.
  void reset_optimizer() { trainer_.reset_optimizer(); }
  const Options& options() const { return trainer_.options(); }
  const Network& network() const { return trainer_.network(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part. The streams that
  /// `make_stream` and `make_batch` made show their own. Throws if the model was moved from.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    self.check_model();
    visit("trainer", self.trainer_);
    visit("stream", self.stream_);
  }

 private:
  /// A model of fixed sizes keeps all that it has when it is moved from; the memory of others is gone.
  void check_model() const noexcept(fixed) {
    if constexpr (!fixed) {
      if (stream_.memory_.tape.was_moved_from()) {
        fail_moved_from("the model");
      }
    }
  }

  void check_stream(const Stream& stream) const noexcept(fixed) {
    if constexpr (!fixed) {
      if (!stream.memory_.tape.fits(network().sizes(), options().credit)) {
        check_model();
        if (stream.memory_.tape.was_moved_from()) {
          fail_moved_from("the stream");
        }
        fail("the stream was made by a model of other sizes or another window");
      }
      if (!trainer_.parameters()) {  // of a network that keeps its sizes when it is moved from
        check_model();
      }
    }
  }

  void check_batch(const Batch& batch) const {
    check_model();
    if (batch.streams() == 0) {
      fail_moved_from("the batch");
    }
    if (!batch.memory_.tape.fits(network().sizes(), options().credit)) {
      fail("the batch was made by a model of other sizes, another window or another tolerance");
    }
  }

  template <class X, class Active>
  MatrixView<const Scalar> step_batch(Batch& batch, const X& x, Active&& active) const {
    check_batch(batch);
    const int inputs = network().sizes().inputs;
    check_columns("x", x, inputs, batch.streams());
    for (int stream = 0; stream < batch.streams(); ++stream) {
      copy_values<Inputs>(x.col(stream), batch.memory_.tape.next_input(stream), inputs);
    }
    batch.memory_.tape.step(network(), trainer_.parameters(), active);
    return batch.predictions();
  }

  VectorView<const Scalar, Outputs> advance(Scratch<Network>& scratch, const Scalar* x) const {
    Memory::Tape::advance(network(), network().sizes(), trainer_.parameters(), x, scratch.state.data(),
                          scratch.column.data(), scratch.output.data());
    return {scratch.output.data(), network().sizes().outputs};
  }

  template <class X>
  VectorView<const Scalar, Outputs> predict(const Stream& stream, const X& x,
                                            Scratch<Network>& scratch) const {
    const LayerSizes sizes = network().sizes();
    copy_values<Inputs>(x, scratch.input.data(), sizes.inputs);
    std::copy_n(stream.memory_.tape.state(), sizes.state, scratch.state.data());
    return advance(scratch, scratch.input.data());
  }

  template <class Value>
  static std::vector<NamedParameter<Value>> named(const Network& network, Value* parameters) {
    std::vector<NamedParameter<Value>> list;
    network.visit_parameters(parameters, [&](std::string name, Value* data, int rows, int columns) {
      list.push_back({std::move(name), {data, rows, columns}});
    });
    return list;
  }

  Trainer trainer_;
  Stream stream_;
};

}  // namespace eddy

#pragma once

#include <eddy/cells/echo_state_cell.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/heads/features.hpp>
#include <eddy/heads/recursive_least_squares.hpp>
#include <eddy/models.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/streaming/exponential_weights.hpp>
#include <eddy/streaming/past_labels.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

namespace eddy {

/// Settings of `Forecaster`: what is known of the stream. There is nothing to tune.
struct ForecasterOptions {
  int horizon = 1;         ///< steps after which the label of a sample comes
  int season = 0;          ///< steps after which the stream resembles itself; 0: none is known
  std::uint64_t seed = 1;  ///< of all random weights

  /// Refuses what is out of range.
  void check() const {
    check_setting("horizon", horizon, from_to(1, 1000000));
    check_setting("season", season, from_to(0, 1000000));
  }
};

/// Forecasts a stream of numbers, `horizon` steps ahead, in its own units: the recommended recipe,
/// ready-made.
///
///   eddy::Forecaster<float> forecaster(inputs, {.horizon = 12, .season = 288});
///   forecaster.observe(y);      // the newest value of the stream
///   forecaster.step(x);         // what it will be `horizon` steps from now; x: what else is known
///
/// Thirteen experts learn side by side, and their forecasts are mixed by `ExponentialWeights` on their recent
/// absolute errors: the last value; the last season; four autoregressions by `RecursiveLeastSquares` that
/// forget at different speeds; four echo states of different memory; two LSTMs, of the value and of its
/// change; an RNN. All see x, the last 28 values, and the seasons before. The linear heads count large errors
/// less (Huber 1964), so that a holiday or a failure does not spoil what ordinary days taught. No forecast of
/// an expert leaves the range of all labels so far, outliers left out, by more than a usual change.
///
/// Raw numbers are doubles, as in a `Pipeline`, whatever the experts compute in: `Scalar_`, float by default.
///
/// A `Learner` of one output: `observe(y)` is `partial_fit(at(time() + 1 - horizon), y)`. x may be scaled as
/// it likes, and NaN in it stands for its mean; a label that is not finite is missing. Until labels have
/// come, the forecast is 0. Nothing is allocated after construction. docs/recipes.md has its errors on many
/// streams, and what a step costs.
template <class Scalar_ = float>
class Forecaster {
  using Inner = Scalar_;

 public:
  static constexpr const char* kind = "Forecaster";
  using Scalar = double;  ///< of samples, labels and forecasts
  static constexpr int Inputs = Dynamic, Outputs = 1;
  using Options = ForecasterOptions;
  using Time = std::int64_t;

  /// Throws if the number of inputs is negative, the horizon below 1, or the season negative.
  explicit Forecaster(int inputs, Options options = {})
      : inputs_(checked_inputs(inputs)),
        options_((options.check(), options)),
        labels_(remembered(options_)),
        input_scaler_((std::max)(1, inputs_)),
        change_scaler_(StandardScalerOptions{.limit = limit}),
        label_scaler_(StandardScalerOptions{.limit = limit}),
        now_(*this),
        scratch_(*this),
        lstm_(network<LstmCell<Inner>>(3e-3)),
        change_lstm_(network<LstmCell<Inner>>(3e-3)),
        rnn_(network<RnnCell<Inner>>(1e-3)),
        weights_(experts),
        losses_(experts),
        steps_(Place::forecasts + experts, window()) {
    const int all = regressors();
    for (const auto& [forgetting, huber, width] : {std::tuple{0.9995, 4.0, all},
                                                   {0.9995, 2.0, all},
                                                   {0.998, 2.0, 1 + inputs_ + lags - 1},
                                                   {1.0, 2.0, all}}) {
      lines_.emplace_back(width, 1, line(forgetting, huber));
    }
    reservoirs_.reserve(4);
    reservoirs_.emplace_back(*this, 100, EchoStateOptions{.spectral_radius = 0.9, .leak = 0.5}, 1 + inputs_);
    reservoirs_.emplace_back(*this, 100, EchoStateOptions{.spectral_radius = 0.9, .leak = 0.5}, all);
    reservoirs_.emplace_back(*this, 200, EchoStateOptions{.spectral_radius = 0.9, .leak = 0.8}, 8 + inputs_);
    reservoirs_.emplace_back(
        *this, 200, EchoStateOptions{.spectral_radius = 0.99, .leak = 0.3, .input_scaling = 0.3}, all);
  }

  int inputs() const { return inputs_; }
  static constexpr int outputs() { return 1; }

  /// Labels are welcome up to 15 steps after the horizon.
  int window() const { return options_.horizon + 15; }

  /// The newest step, counted from 1.
  Time time() const { return steps_.time(); }

  /// Takes the value that the stream has now, the label of the step `horizon` ago, and learns from it; call
  /// it before `step`. Returns the absolute error of the forecast, NaN if there was none.
  double observe(double y) { return partial_fit(at(time() + 1 - options_.horizon), y); }

  /// Takes what is known now; returns the forecast.
  template <Values X>
  VectorView<const double, 1> step(const X& x) {
    check_whole();
    check_size<Dynamic>("x", x, inputs_);
    now_.take(*this, x);
    learn_inputs(x);
    double* const column = steps_.advance();
    describe(column);
    run(*this, now_, column, [](auto& model, const auto& sample) { return model.step(sample); });
    return prediction();
  }

  /// The same, for a stream without inputs.
  VectorView<const double, 1> step() { return step(VectorView<const double>(nullptr, 0)); }

  /// Takes a step, then learns from its label; returns the absolute error.
  template <Values X, Values Y>
  double partial_fit(const X& x, const Y& y) {
    check_size<1>("the target", y, 1);
    step(x);
    return partial_fit(y);
  }

  /// Learns from the label of the newest step.
  template <Values Y>
  double partial_fit(const Y& y) {
    return partial_fit(at(time()), y);
  }

  /// Learns from the label of an earlier step.
  template <Values Y>
  double partial_fit(At when, const Y& y) {
    check_whole();
    check_size<1>("the target", y, 1);
    double label;
    copy_in_double<1>(y, &label, 1);
    if (!is_finite(label)) {
      return not_a_number<double>;
    }
    const double error = steps_.holds(when.step) ? learn(when, label) : not_a_number<double>;
    labels_.partial_fit(when.step + options_.horizon, label);
    label_range_.partial_fit(label);
    label_scaler_.partial_fit(label);
    return error;
  }

  /// What `step(x)` would return; changes nothing. Lives in the forecaster until the next call.
  template <Values X>
  VectorView<const double, 1> predict(const X& x) const {
    check_whole();
    check_size<Dynamic>("x", x, inputs_);
    scratch_.take(*this, x);
    describe(scratch_.column.data());
    run(*this, scratch_, scratch_.column.data(),
        [](const auto& model, const auto& sample) { return model.predict(sample); });
    return VectorView<const double, 1>(scratch_.column.data() + Place::mixed, 1);
  }

  /// The latest forecast; zero before the first step.
  VectorView<const double, 1> prediction() const {
    return VectorView<const double, 1>(steps_.column(time()) + Place::mixed, 1);
  }

  /// How much each expert counts at present; positive, with sum 1.
  VectorView<const double> weights() const { return weights_.weights(); }

  /// Forgets the stream, its past labels included; keeps what was learned.
  void reset() {
    for (auto& line : lines_) {
      line.reset();
    }
    for (auto& reservoir : reservoirs_) {
      reservoir.features.reset();
      reservoir.head.reset();
    }
    lstm_.reset();
    change_lstm_.reset();
    rnn_.reset();
    labels_.reset();
    steps_.reset();
  }

  const Options& options() const { return options_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    self.check_whole();
    visit("labels", self.labels_);
    visit("input_scaler", self.input_scaler_);
    visit("change_scaler", self.change_scaler_);
    visit("label_scaler", self.label_scaler_);
    visit("label_range", self.label_range_);
    for (auto& line : self.lines_) {
      visit("line", line);
    }
    for (auto& reservoir : self.reservoirs_) {
      visit("features", reservoir.features);
      visit("head", reservoir.head);
    }
    visit("lstm", self.lstm_);
    visit("change_lstm", self.change_lstm_);
    visit("rnn", self.rnn_);
    visit("weights", self.weights_);
    visit("steps", self.steps_);
  }

 private:
  using Line = RecursiveLeastSquares<Inner, Dynamic, 1>;
  template <class Cell>
  using Network = RecurrentModel<Cell, 1, MeanSquaredError, Adam, TruncatedBptt<Dynamic>>;
  static constexpr int lags = 28, experts = 13;
  static constexpr double limit = 8;

  /// Where what belongs to a step lies in its column.
  struct Place {
    enum { mixed, offset, scale, base, known, change_offset, change_scale, forecasts };
  };

  /// What the experts see at one step.
  struct View {
    explicit View(const Forecaster& all)
        : regressors(all.regressors()),
          drive(1 + all.inputs_ + all.seasonal()),
          raw(all.inputs_),
          column(Place::forecasts + experts) {}

    /// From x and the labels so far, all scaled: the newest label, x, older labels, seasons before.
    template <Values X>
    void take(const Forecaster& all, const X& x) {
      Inner* next = regressors.data();
      *next++ = all.scaled_lag(0);
      copy_in_double<Dynamic>(x, raw.data(), all.inputs_);
      all.scale_inputs(raw.data(), next);
      next += all.inputs_;
      for (int lag = 1; lag < lags; ++lag) {
        *next++ = all.scaled_lag(lag);
      }
      target = all.time() + 1 + all.options_.horizon;
      for (int season = 0; season < all.seasonal() / 3; ++season) {
        for (int offset = -1; offset <= 1; ++offset) {
          *next++ = all.scaled_season(target + offset, season);
        }
      }
      // Together the inputs have the variance of one, so that many useless ones cannot drown the stream's own
      // past.
      Inner* const own = drive.data();
      own[0] = regressors.data()[0];
      const Inner share = 1 / std::sqrt(static_cast<Inner>((std::max)(1, all.inputs_)));
      for (int i = 1; i <= all.inputs_; ++i) {
        own[i] = share * regressors.data()[i];
      }
      std::copy_n(next - all.seasonal(), all.seasonal(), own + 1 + all.inputs_);
    }

    VectorView<const Inner> first(int count) const { return {regressors.data(), count}; }

    Time target = 0;  ///< where in `labels_` the label of the step will be
    Storage<Inner, Dynamic> regressors, drive;
    Storage<double, Dynamic> raw, column;
  };

  /// A random recurrent network that is driven by the newest value and x, and read by a head that sees
  /// `width` regressors beside it.
  struct Reservoir {
    Reservoir(const Forecaster& all, int units, EchoStateOptions cell, int regressors)
        : features(EchoStateCell<Inner>(1 + all.inputs_, units, cell),
                   all.options_.seed + all.reservoirs_.size()),
          head(regressors + units, 1, all.line(0.9995, 2)),
          sample(regressors + units) {}

    /// The forecast of the head, in units of deviations.
    template <class Self, class Verb>
    static Inner run(Self& self, const View& view, Verb&& verb) {
      const auto state =
          verb(self.features, VectorView<const Inner>(view.drive.data(), self.features.inputs()));
      const int width = self.head.inputs() - self.features.outputs();
      std::copy_n(view.regressors.data(), width, self.sample.data());
      std::copy_n(state.data(), self.features.outputs(), self.sample.data() + width);
      return verb(self.head, VectorView<const Inner>(self.sample.data(), self.head.inputs()))(0);
    }

    Features<EchoStateCell<Inner>> features;
    Line head;
    mutable Storage<Inner, Dynamic> sample;
  };

  void check_whole() const {
    if (lines_.empty()) {
      fail_moved_from("the forecaster");
    }
  }

  static int checked_inputs(int inputs) {
    check_setting("the number of inputs", inputs, from_to(0, widest_layer));
    return inputs;
  }

  /// Values of the seasons before that are regressors: three around each of the last three, or of the last
  /// one where seasons are long.
  int seasonal() const { return options_.season == 0 ? 0 : options_.season <= 100 ? 9 : 3; }
  int regressors() const { return inputs_ + lags + seasonal(); }

  /// How many labels are looked back on.
  static int remembered(const Options& options) {
    return (std::max)(lags, 4 * options.season + 2) + 2 * options.horizon + 2;
  }

  LeastSquaresOptions<Dynamic> line(double forgetting, double huber) const {
    return {.forgetting = forgetting, .ridge = 1e-3, .huber = huber, .window = window()};
  }
  template <class Cell>
  Network<Cell> network(double learning_rate) const {
    return Network<Cell>(1 + inputs_ + seasonal(), 32, 1,
                         {.optimizer = {.learning_rate = learning_rate},
                          .credit = {.window = window()},
                          .seed = options_.seed});
  }

  /// A label in units of deviations from the mean.
  Inner scaled(double label) const {
    const double variance = label_scaler_.variance()(0);
    return static_cast<Inner>(
        clipped_ratio(label - label_scaler_.mean()(0), variance > 0 ? std::sqrt(variance) : 1.0, limit));
  }
  Inner scaled_lag(int lag) const { return scaled(labels_.at(labels_.newest() - lag)); }
  Inner scaled_season(Time step, int seasons) const {
    Time then = step - Time{options_.season} * (1 + seasons);
    if (const Time late = then - labels_.newest(); late > 0) {
      then -= (late + options_.season - 1) / options_.season * options_.season;
    }
    return scaled(labels_.at(then));
  }

  template <class X>
  void learn_inputs(const X& x) {
    if (inputs_ > 0) {
      input_scaler_.partial_fit(x);
    }
  }

  /// Inputs in units of deviations from their means; what is not finite becomes the mean.
  void scale_inputs(const double* x, Inner* z) const {
    for (int i = 0; i < inputs_; ++i) {
      const double variance = input_scaler_.variance()(i);
      z[i] = is_finite(x[i])
                 ? static_cast<Inner>(clipped_ratio(x[i] - input_scaler_.mean()(i),
                                                    variance > 0 ? std::sqrt(variance) : 1.0, limit))
                 : Inner(0);
    }
  }

  /// Puts down what labels of the step will be measured by, however late they come.
  void describe(double* column) const {
    label_scaler_.affine(column + Place::offset, column + Place::scale);
    change_scaler_.affine(column + Place::change_offset, column + Place::change_scale);
    column[Place::base] = labels_.at(labels_.newest());
    column[Place::known] = labels_.empty() ? 0 : 1;
  }

  /// Lets every expert forecast, and mixes.
  template <class Self, class Verb>
  static void run(Self& self, View& view, double* column, Verb&& verb) {
    const double offset = column[Place::offset], scale = column[Place::scale], base = column[Place::base];
    double* forecast = column + Place::forecasts;
    *forecast++ = base;
    *forecast++ =
        self.options_.season > 0 ? self.labels_.season_before(view.target, self.options_.season) : base;
    for (auto& line : self.lines_) {
      *forecast++ = offset + scale * static_cast<double>(verb(line, view.first(line.inputs()))(0));
    }
    for (auto& reservoir : self.reservoirs_) {
      *forecast++ = offset + scale * static_cast<double>(Reservoir::run(reservoir, view, verb));
    }
    const VectorView<const Inner> drive(view.drive.data(), view.drive.size());
    *forecast++ = offset + scale * static_cast<double>(verb(self.lstm_, drive)(0));
    *forecast++ = base + column[Place::change_offset] +
                  column[Place::change_scale] * static_cast<double>(verb(self.change_lstm_, drive)(0));
    *forecast++ = offset + scale * static_cast<double>(verb(self.rnn_, drive)(0));
    self.mix(column);
  }

  /// The mean of the forecasts by their weights, each brought back to where labels have been seen.
  void mix(double* column) const {
    double sum = 0;
    const double least = label_range_.minimum()(0) - margin(), most = label_range_.maximum()(0) + margin();
    for (int expert = 0; expert < weights_.experts(); ++expert) {
      double& forecast = column[Place::forecasts + expert];
      forecast = is_finite(forecast) ? (std::max)(least, (std::min)(most, forecast)) : column[Place::base];
      sum += weights_.weights()(expert) * forecast;
    }
    column[Place::mixed] = sum;
  }

  /// A usual change from the newest label to the one that is forecast.
  double margin() const {
    const double mean = change_scaler_.mean()(0);
    return std::sqrt(change_scaler_.variance()(0) + mean * mean);
  }

  double learn(At when, double label) {
    const double* const column = steps_.column(when.step);
    if (!(column[Place::known] > 0)) {
      return std::abs(label - column[Place::mixed]);  // it was forecast from nothing
    }
    for (int expert = 0; expert < weights_.experts(); ++expert) {
      losses_.data()[expert] = std::abs(label - column[Place::forecasts + expert]);
    }
    weights_.partial_fit(VectorView<const double>(losses_.data(), weights_.experts()));
    if (column[Place::scale] > 0 && !label_scaler_.is_outlier(0, label)) {
      const Inner z = ratio(label - column[Place::offset], column[Place::scale]);
      for (auto& line : lines_) {
        line.partial_fit(when, z);
      }
      for (auto& reservoir : reservoirs_) {
        reservoir.head.partial_fit(when, z);
      }
      lstm_.partial_fit(when, z);
      rnn_.partial_fit(when, z);
    }
    const double change = label - column[Place::base];
    if (column[Place::change_scale] > 0 && !change_scaler_.is_outlier(0, change)) {
      change_lstm_.partial_fit(when,
                               ratio(change - column[Place::change_offset], column[Place::change_scale]));
    }
    change_scaler_.partial_fit(change);
    return std::abs(label - column[Place::mixed]);
  }

  static Inner ratio(double difference, double scale) {
    return static_cast<Inner>(clipped_ratio(difference, scale, limit));
  }

  int inputs_;
  Options options_;
  PastLabels<double> labels_;
  StandardScaler<double> input_scaler_;
  StandardScaler<double, 1> change_scaler_, label_scaler_;
  MinMaxScaler<double, 1> label_range_;
  View now_;
  mutable View scratch_;
  std::vector<Line> lines_;
  std::vector<Reservoir> reservoirs_;
  Network<LstmCell<Inner>> lstm_, change_lstm_;
  Network<RnnCell<Inner>> rnn_;
  ExponentialWeights<double> weights_;
  Storage<double, Dynamic> losses_;
  History<double> steps_;
};

}  // namespace eddy

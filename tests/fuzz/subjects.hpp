// Sets of small objects that together have every kind of state. A subject has
//
// - `all()`: its objects, as a tuple of references;
// - `go(time)`: lets them learn, predict and forget a little, differently at different times;
// - `reset()`: makes them forget.

#pragma once

#include "samples.hpp"

#include <eddy/distributed/averaging.hpp>
#include <eddy/eddy.hpp>
#include <eddy/heads/echo_state.hpp>
#include <eddy/heads/joint_head.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/preprocessing/beside.hpp>
#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/robust_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/anomaly.hpp>
#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/ddm.hpp>
#include <eddy/streaming/delayed_evaluation.hpp>
#include <eddy/streaming/dormant_units.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/elastic.hpp>
#include <eddy/streaming/kappa.hpp>
#include <eddy/streaming/kswin.hpp>
#include <eddy/streaming/mixture.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/past_labels.hpp>
#include <eddy/streaming/quantile_tracker.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/shadow.hpp>
#include <eddy/streaming/shrink_and_perturb.hpp>
#include <eddy/streaming/stopping.hpp>

#include <cmath>
#include <tuple>

namespace eddy::testing {

struct RehearsedLstm {
  Lstm<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<4>, ReservoirRehearsal<3>> model;
  decltype(model)::Stream stream = model.make_stream();

  auto all() { return std::tie(model, stream); }
  void go(int time) {
    live(model, time);
    const float x = broken_wave(time + 3), y = wave(time);
    model.partial_fit(stream, x, y);
    model.forecast(wave(time), 2);
    if (time % 17 == 16) {
      model.forget_rehearsed();
    }
  }
  void reset() {
    model.reset();
    stream.reset();
  }
};

struct StridedGru {
  using Model = Gru<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Nesterov,
                    TruncatedBptt<Dynamic, Dynamic>, RecentRehearsal<Dynamic>>;
  Model model{1, 2, 1, {.credit = {.window = 5, .stride = 3}, .rehearsal = {.replays = 1, .capacity = 2}}};

  auto all() { return std::tie(model); }
  void go(int time) { live(model, time); }
  void reset() { model.reset(); }
};

struct AmortizedRnn {
  Rnn<float, 1, 3, 1, MeanSquaredError, Sgd, AmortizedBptt<6, 3>, NoRehearsal> model{
      {.credit = {{.tolerance = 0.1}}}};

  auto all() { return std::tie(model); }
  void go(int time) { live(model, time); }
  void reset() { model.reset(); }
};

/// Symbols, and a learning rate that falls.
struct TextModel {
  using Network = Sequential<Embedding<float, 5, 2>, GruCell<float, 2, 2>, Dense<float, 2, 5>>;
  using Falling = Scheduled<Adam, StepDecay>;
  Online<Network, SoftmaxCrossEntropy, Falling, TruncatedBptt<4, 2>, RecentRehearsal<2>> model;

  auto all() { return std::tie(model); }
  void go(int time) {
    model.partial_fit(static_cast<float>(time % 6), time * time % 5);
    if (time % 11 == 0) {
      model.freeze<1>();
    } else if (time % 11 == 4) {
      model.unfreeze<1>();
    }
    if (time % 13 == 12) {
      model.reset_optimizer();
    }
  }
  void reset() { model.reset(); }
};

struct BatchOfStreams {
  using Model = Online<Sequential<Embedding<double, 4, 2>, RnnCell<double, 2, 2>, Dense<double, 2, 1>>,
                       MeanSquaredError, AdamW, TruncatedBptt<4, 2>, NoRehearsal>;
  Model model;
  Model::Batch batch = model.make_batch(3);

  auto all() { return std::tie(model, batch); }
  void go(int time) {
    Matrix<double> x(1, 3), y(1, 3);
    for (int stream = 0; stream < 3; ++stream) {
      x(0, stream) = (time * (stream + 1)) % 5;
      y(0, stream) = static_cast<double>(broken_wave(time + stream));
    }
    model.step(batch, x);
    if (time % 3 != 0) {
      model.partial_fit(batch, at(batch.time() - time % 2), y);
    }
    if (time % 19 == 18) {
      batch.reset(1);
    }
  }
  void reset() { batch.reset(); }
};

struct ScaledPipeline {
  using Model =
      Rnn<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, TruncatedBptt<Dynamic>, NoRehearsal>;
  using In =
      Chain<Imputer<float, 1>, Beside<RobustScaler<float, 1>>, Lags<float, 1, 3>, MinMaxScaler<float, 3>>;
  using Out = Chain<Difference<float, 1, 2>, StandardScaler<float, 1>>;
  Pipeline<In, Model, Out> pipeline{In(), Model(3, 2, 1, {.credit = {.window = 4}}), Out()};

  auto all() { return std::tie(pipeline); }
  void go(int time) { live(pipeline, time); }
  void reset() { pipeline.reset(); }
};

struct SmallMixture {
  using Line = RecursiveLeastSquares<float, 1, 1, 4>;
  using Net = Rnn<float, 1, 2, 1, MeanSquaredError, Sgd, TruncatedBptt<3>, NoRehearsal>;
  Mixture<Line, Net> mixture{Line(), Net()};

  auto all() { return std::tie(mixture); }
  void go(int time) { live(mixture, time); }
  void reset() { mixture.reset(); }
};

struct ShadowedModel {
  using Net = Rnn<float, 1, 1, 1, MeanSquaredError, Momentum, TruncatedBptt<2>, NoRehearsal>;
  Shadowed<Net> model{Net(), {.least = 3, .most = 20}};
  OnDrift<PageHinkley, InTurn<BeginShadow, RaiseLearningRate, ResetMoments>> on_drift{
      PageHinkley({.threshold = 1, .warm_up = 3}),
      InTurn(BeginShadow(), RaiseLearningRate(), ResetMoments())};

  auto all() { return std::tie(model, on_drift); }
  void go(int time) {
    live(model, time);
    on_drift.update(model, static_cast<double>(wave(time) * static_cast<float>(time % 10)));
  }
  void reset() {
    model.reset();
    on_drift.reset();
  }
};

struct LeastSquaresHeads {
  EchoState<float, 1, 3, 1, 4> echo{{.head = {.forgetting = 0.9, .huber = 2}}};
  JointHead<RnnCell<float, 1, 2>, 1, Sgd, TruncatedBptt<4>> joint;

  auto all() { return std::tie(echo, joint); }
  void go(int time) {
    live(echo, time);
    live(joint, time);
  }
  void reset() {
    echo.reset();
    joint.reset();
  }
};

struct WidthDetector {
  Adwin adwin{{.every = 4}};

  auto all() { return std::tie(adwin); }
  void go(int time) {
    for (int i = 0; i < 5; ++i) {
      adwin.update(static_cast<double>(wave(5 * time + i)) + (time % 16 > 8 ? 5 : 0));
    }
    adwin.mean();
    adwin.variance();
    adwin.width();
  }
  void reset() { adwin.reset(); }
};

struct Detectors {
  Kswin<> kswin{{.confidence = 0.1, .window = 12, .recent = 4, .every = 2}};
  PageHinkley hinkley{{.threshold = 2}};
  Ddm ddm{{.warm_up = 5}};
  AnyOf<Budget, TargetError, Plateau> stop =
      any_of(Budget(50), TargetError({.error = -1, .samples = 3}), Plateau({.samples = 2}));

  auto all() { return std::tie(kswin, hinkley, ddm, stop); }
  void go(int time) {
    const double value = static_cast<double>(broken_wave(time));
    kswin.update(value);
    kswin.distance();
    hinkley.update(value);
    ddm.update(std::abs(value));
    stop.update(value);
    if (time % 23 == 22) {
      kswin.reset();
    }
  }
  void reset() {
    kswin.reset();
    hinkley.reset();
    ddm.reset();
    stop.reset();
  }
};

struct Metrics {
  Rmse rmse;
  RSquared explained{{.forgetting = 0.1}};
  Rolling<Nrmse, 4> rolling;
  Auc<8> auc{{.forgetting = 0.1}};
  Rolling<Auc<>, 5> rolling_auc;
  Kappa<3> kappa{{.forgetting = 0.1}};
  Rolling<Kappa<3>, 4> rolling_kappa;

  auto all() { return std::tie(rmse, explained, rolling, auc, rolling_auc, kappa, rolling_kappa); }
  void go(int time) {
    const double value = static_cast<double>(broken_wave(time));
    rmse.add(value, 0.5);
    explained.add(value, 0.5);
    rolling.add(value, 0.5);
    auc.add(time % 2 == 0, std::abs(value));
    rolling_auc.add(time % 3 == 0, value);
    kappa.add(time % 3, time * time % 3);
    rolling_kappa.add(time % 3, time * time % 3);
    std::apply([](const auto&... metric) { (metric.value(), ...); }, all());
  }
  void reset() {
    std::apply([](auto&... metric) { (metric.reset(), ...); }, all());
  }
};

struct LateLabels {
  ConformalInterval<> interval{{.coverage = 0.7, .rate = 0.1, .window = 6, .delay = 3}};
  DelayedEvaluation<Rmse, float, 1, 4> evaluation;
  QuantileTracker quantile;
  AnomalyScore anomaly{{.warm_up = 3}};
  PastLabels<float> labels{4};
  ExponentialWeights<float, 3> weights;

  auto all() { return std::tie(interval, evaluation, quantile, anomaly, labels, weights); }
  void go(int time) {
    const float value = broken_wave(time);
    const double exact = static_cast<double>(value);
    interval.step(exact);
    interval.predict(exact);
    interval.partial_fit(at(interval.time() - time % 3), exact + 0.1);
    interval.coverage();
    evaluation.step(value);
    evaluation.label(at(evaluation.time() - time % 2), exact);
    quantile.add(exact);
    anomaly.update(exact);
    labels.partial_fit(time + 1 - time % 3, value);
    labels.at(time - 2);
    labels.season_before(time + 5, 3);
    weights.partial_fit(Vector<float, 3>(value, 1, wave(time)));
  }
  void reset() {
    interval.reset();
    evaluation.reset();
    quantile.reset();
    anomaly.reset();
    labels.reset();
    weights.reset();
  }
};

struct Plasticity {
  using Net = Rnn<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<2>, NoRehearsal>;
  Net model;
  DormantUnits<Net> dormant{model, {.rate = 0.2, .maturity = 2}};
  ElasticWeights<float, Net::Parameters> elastic;
  ShrinkAndPerturb<Net> shrink{model};
  ParameterAverage<float, Net::Parameters> average;

  auto all() { return std::tie(model, dormant, elastic, shrink, average); }
  void go(int time) {
    live(model, time);
    dormant.update(model);
    dormant.utility(0);
    elastic.observe(model.gradient());
    elastic.pull(model.parameters());
    average.add(model.parameters(), 2);
    if (time % 9 == 8) {
      elastic.consolidate(model.parameters());
      shrink.apply(model);
    }
  }
  void reset() {
    model.reset();
    average.reset();
  }
};

}  // namespace eddy::testing

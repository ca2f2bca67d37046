// A checkpoint with a right checksum may still hold a state that cannot have come about.

#include "support/state.hpp"
#include "support/tampering.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/heads/recursive_least_squares.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/models.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/robust_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/kappa.hpp>
#include <eddy/streaming/kswin.hpp>
#include <eddy/streaming/mixture.hpp>
#include <eddy/streaming/past_labels.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/shadow.hpp>
#include <eddy/streaming/stopping.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace eddy::testing {
namespace {

using Time = std::int64_t;
constexpr Time far = (std::numeric_limits<Time>::max)();

/// Expects that a checkpoint of the object, with one number exchanged, is refused and changes nothing.
template <class Number, class T>
void expect_refused(T& object, const std::string& path, Number number, std::size_t index = 0) {
  const std::string before = saved(object);
  const std::string hostile = with_number(before, path, index, number, object);
  ASSERT_NE(hostile, before) << path << " has that value already";
  EXPECT_EQ(try_load_from(hostile, object), "it holds a state that cannot have come about")
      << path << '[' << index << "] = " << number;
  EXPECT_EQ(saved(object), before) << path;
}

using Strided = Lstm<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<4, 3>, RecentRehearsal<2>>;

/// A model that has learned from some samples, and waits for its stride to be full.
template <class Model>
void learn(Model& model, int samples) {
  for (int i = 0; i < samples; ++i) {
    model.partial_fit(std::sin(static_cast<float>(i)), std::sin(static_cast<float>(i + 1)));
  }
}

TEST(CheckpointValidity, ATamperedNumberIsLoadedWhereItMayBeSo) {
  Lags<float, 1, 2> lags;
  lags.partial_fit(1.0f);
  const std::string checkpoint = with_number(saved(lags), "0.samples.columns", 1, 5.0, lags);
  EXPECT_EQ(try_load_from(checkpoint, lags), "");
  EXPECT_EQ(saved(lags), checkpoint);
}

TEST(CheckpointValidity, RunningMomentsAreNumbersThatCanComeAbout) {
  StandardScaler<float, 1> scaler;
  for (int t = 0; t < 50; ++t) {
    scaler.partial_fit(t % 5);
  }
  expect_refused(scaler, "0.moments", -1.0);  // the count
  Imputer<float, 1> imputer({.fill = Fill::mean});
  imputer.partial_fit(1.0f);
  expect_refused(imputer, "0.moments", not_a_number<double>);
  expect_refused(imputer, "0.fills", not_a_number<double>);
  MinMaxScaler<float, 1> range;
  range.partial_fit(1.0f);
  expect_refused(range, "0.minima", 2.0);  // above the maximum
}

TEST(CheckpointValidity, StreamsCountNoFurtherThanTime) {
  Strided model;
  learn(model, 11);  // two errors wait, at steps 10 and 11
  const std::string tape = "0.stream.tape.";
  expect_refused(model, tape + "before", far);
  expect_refused(model, tape + "steps", Time{-1});
  expect_refused(model, tape + "last_sweep", Time{12});
  expect_refused(model, tape + "newest_slot", 4);
  expect_refused(model, tape + "newest_slot", -1);
  expect_refused(model, tape + "pending", 1);
  expect_refused(model, tape + "oldest_pending", Time{11});  // but one waits before it
  expect_refused(model, tape + "newest_pending", Time{12});
  expect_refused(model, tape + "newest_pending", Time{10});
  expect_refused(model, tape + "lost_errors", (std::numeric_limits<int>::max)());
  expect_refused(model, tape + "steps_back", far);
}

TEST(CheckpointValidity, AStepThatWaitsWithAnErrorIsNoGap) {
  Strided model;
  learn(model, 11);
  for (std::size_t slot = 0; slot < 4; ++slot) {
    const std::string path = "0.stream.tape.slots[" + std::to_string(slot) + "].";
    if (slot == 1 || slot == 2) {  // of steps 10 and 11
      expect_refused(model, path + "0", true);
      expect_refused(model, path + "1", false);
    } else {
      expect_refused(model, path + "1", true);
    }
  }
}

TEST(CheckpointValidity, LearnersCountUpdatesAndKeepWindowsThatFit) {
  Lstm<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<4>, RecentRehearsal<2>> model;
  learn(model, 5);
  expect_refused(model, "0.trainer.update.0", -1);
  expect_refused(model, "0.trainer.update.4", far);
  expect_refused(model, "0.trainer.update.5", Time{-1});
  expect_refused(model, "0.trainer.updates_before", Time{6});
  expect_refused(model, "0.trainer.rehearsal.kept.seen", Time{-1});
  expect_refused(model, "0.trainer.rehearsal.kept.steps", 5, 1);
  expect_refused(model, "0.trainer.rehearsal.kept.steps", 0, 1);
}

TEST(CheckpointValidity, NoScheduleDividesByZero) {
  Rnn<float, 1, 2, 1, MeanSquaredError, Scheduled<Sgd, StepDecay>> model;
  expect_refused(model, "0.trainer.optimizer.1.1", Time{0});
}

TEST(CheckpointValidity, AnAmortizedUpdateLiesInTheRing) {
  Rnn<float, 1, 2, 1, MeanSquaredError, Sgd, AmortizedBptt<4, 4>, NoRehearsal> model;
  learn(model, 9);  // the sweep from step 8 is under way
  const std::string tape = "0.stream.tape.";
  ASSERT_NE(with_number(saved(model), tape + "stage", 0, 0, model), saved(model)) << "no update is under way";
  expect_refused(model, tape + "stage", 3);
  expect_refused(model, tape + "span.0", Time{10});
  expect_refused(model, tape + "span.1", Time{9});
  expect_refused(model, tape + "span.2", Time{1});
  expect_refused(model, tape + "next", Time{0});
  expect_refused(model, tape + "summed", far);
  expect_refused(model, tape + "updated", Index{1000});
  expect_refused(model, tape + "allowance", std::numeric_limits<double>::infinity());
  expect_refused(model, tape + "slots[1].1", true);  // of step 2, before the sweep
  expect_refused(model, tape + "pending", 0);        // but step 9 waits for the next sweep
  expect_refused(model, tape + "oldest_pending", Time{8});
}

TEST(CheckpointValidity, AnAmortizedUpdateHasANumber) {
  Rnn<float, 1, 8, 1, MeanSquaredError, Sgd, AmortizedBptt<4, 4>, NoRehearsal> model;
  int moving = 0;
  for (int i = 0; i < 40; ++i) {
    learn(model, 1);
    if (with_number(saved(model), "0.stream.tape.stage", 0, 2, model) == saved(model)) {
      expect_refused(model, "0.stream.tape.summed", Time{-1});
      ++moving;
    }
  }
  EXPECT_GT(moving, 5);
}

TEST(CheckpointValidity, StreamsInLockStepCountNoFurtherThanTime) {
  Rnn<float, 1, 2, 1, MeanSquaredError, Sgd, TruncatedBptt<4, 3>, NoRehearsal> model;
  auto batch = model.make_batch(2);
  for (int i = 0; i < 8; ++i) {
    model.partial_fit(batch, Matrix<float>(Matrix<float>::Constant(1, 2, 0.5f)),
                      Matrix<float>(Matrix<float>::Constant(1, 2, 1)));
  }
  expect_refused(batch, "0.tape.time", far);
  expect_refused(batch, "0.tape.last_sweep", Time{9});
  expect_refused(batch, "0.tape.pending", 3);
  expect_refused(batch, "0.tape.oldest_pending", Time{1});
  expect_refused(batch, "0.tape.newest_pending", Time{7});
  expect_refused(batch, "0.tape.oldest_pending", Time{6});  // in the window, but without an error
  expect_refused(batch, "0.tape.oldest_pending", Time{8});  // but one waits before it
  expect_refused(batch, "0.tape.slots[1].0", true);
  expect_refused(batch, "0.tape.gaps[0].0", true);  // at step 8, of whose slot it is said to have none
  Matrix<float> x(1, 2);
  x << 0.5f, not_a_number<float>;
  model.partial_fit(batch, x, Matrix<float>(Matrix<float>::Constant(1, 2, 1)));
  model.partial_fit(batch, x, Matrix<float>(Matrix<float>::Constant(1, 2, 1)));
  expect_refused(batch, "0.tape.gaps[4].0", true);  // now there is one, but all streams had an error
}

TEST(CheckpointValidity, SettingsAreInTheirRanges) {
  Rnn<float, 1, 2, 1, MeanSquaredError, AdamW> model;
  expect_refused(model, "0.trainer.optimizer.0", -1.0);
  expect_refused(model, "0.trainer.optimizer.1", 1.0);
  expect_refused(model, "0.trainer.optimizer.2", not_a_number<double>);
  expect_refused(model, "0.trainer.optimizer.3", 0.0);
  expect_refused(model, "0.trainer.optimizer.4", 1e9);
}

TEST(CheckpointValidity, TouchedSymbolsAreThoseOfTheList) {
  Online<Sequential<Embedding<float, 4, 2>, Dense<float, 2, 1>>, MeanSquaredError, Sgd, TruncatedBptt<2>,
         NoRehearsal>
      model;
  model.partial_fit(3.0f, 1.0f);
  expect_refused(model, "0.trainer.touched.columns", 4);
  expect_refused(model, "0.trainer.touched.columns", 2);
  expect_refused(model, "0.trainer.touched.count", 0);
  expect_refused(model, "0.trainer.touched.is_touched[1].0", true);
}

TEST(CheckpointValidity, SymbolsBeyondTheLastHaveNoGradient) {
  Online<Sequential<Embedding<float, 4, 2>, RnnCell<float, 2, 2>, Dense<float, 2, 1>>, MeanSquaredError, Sgd,
         TruncatedBptt<4>, NoRehearsal>
      model;
  for (const float symbol : {0.0f, 1.0f, 2.0f}) {
    model.partial_fit(symbol, 1.0f);
  }
  const std::string checkpoint = saved(model);
  for (const float mark : {1e9f, -3.0f, 0.5f, 5.0f, not_a_number<float>}) {
    // The mark of the embedding stands behind its two values, in the column of the first step.
    ASSERT_EQ(try_load_from(with_number(checkpoint, "0.stream.tape.columns", 2, mark, model), model), "");
    const auto symbols_before = model.parameters().head(8).eval();
    model.partial_fit(1.0f, 0.5f);
    EXPECT_TRUE(model.parameters().allFinite()) << mark;
    EXPECT_EQ(model.parameters()(6), symbols_before(6)) << "the symbol 3 was never seen; " << mark;
  }
}

TEST(CheckpointValidity, HistoriesHoldNoMoreThanWasTaken) {
  Lags<float, 1, 4> lags;
  lags.partial_fit(1.0f);
  lags.partial_fit(2.0f);
  expect_refused(lags, "0.samples.held", Time{3});
  expect_refused(lags, "0.samples.held", Time{-1});
  expect_refused(lags, "0.samples.time", far);

  Difference<float, 1, 3> difference;
  expect_refused(difference, "0.next", 3);

  PastLabels<float> labels(4);
  labels.partial_fit(7, 1);
  expect_refused(labels, "0.newest", far);
  expect_refused(labels, "0.newest", Time{11});
  expect_refused(labels, "0.oldest", Time{8});
  expect_refused(labels, "0.oldest", Time{0});
}

TEST(CheckpointValidity, OrderedNumbersAreThoseOfTheirRing) {
  OrderedWindow<3> window;
  Kswin<> detector({.confidence = 0.5, .window = 8, .recent = 3});
  Rolling<Auc<>, 3> auc;
  for (const double value : {0.2, 0.7, 0.4, 0.1, 0.9}) {
    window.add(value);
    detector.update(value);
    auc.add(value > 0.3, value);
  }
  expect_refused(window, "0.ordered.size", 4);
  expect_refused(window, "0.ordered.size", 2);
  expect_refused(window, "0.ordered.numbers", 0.3, 1);
  expect_refused(window, "0.ordered.numbers", not_a_number<double>, 1);
  expect_refused(window, "0.ring", 0.5, 1);
  expect_refused(window, "0.count", Time{2});
  expect_refused(detector, "0.newest", 0.5, 1);
  expect_refused(detector, "0.recent.size", 2);
  expect_refused(detector, "0.older.count", Time{5});
  expect_refused(auc, "0.scores", 0.5, 1);
  expect_refused(auc, "0.truths[1].0", false);
  expect_refused(auc, "0.positives.size", 3);
}

TEST(CheckpointValidity, BucketsAreFull) {
  Adwin detector;
  for (int i = 0; i < 20; ++i) {
    detector.update(i % 3);
  }
  expect_refused(detector, "0.sizes", 6);
  expect_refused(detector, "0.sizes", -1, 47);
  expect_refused(detector, "0.buckets[0].0", 1e300);
  expect_refused(detector, "0.count", far);
}

TEST(CheckpointValidity, MetricsKeepToTheirWindowsAndClasses) {
  Rolling<Mae, 3> mae;
  Rolling<Kappa<2>, 3> kappa;
  for (int i = 0; i < 4; ++i) {
    mae.add(0.5, 0.25);
    kappa.add(1, 1);
  }
  expect_refused(mae, "0.next", 4);
  expect_refused(mae, "0.next", -1);
  expect_refused(mae, "0.skipped", far);
  expect_refused(kappa, "0.truths", 2);
  expect_refused(kappa, "0.predictions", -1, 2);
}

TEST(CheckpointValidity, RulesToStopCountNoFurtherThanTheyWould) {
  auto rule = any_of(Budget(10), TargetError({.samples = 3}), Plateau({.samples = 4, .patience = 2}));
  rule.update(1);
  const std::string checkpoint = saved(rule);
  for (const auto& run : runs_of(rule)) {
    const bool counts = run.path.ends_with("used") || run.path.ends_with("blocks");
    if (counts || run.path.ends_with("count") || run.path.ends_with("waited")) {
      const auto far_bytes = far - 1;  // as an int it is negative
      const std::string hostile = with_bytes(checkpoint, run.begin, &far_bytes, run.size);
      EXPECT_EQ(try_load_from(hostile, rule), "it holds a state that cannot have come about") << run.path;
    }
  }
  EXPECT_EQ(saved(rule), checkpoint);
}

TEST(CheckpointValidity, WhatIsTurnedIntoAWholeNumberIsInRange) {
  RobustScaler<float, 1> scaler;
  scaler.partial_fit(1.0f);
  expect_refused(scaler, "0.quartiles", -1.0);
  expect_refused(scaler, "0.quartiles", 1.5);
  expect_refused(scaler, "0.quartiles", not_a_number<double>, 2);

  ConformalInterval<> interval({.coverage = 0.5, .window = 5, .delay = 2});
  interval.step(1);
  interval.partial_fit(2);
  expect_refused(interval, "0.level", not_a_number<double>);
  expect_refused(interval, "0.lateness", Time{0});
  expect_refused(interval, "0.covered", Time{2});

  RecursiveLeastSquares<float, 1, 1, 4> head({.forgetting = 0.9});
  expect_refused(head, "0.inverse.turns", 1e300);  // each takes 1 away, or nothing
  expect_refused(head, "0.inverse.next", 2);
  expect_refused(head, "0.updates", far);
}

TEST(CheckpointValidity, ShadowsAreFirstOrSecond) {
  using Model = Rnn<float, 1, 1, 1, MeanSquaredError, Sgd, TruncatedBptt<2>, NoRehearsal>;
  Shadowed<Model> shadowed{Model()};
  expect_refused(shadowed, "0.in_charge", 2);
  expect_refused(shadowed, "0.begin_of_second", -far);
  expect_refused(shadowed, "0.swaps", far);
}

TEST(CheckpointValidity, AMixtureRemembersHowFarItsModelsAreAhead) {
  using Model = RecursiveLeastSquares<float, 1, 1, 4>;
  Model ahead;
  for (int i = 0; i < 3; ++i) {
    ahead.step(1.0f);
  }
  Mixture mixture{Model(), ahead}, later{Model(), Model()};
  mixture.partial_fit(1.0f, 2.0f);
  copy_state(mixture, later);
  mixture.partial_fit(0.5f, 1.0f);
  later.partial_fit(0.5f, 1.0f);
  EXPECT_EQ(saved(later), saved(mixture));
  expect_refused(mixture, "0.ahead", far, 1);
}

TEST(PastLabels, CatchesUpAfterALongSilence) {
  PastLabels<float> labels(4);
  labels.partial_fit(1, 7);
  labels.partial_fit(Time{1} << 60, 9);
  EXPECT_EQ(labels.at(Time{1} << 60), 9);
  EXPECT_EQ(labels.at((Time{1} << 60) - 3), 7);
}

}  // namespace
}  // namespace eddy::testing

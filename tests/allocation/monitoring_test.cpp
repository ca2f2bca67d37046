#define EDDY_HEAP_IS_WATCHED_ELSEWHERE  // in allocation_test.cpp
#include "heap_watch.hpp"

#include <eddy/models.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/anomaly.hpp>
#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/ddm.hpp>
#include <eddy/streaming/delayed_evaluation.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/kappa.hpp>
#include <eddy/streaming/kswin.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/quantile_tracker.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/shadow.hpp>
#include <eddy/streaming/stopping.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

constexpr int samples = 1000;

/// What measuring does to the heap; all of it is asked for at each sample, so that nothing is left out.
template <class... Metrics>
int heap_calls_of_metrics(Metrics&... metrics) {
  Random random(1);
  double sum = 0;
  const int calls = heap_calls([&] {
    for (int t = 0; t < samples; ++t) {
      const int truth = static_cast<int>(random.below(2)), guess = static_cast<int>(random.below(2));
      (metrics.add(truth, guess), ...);
      sum += (metrics.value() + ...);
    }
    (metrics.reset(), ...);
  });
  EXPECT_NE(sum, 0);
  return calls;
}

TEST(MonitoringAllocation, MetricsOfFixedSizesNeverTouchTheHeap) {
  EXPECT_EQ(heap_calls([] {
              Mae mae;
              Nrmse nrmse({.forgetting = 0.1});
              Rolling<Nrmse, 50> rolling;
              Kappa<2> kappa({.forgetting = 0.1});
              Rolling<Kappa<2>, 50> rolling_kappa;
              Auc<100> auc;
              Rolling<Auc<>, 50> rolling_auc;
              LogLoss loss;
              DelayedEvaluation<Rolling<Mae, 50>, float, 2, 4> late;
              for (int t = 0; t < samples; ++t) {
                mae.add(Eigen::Vector2f(1, 2), Eigen::Vector2f(2, 1));
                nrmse.add(t % 7, t % 5);
                rolling.add(t % 7, t % 5);
                kappa.add(t % 2, Eigen::Vector2f(1, 2));
                rolling_kappa.add(t % 2, t % 3 == 0 ? 1 : 0);
                auc.add(t % 2 == 0, 0.1 * (t % 10));
                rolling_auc.add(t % 2 == 0, 0.1 * (t % 10));
                loss.add(t % 2, Eigen::Vector2f(0.5f, 0.5f));
                late.step(Eigen::Vector2f(1, 2));
                late.label(at(late.time() - 2), Eigen::Vector2f(2, 1));
              }
            }),
            0);
}

TEST(MonitoringAllocation, MetricsAllocateOnlyAtConstruction) {
  Kappa<> kappa({.classes = 2, .forgetting = 0.1});
  Rolling<Kappa<>> rolling_kappa(50, 2);
  Auc<> auc({.forgetting = 0.1});
  Rolling<Auc<>> rolling_auc(50);
  Rolling<Rmse> rolling(50);
  EXPECT_EQ(heap_calls_of_metrics(kappa, rolling_kappa, auc, rolling_auc, rolling), 0);
}

template <class Detector>
int heap_calls_of_detector(Detector& detector) {
  Random random(2);
  int found = 0;
  const int calls = heap_calls([&] {
    for (int t = 0; t < 5 * samples; ++t) {
      found += detector.update(0.1 * random.uniform() + (t < 4 * samples ? 0 : 0.7));
    }
    detector.reset();
  });
  EXPECT_GT(found, 0);
  return calls;
}

TEST(MonitoringAllocation, DetectorsAllocateOnlyAtConstruction) {
  Adwin adwin;
  PageHinkley page_hinkley;
  Ddm ddm;
  Kswin<> kswin;
  EXPECT_EQ(heap_calls_of_detector(adwin), 0);
  EXPECT_EQ(heap_calls_of_detector(page_hinkley), 0);
  EXPECT_EQ(heap_calls_of_detector(ddm), 0);
  EXPECT_EQ(heap_calls_of_detector(kswin), 0);
  EXPECT_EQ(heap_calls([] {
              Adwin fixed_adwin;
              Kswin<100, 30> fixed_kswin;
              for (int t = 0; t < samples; ++t) {
                fixed_adwin.update(t % 3);
                fixed_kswin.update(t % 3);
              }
            }),
            0);
}

TEST(MonitoringAllocation, IntervalsScoresAndRulesAllocateOnlyAtConstruction) {
  ConformalInterval<> sized;
  EXPECT_EQ(heap_calls([&] {
              ConformalInterval<50, 4> fixed;
              QuantileTracker tracker;
              AnomalyScore score;
              auto rule = any_of(Budget(100), TargetError({.error = 0}), Plateau());
              for (int t = 0; t < samples; ++t) {
                const double label = t % 13;
                sized.step(3);
                sized.partial_fit(at(sized.time() - 1), label);
                fixed.step(3);
                fixed.partial_fit(label);
                tracker.add(label);
                score.update(label);
                rule.update(label);
              }
              sized.reset();
            }),
            0);
}

template <class Model>
int heap_calls_of_reactions(const Model& model) {
  Shadowed<Model> shadowed(model, {.least = 10, .most = 100});
  OnDrift on_drift(PageHinkley({.threshold = 5}), InTurn(ResetMoments{}, RaiseLearningRate(), BeginShadow{}));
  Random random(3);
  const int calls = heap_calls([&] {
    for (int t = 0; t < 3 * samples; ++t) {
      const float x = static_cast<float>(random.uniform(1)), y = t / samples % 2 == 0 ? x : -x;
      on_drift.update(shadowed, shadowed.partial_fit(x, y));
    }
    shadowed.reset();
  });
  EXPECT_GT(on_drift.changes(), 0);
  EXPECT_GT(shadowed.swaps(), 0);
  return calls;
}

TEST(MonitoringAllocation, ReactionsAllocateOnlyAtConstruction) {
  const Rnn<float> sized(1, 8, 1, {.optimizer = {.learning_rate = 1e-2}});
  EXPECT_EQ(heap_calls_of_reactions(sized), 0);
  const Rnn<float, 1, 8, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal> fixed;
  EXPECT_EQ(heap_calls_of_reactions(fixed), 0);
}

}  // namespace
}  // namespace eddy::testing

#include <eddy/distributed/averaging.hpp>
#include <eddy/heads/echo_state.hpp>
#include <eddy/heads/joint_head.hpp>
#include <eddy/models.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/anomaly.hpp>
#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/ddm.hpp>
#include <eddy/streaming/dormant_units.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/elastic.hpp>
#include <eddy/streaming/exponential_weights.hpp>
#include <eddy/streaming/kappa.hpp>
#include <eddy/streaming/kswin.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/quantile_tracker.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/shadow.hpp>
#include <eddy/streaming/shrink_and_perturb.hpp>
#include <eddy/streaming/stopping.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// One setting of a struct, and what is made of it.
struct Setting {
  std::string name;
  std::function<void(double)> make;
  std::vector<double> refused, accepted;
};

/// The setting `member` of `Options`, which go to `make`. What is not finite is refused, too, where the
/// setting can be that.
template <class Options, class Number, class Make>
Setting setting(const std::string& name, Number Options::*member, std::vector<double> refused,
                std::vector<double> accepted, Make make) {
  if constexpr (!std::is_integral_v<Number>) {
    refused.insert(refused.end(), {not_a_number<double>, infinity, -infinity});
  }
  const auto set_and_make = [=](double value) {
    Options options;
    options.*member = static_cast<Number>(value);
    make(options);
  };
  return {name, set_and_make, refused, accepted};
}

/// Constructs one from its options: it is there that they are checked.
template <class T>
auto construct() {
  return [](const auto& options) { T{options}; };
}

std::vector<Setting> settings() {
  using Model = Rnn<float, 1, 3, 1>;
  using Least = LeastSquaresOptions<16>;
  using Weights = ExponentialWeights<float, 2>;
  using Interval = ConformalIntervalOptions<Dynamic, Dynamic>;
  using KswinSettings = KswinOptions<Dynamic, Dynamic>;
  const auto adwin = construct<Adwin>();
  const auto page_hinkley = construct<PageHinkley>();
  const auto ddm = construct<Ddm>();
  const auto kswin = construct<Kswin<>>();
  const auto interval = construct<ConformalInterval<>>();
  const auto tracker = construct<QuantileTracker>();
  const auto anomaly = construct<AnomalyScore>();
  const auto elastic = construct<ElasticWeights<float, 3>>();
  const auto weights = construct<Weights>();
  const auto plateau = construct<Plateau>();
  const auto target_error = construct<TargetError>();
  const auto raise = construct<RaiseLearningRate>();
  const auto squares = construct<RecursiveLeastSquares<float, 2, 1>>();
  const auto shadowed = [](const ShadowOptions& options) { Shadowed<Model>(Model(), options); };
  const auto dormant = [](const DormantUnitsOptions& options) { DormantUnits<Model>(Model(), options); };
  const auto shrink = [](const ShrinkAndPerturbOptions& options) {
    ShrinkAndPerturb<Model>(Model(), options);
  };
  return {
      setting("confidence", &AdwinOptions::confidence, {0, 1, -1}, {1e-9, 0.999}, adwin),
      setting("every", &AdwinOptions::every, {0, -1}, {1}, adwin),
      setting("range", &AdwinOptions::range, {-1e-9}, {0, 1e9}, adwin),
      setting("tolerance", &PageHinkleyOptions::tolerance, {-1e-9}, {0, 3}, page_hinkley),
      setting("threshold", &PageHinkleyOptions::threshold, {0, -1, 1e9}, {1e-3, 1e8}, page_hinkley),
      setting("warm_up", &PageHinkleyOptions::warm_up, {1, 0, -1}, {2}, page_hinkley),
      setting("drift", &DdmOptions::drift, {1, 0, -3, 1e6}, {2, 100}, ddm),
      setting("warning", &DdmOptions::warning, {1, 0, 3.001}, {1.001, 3}, ddm),
      setting("warm_up", &DdmOptions::warm_up, {0, -1}, {1}, ddm),
      setting("confidence", &KswinSettings::confidence, {0, 1}, {1e-9, 0.9}, kswin),
      setting("recent", &KswinSettings::recent, {0, -1, 300, 5}, {6, 290}, kswin),
      setting("window", &KswinSettings::window, {0, 1}, {70}, kswin),
      setting("every", &KswinSettings::every, {0}, {1}, kswin),
      setting("coverage", &Interval::coverage, {0, 1, -1}, {0.01, 0.99}, interval),
      setting("rate", &Interval::rate, {-1e-9, 1.001}, {0, 1}, interval),
      setting("window", &Interval::window, {0, -1, 8}, {9}, interval),
      setting("delay", &Interval::delay, {0, -1}, {1}, interval),
      setting("quantile", &QuantileTrackerOptions::quantile, {0, 1, -1}, {1e-6, 0.999}, tracker),
      setting("rate", &QuantileTrackerOptions::rate, {0, 1}, {1e-6, 0.999}, tracker),
      setting("forgetting", &QuantileTrackerOptions::forgetting, {0, 1}, {1e-6, 0.999}, tracker),
      setting("forgetting", &AnomalyScoreOptions::forgetting, {-1e-9, 1}, {0, 0.999}, anomaly),
      setting("smoothing", &AnomalyScoreOptions::smoothing, {-1e-9, 1}, {0, 0.999}, anomaly),
      setting("limit", &AnomalyScoreOptions::limit, {0.999, 0, 1.1e6}, {1, 100}, anomaly),
      setting("warm_up", &AnomalyScoreOptions::warm_up, {0, -1}, {1}, anomaly),
      setting("forgetting", &MetricOptions::forgetting, {-1e-9, 1}, {0, 0.999}, construct<Rmse>()),
      setting("bins", &AucOptions<Dynamic>::bins, {0, -1}, {1}, construct<Auc<>>()),
      setting("forgetting", &AucOptions<Dynamic>::forgetting, {-1e-9, 1}, {0, 0.999}, construct<Auc<>>()),
      setting("classes", &KappaOptions<Dynamic>::classes, {0, -1}, {1}, construct<Kappa<>>()),
      setting("forgetting", &KappaOptions<Dynamic>::forgetting, {-1e-9, 1}, {0, 0.99}, construct<Kappa<>>()),
      setting("rate", &ExponentialWeightsOptions::rate, {0, -1, 1.1e6}, {1e-9, 10}, weights),
      setting("forgetting", &ExponentialWeightsOptions::forgetting, {-1e-9, 1}, {0, 0.999}, weights),
      setting("forgetting", &ShadowOptions::forgetting, {0, 1}, {1e-9, 0.999}, shadowed),
      setting("margin", &ShadowOptions::margin, {-1e-9, 1}, {0, 0.999}, shadowed),
      setting("least", &ShadowOptions::least, {0, -1}, {1, 3000}, shadowed),
      setting("most", &ShadowOptions::most, {0, 99}, {100}, shadowed),
      setting("factor", &RaiseLearningRateOptions::factor, {0, -1, 1e6}, {0.1, 100}, raise),
      setting("samples", &RaiseLearningRateOptions::samples, {0, -1}, {1}, raise),
      setting("strength", &ElasticOptions::strength, {-1e-9}, {0, 1e9}, elastic),
      setting("keep", &ElasticOptions::keep, {-1e-9, 1.001}, {0, 1}, elastic),
      setting("rate", &DormantUnitsOptions::rate, {-1e-9, 1.001}, {0, 1}, dormant),
      setting("decay", &DormantUnitsOptions::decay, {-1e-9, 1}, {0, 0.999}, dormant),
      setting("maturity", &DormantUnitsOptions::maturity, {-1}, {0}, dormant),
      setting("shrink", &ShrinkAndPerturbOptions::shrink, {-1e-9, 1.001}, {0, 1}, shrink),
      setting("perturb", &ShrinkAndPerturbOptions::perturb, {-1e-9, 1.001}, {0, 1}, shrink),
      setting("error", &TargetErrorOptions::error, {}, {-1, 0, 1e9}, target_error),
      setting("samples", &TargetErrorOptions::samples, {0, -1}, {1}, target_error),
      setting("improvement", &PlateauOptions::improvement, {-1e-9, 1}, {0, 0.999}, plateau),
      setting("samples", &PlateauOptions::samples, {0, -1}, {1}, plateau),
      setting("patience", &PlateauOptions::patience, {0, -1}, {1}, plateau),
      setting("forgetting", &Least::forgetting, {0, -1, 1.001}, {0.5, 1}, squares),
      setting("ridge", &Least::ridge, {0, -1, 1e-31, 1e31}, {1e-30, 1e30}, squares),
      setting("huber", &Least::huber, {-1e-9}, {0, 2}, squares),
      {"window",
       [](double window) { RecursiveLeastSquares<float>(2, 1, {.window = static_cast<int>(window)}); },
       {0, -1},
       {1, 99}},
      {"samples", [](double samples) { Budget(static_cast<std::int64_t>(samples)); }, {0, -1}, {1}},
      {"strength",
       [](double strength) {
         Vector<float, 2> parameters(1, 2), anchor(0, 0);
         pull_towards(parameters, anchor, strength);
       },
       {-1e-9, 1.001, not_a_number<double>, infinity},
       {0, 1}},
      {"weight",
       [](double weight) { ParameterAverage<float, 2>().add(Vector<float, 2>(1, 2), weight); },
       {-1e-9, not_a_number<double>, infinity},
       {0, 1e9}},
      {"coverage", [](double coverage) { normal_deviations(coverage); }, {0, 1, -1, infinity}, {0.5}},
      {"forgetting",
       [](double forgetting) { EchoState<float, 1, 4, 1>({.head = {.forgetting = forgetting}}); },
       {0, 1.001, not_a_number<double>},
       {1}},
      {"ridge",
       [](double ridge) { JointHead<RnnCell<float, 1, 4>, 1>({.head = {.ridge = ridge}}); },
       {0, -1, not_a_number<double>},
       {1}},
  };
}

TEST(SettingsOfMonitors, OutOfRangeAreRefusedByNameValueAndRange) {
  for (const Setting& one : settings()) {
    for (const double value : one.refused) {
      try {
        one.make(value);
        ADD_FAILURE() << one.name << " of " << value << " was accepted";
      } catch (const std::invalid_argument& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find(one.name), std::string::npos) << one.name << ": " << message;
        EXPECT_NE(message.find("expected"), std::string::npos) << message;
      }
    }
    for (const double value : one.accepted) {
      EXPECT_NO_THROW(one.make(value)) << one.name << " of " << value;
    }
  }
}

/// What a constructor says of options.
template <class T, class Options>
std::string refusal(const Options& options) {
  try {
    T{options};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(SettingsOfMonitors, AreNamedAsInTheStruct) {
  EXPECT_EQ(refusal<Adwin>(AdwinOptions{.confidence = 2}),
            "eddy: confidence is 2, expected more than 0 and less than 1");
  EXPECT_EQ(refusal<PageHinkley>(PageHinkleyOptions{.warm_up = 1}),
            "eddy: warm_up is 1, expected at least 2");
  EXPECT_EQ(refusal<Ddm>(DdmOptions{.warning = 4}), "eddy: warning is 4, expected more than 1 and at most 3");
  EXPECT_EQ(refusal<QuantileTracker>(QuantileTrackerOptions{.rate = 0}),
            "eddy: rate is 0, expected more than 0 and less than 1");
  EXPECT_EQ(refusal<AnomalyScore>(AnomalyScoreOptions{.limit = 0}),
            "eddy: limit is 0, expected at least 1 and at most 1000000");
  EXPECT_EQ(refusal<Rmse>(MetricOptions{.forgetting = 1}),
            "eddy: forgetting is 1, expected at least 0 and less than 1");
}

TEST(SettingsOfMonitors, UnderWhichNothingCanBeFoundAreRefusedWithOnesThatWork) {
  EXPECT_EQ(refusal<ConformalInterval<>>(ConformalIntervalOptions<Dynamic, Dynamic>{.window = 8}),
            "eddy: window is 8, expected at least 9");
  EXPECT_EQ(
      refusal<ConformalInterval<>>(ConformalIntervalOptions<Dynamic, Dynamic>{.coverage = 0.8, .window = 3}),
      "eddy: window is 3, expected at least 4");
  const std::string kswin =
      refusal<Kswin<>>(KswinOptions<Dynamic, Dynamic>{.confidence = 1e-4, .window = 12, .recent = 4});
  EXPECT_NE(kswin.find("as with window 20 and recent 10"), std::string::npos) << kswin;
  // And these do work: a jump beyond all other values is found.
  Kswin<> detector({.confidence = 1e-4, .window = 20, .recent = 10, .every = 1});
  int found = 0;
  for (int t = 0; t < 60; ++t) {
    found += detector.update(t < 30 ? t % 3 : 100 + t % 3);
  }
  EXPECT_EQ(found, 1);
}

}  // namespace
}  // namespace eddy::testing

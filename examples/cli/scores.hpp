#pragma once
// How wrong the predictions were, beside those of persistence: that nothing changes.

#include "text.hpp"

#include <eddy/streaming/regression_metrics.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace eddy_stream {

/// The errors of one forecaster: of all rows, and of the newest ones.
class Errors {
 public:
  explicit Errors(int rolling) : newest_mae(rolling), newest_rmse(rolling) {}

  void add(double truth, double prediction) {
    mae.add(truth, prediction);
    rmse.add(truth, prediction);
    newest_mae.add(truth, prediction);
    newest_rmse.add(truth, prediction);
  }

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("mae", self.mae);
    visit("rmse", self.rmse);
    visit("newest_mae", self.newest_mae);
    visit("newest_rmse", self.newest_rmse);
  }

  eddy::Mae mae;
  eddy::Rmse rmse;
  eddy::Rolling<eddy::Mae> newest_mae;
  eddy::Rolling<eddy::Rmse> newest_rmse;
};

/// The model beside persistence, on the same rows: those whose truth, and what both said of it, are known.
class Scores {
 public:
  explicit Scores(int rolling) : model(rolling), persistence(rolling), rolling_(rolling) {}

  void add(double truth, double predicted, double persistent) {
    if (std::isfinite(truth) && std::isfinite(predicted) && std::isfinite(persistent)) {
      model.add(truth, predicted);
      persistence.add(truth, persistent);
    }
  }

  /// The rolling ones begin anew, with another length.
  void set_rolling(int rolling) {
    for (Errors* const errors : {&model, &persistence}) {
      errors->newest_mae = eddy::Rolling<eddy::Mae>(rolling);
      errors->newest_rmse = eddy::Rolling<eddy::Rmse>(rolling);
    }
    rolling_ = rolling;
  }

  /// In one line: what has been reached of late.
  std::string line() const {
    char text[160];
    std::snprintf(text, sizeof text, "MAE %.4g (persistence %.4g)  last %d: %.4g (%.4g)", model.mae.value(),
                  persistence.mae.value(), rolling_, model.newest_mae.value(),
                  persistence.newest_mae.value());
    return text;
  }

  /// All of it, a forecaster a line.
  std::string table(const std::string& target) const {
    const std::string newest = "last " + std::to_string(rolling_);
    char text[700];
    std::snprintf(text, sizeof text,
                  "%s, %lld values scored\n%-12s %12s %12s %15s %15s\n%-12s %12.5g %12.5g %15.5g %15.5g\n"
                  "%-12s %12.5g %12.5g %15.5g %15.5g\n",
                  shortened(target, 60).c_str(), static_cast<long long>(model.mae.count()), "", "MAE", "RMSE",
                  ("MAE " + newest).c_str(), ("RMSE " + newest).c_str(), "model", model.mae.value(),
                  model.rmse.value(), model.newest_mae.value(), model.newest_rmse.value(), "persistence",
                  persistence.mae.value(), persistence.rmse.value(), persistence.newest_mae.value(),
                  persistence.newest_rmse.value());
    return text;
  }

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("model", self.model);
    visit("persistence", self.persistence);
  }

  Errors model, persistence;

 private:
  int rolling_;
};

}  // namespace eddy_stream

#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/history.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/streaming/metric.hpp>
#include <eddy/target.hpp>

#include <cstdint>
#include <type_traits>

namespace eddy {

/// Scores predictions whose labels come late: each is kept until the label of its step comes, and then scored
/// as it was made.
///
/// Steps are counted from 1, like those of a model that is asked for every one of them: then
/// `evaluation.label(at(t), y)` takes the time of the model. Predictions have `Size` values, and the newest
/// `Length` of them are kept.
template <class M, class Scalar = float, int Size = Dynamic, int Length = Dynamic>
class DelayedEvaluation {
 public:
  static constexpr const char* kind = "DelayedEvaluation";
  using KindParts = Types<M>;
  using Time = std::int64_t;

  /// Sizes by the type.
  explicit DelayedEvaluation(const M& metric = M()) requires(Size != Dynamic && Length != Dynamic)
      : DelayedEvaluation(Size, Length, metric) {}

  /// Allocates where sizes are known at run time only. Throws if one is below 1, or not what the type fixes.
  DelayedEvaluation(int size, int length, const M& metric = M()) : metric_(metric), kept_(size + 1, length) {}

  /// Keeps the prediction of the next step; returns that step. One that is not finite is skipped by the
  /// metric when its label comes.
  template <Values Prediction>
  Time step(const Prediction& prediction) {
    check_size<Size>("the prediction", prediction, size());
    Scalar* const column = kept_.advance();
    column[0] = 0;
    copy_values<Size>(prediction, column + 1, size());
    return kept_.time();
  }

  /// Scores the prediction of a step against its label; returns whether it was still there. A step is scored
  /// once: what comes for it later is not, and neither is a label that comes after `length()` steps; both are
  /// counted by `missed()`. A number that is NaN is no label, and the step goes on waiting for one.
  template <Values Truth>
  bool label(At when, const Truth& truth) {
    if constexpr (std::is_floating_point_v<Truth>) {
      if (is_nan(truth)) {
        return false;
      }
    }
    if (!kept_.holds(when.step) || kept_.column(when.step)[0] != 0) {
      ++missed_;
      return false;
    }
    Scalar* const column = kept_.column(when.step);
    const VectorView<const Scalar, Size> prediction(column + 1, size());
    if constexpr (requires { metric_.add(truth, prediction); }) {
      metric_.add(truth, prediction);
    } else {
      check_size<1>("the prediction", prediction, 1);
      metric_.add(truth, static_cast<double>(column[1]));
    }
    column[0] = 1;
    return true;
  }

  /// The metric that it feeds.
  const M& metric() const { return metric_; }
  double value() const { return metric_.value(); }

  /// How many values a prediction has.
  int size() const { return kept_.width() - 1; }
  int length() const { return kept_.length(); }
  Time time() const { return kept_.time(); }
  /// How many labels came too late to be scored.
  std::int64_t missed() const { return missed_; }

  /// Forgets the predictions that wait, and what was scored; time goes on.
  void reset() {
    kept_.reset();
    metric_.reset();
    missed_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("metric", self.metric_);
    visit("kept", self.kept_);
    visit("missed", self.missed_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(missed_); }

 private:
  M metric_;
  History<Scalar, add(Size, 1), Length> kept_;  ///< whether it was scored, then the prediction
  std::int64_t missed_ = 0;
};

}  // namespace eddy

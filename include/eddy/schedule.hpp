#pragma once

#include <eddy/core/kind.hpp>
#include <eddy/optimizer.hpp>

#include <numbers>

namespace eddy {

/// A learning-rate schedule: `schedule(step)` is the factor on the learning rate at that update; updates
/// count from 1. A function of your own, with or without state of its own, will do; where what it returns is
/// out of range for the learning rate, the update is skipped.
template <class S>
concept Schedule = requires(const S& schedule, std::int64_t step) {
  { schedule(step) } -> std::convertible_to<double>;
};

/// 1, always.
struct ConstantRate {
  static constexpr const char* kind = "ConstantRate";

  /// The factor at an update, counted from 1.
  double operator()(std::int64_t) const { return 1; }
};

/// factor^⌊(step − 1) / period⌋: a drop every `period` updates.
struct StepDecay {
  static constexpr const char* kind = "StepDecay";
  double factor = 0.5;          ///< what a period multiplies the rate by
  std::int64_t period = 10000;  ///< updates

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("factor", factor, from_to(0, 1));
    visit("period", static_cast<double>(period), at_least(1));
  }

  /// The factor at an update, counted from 1.
  double operator()(std::int64_t step) const {
    const std::int64_t drops = (step - 1) / period;
    return std::pow(factor, static_cast<double>(drops));
  }
};

/// factor^((step − 1) / period): the same, smoothly.
struct ExponentialDecay {
  static constexpr const char* kind = "ExponentialDecay";
  double factor = 0.5;          ///< what a period multiplies the rate by
  std::int64_t period = 10000;  ///< updates

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("factor", factor, from_to(0, 1));
    visit("period", static_cast<double>(period), at_least(1));
  }

  /// The factor at an update, counted from 1.
  double operator()(std::int64_t step) const {
    return std::pow(factor, static_cast<double>(step - 1) / static_cast<double>(period));
  }
};

/// Half a cosine from 1 down to `floor` over `period` updates, `floor` from then on (Loshchilov & Hutter
/// 2017, arXiv:1608.03983, without restarts).
struct CosineDecay {
  static constexpr const char* kind = "CosineDecay";
  std::int64_t period = 10000;  ///< updates
  double floor = 0;             ///< the least factor

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("period", static_cast<double>(period), at_least(1));
    visit("floor", floor, from_to(0, 1));
  }

  /// The factor at an update, counted from 1.
  double operator()(std::int64_t step) const {
    const double progress = (std::min)(1.0, static_cast<double>(step - 1) / static_cast<double>(period));
    return floor + (1 - floor) * (1 + std::cos(std::numbers::pi * progress)) / 2;
  }
};

/// √(period / max(step, period)): 1 for `period` updates, then falling as 1/√step.
struct InverseSquareRoot {
  static constexpr const char* kind = "InverseSquareRoot";
  std::int64_t period = 1000;  ///< updates

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("period", static_cast<double>(period), at_least(1));
  }

  /// The factor at an update, counted from 1.
  double operator()(std::int64_t step) const {
    return std::sqrt(static_cast<double>(period) / static_cast<double>((std::max)(step, period)));
  }
};

/// Rises linearly to 1 over `period` updates, times another schedule.
template <Schedule Then = ConstantRate>
struct WarmUp {
  static constexpr const char* kind = "WarmUp";
  using KindParts = Types<Then>;
  std::int64_t period = 1000;  ///< updates
  Then then = {};              ///< what follows the first period

  /// Throws if a setting is out of its range.
  void check() const {
    check_each(*this);
    check_settings(then);
  }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("period", static_cast<double>(period), at_least(1));
    if constexpr (ListsSettings<Then>) {
      then.visit_settings(visit);
    }
  }

  /// The factor at an update, counted from 1.
  double operator()(std::int64_t step) const {
    return (std::min)(1.0, static_cast<double>(step) / static_cast<double>(period)) * then(step);
  }
};

/// An optimizer whose learning rate follows a schedule: `Scheduled<Adam, CosineDecay>{.optimizer =
/// {.learning_rate = 3e-3}, .schedule = {.period = 50000}}`.
template <Optimizer Inner, Schedule Factor>
struct Scheduled {
  static constexpr const char* kind = "Scheduled";
  using KindParts = Types<Inner, Factor>;
  Inner optimizer = {};      ///< whose learning rate is multiplied
  Factor schedule = {};      ///< by what
  double learning_rate = 1;  ///< a factor on that of `optimizer`

  /// How many vectors of the parameters' shape it keeps.
  static constexpr int moments = Inner::moments;
  /// Whether the inner optimizer says that finite weights stay finite.
  static constexpr bool stays_finite = says_it_stays_finite<Inner>;
  /// The inner optimizer, with its learning rate at an update.
  Inner at(std::int64_t step) const {
    Inner now = optimizer;
    now.learning_rate *= learning_rate * schedule(step);
    return now;
  }

  /// Throws if a setting is out of its range, or the learning rate of the first update.
  void check() const {
    check_each(*this);
    check_settings(schedule);
    check_optimizer(optimizer);
    check_optimizer(at(1));
  }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("the factor learning_rate", learning_rate, learning_rates);
    if constexpr (ListsSettings<Inner>) {
      optimizer.visit_settings(visit);
    } else {
      visit("learning_rate", static_cast<double>(optimizer.learning_rate), learning_rates);
    }
    if constexpr (ListsSettings<Factor>) {
      schedule.visit_settings(visit);
    }
  }

  /// The update of the inner optimizer.
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t step) const {
    at(step).update(w, g, m, step);
  }
  /// Its numbers for the kernel, if it has one.
  template <class Scalar>
  auto pass(std::int64_t step) const requires requires(const Inner& inner) {
    inner.template pass<Scalar>(step);
  }
  { return at(step).template pass<Scalar>(step); }
};

}  // namespace eddy

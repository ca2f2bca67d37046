#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <tuple>

namespace eddy {

/// When to stop learning: `update(error)` takes the error of the newest sample, or of the newest evaluation,
/// and is true once it is time, and from then on. `reset()` begins anew. An error that is not finite counts
/// as a sample, and says nothing else; one far from all others counts as `UsualValues` bounds it.
template <class R>
concept StoppingRule = requires(R& rule, double error) {
  { rule.update(error) } -> std::same_as<bool>;
  rule.reset();
};

/// Stops after a number of samples.
class Budget {
 public:
  static constexpr const char* kind = "Budget";

  /// Throws `std::invalid_argument` if it is below 1.
  explicit Budget(std::int64_t samples) : samples_(samples) {
    check_setting("samples", static_cast<double>(samples), at_least(1));
  }

  bool update(double /*error*/) {
    used_ = (std::min)(used_ + 1, samples_);
    return used_ == samples_;
  }
  /// How many samples are left.
  std::int64_t left() const { return samples_ - used_; }
  void reset() { used_ = 0; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("used", self.used_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return used_ >= 0 && used_ <= samples_; }

 private:
  std::int64_t samples_, used_ = 0;
};

/// Settings of `TargetError`.
struct TargetErrorOptions {
  double error = 0;   ///< to be reached
  int samples = 100;  ///< over how many the error is averaged, each block of them by itself

  /// Throws unless all are in range.
  void check() const {
    check_setting("error", error, {});
    check_setting("samples", samples, at_least(1));
  }
};

/// Stops when the mean error of a block of samples is at most what was asked for.
class TargetError {
 public:
  static constexpr const char* kind = "TargetError";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit TargetError(TargetErrorOptions options) : options_((options.check(), options)) {}

  bool update(double error) {
    if (reached_ || !is_finite(error)) {
      return reached_;
    }
    sum_ += usual_.add(error);
    if (++count_ == options_.samples) {
      reached_ = sum_ / options_.samples <= options_.error;
      sum_ = 0;
      count_ = 0;
    }
    return reached_;
  }
  void reset() {
    sum_ = 0;
    count_ = 0;
    reached_ = false;
    usual_.reset();
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("sum", self.sum_);
    visit("count", self.count_);
    visit("reached", self.reached_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return count_ >= 0 && count_ < options_.samples; }

 private:
  TargetErrorOptions options_;
  UsualValues<> usual_;
  double sum_ = 0;
  int count_ = 0;
  bool reached_ = false;
};

/// Settings of `Plateau`.
struct PlateauOptions {
  double improvement = 0.01;  ///< by what share the error must fall to count as better
  int samples = 1000;         ///< over how many the error is averaged, each block of them by itself
  int patience = 3;           ///< blocks without improvement before it is time to stop

  /// Throws unless all are in range.
  void check() const {
    check_setting("improvement", improvement, from_below(0, 1));
    check_setting("samples", samples, at_least(1));
    check_setting("patience", patience, at_least(1));
  }
};

/// Stops when the error falls no more: when the mean error of `patience` blocks in a row is not lower than
/// the best by the share asked for (early stopping, Prechelt 1998, doi:10.1007/3-540-49430-8_3, its criterion
/// UP, but against the best block). The error is one that is not below 0.
class Plateau {
 public:
  static constexpr const char* kind = "Plateau";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit Plateau(PlateauOptions options = {}) : options_((options.check(), options)) {}

  bool update(double error) {
    if (waited_ == options_.patience || !is_finite(error)) {
      return waited_ == options_.patience;
    }
    sum_ += usual_.add(error);
    if (++count_ == options_.samples) {
      const double mean = sum_ / options_.samples;
      const bool better = blocks_ == 0 || mean < best_ * (1 - options_.improvement);
      best_ = better ? mean : best_;
      waited_ = better ? 0 : waited_ + 1;
      ++blocks_;
      sum_ = 0;
      count_ = 0;
    }
    return waited_ == options_.patience;
  }

  /// The lowest mean error of a block so far; NaN before the first is full.
  double best() const { return blocks_ == 0 ? not_a_number<double> : best_; }
  void reset() { *this = Plateau(options_); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("sum", self.sum_);
    visit("best", self.best_);
    visit("count", self.count_);
    visit("waited", self.waited_);
    visit("blocks", self.blocks_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return count_ >= 0 && count_ < options_.samples && waited_ >= 0 && waited_ <= options_.patience &&
           is_count(blocks_);
  }

 private:
  PlateauOptions options_;
  UsualValues<> usual_;
  double sum_ = 0, best_ = 0;
  int count_ = 0, waited_ = 0;
  std::int64_t blocks_ = 0;
};

/// Stops when one of several rules does; made by `any_of`. All of them see every error.
template <StoppingRule... Rules>
class AnyOf {
 public:
  static constexpr const char* kind = "AnyOf";
  using KindParts = Types<Rules...>;

  /// Around copies of the rules.
  explicit AnyOf(const Rules&... rules) : rules_(rules...) {}

  bool update(double error) {
    return std::apply([&](auto&... rule) { return (int{rule.update(error)} | ... | 0) != 0; }, rules_);
  }
  void reset() {
    std::apply([](auto&... rule) { (rule.reset(), ...); }, rules_);
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    std::apply([&](auto&... rule) { (visit("rule", rule), ...); }, self.rules_);
  }

 private:
  std::tuple<Rules...> rules_;
};

/// `any_of(Budget(100000), TargetError({.error = 0.01}), Plateau())`.
template <StoppingRule... Rules>
AnyOf<Rules...> any_of(const Rules&... rules) {
  return AnyOf<Rules...>(rules...);
}

}  // namespace eddy

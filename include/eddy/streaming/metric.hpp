#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>

#include <concepts>
#include <cstdint>

namespace eddy {

/// What is left of many pairs of truth and prediction: sums, in double, from which a metric is computed. It
/// is a struct of numbers with
///
/// - `static S of(double truth, double prediction)`: of one pair; of weight 0, if the metric cannot use the
/// pair;
/// - `void merge(const S&)`: that of both; `void fade(double factor)`: all weights times a factor;
/// - `double weight`, and `double value() const`: the metric; NaN where it has none.
///
/// With these a `Metric` is prequential, forgets, and rolls over a window without ever subtracting.
template <class S>
concept MetricSummary = std::default_initializable<S> && requires(S summary, const S& other) {
  { other.weight } -> std::convertible_to<double>;
  { other.value() } -> std::convertible_to<double>;
  summary.merge(other);
  summary.fade(0.5);
};

/// Calls take(summary) for each pair. Where the summary has a way to read a truth and a vector as they are (a
/// class and the probabilities of all), that is one pair; else vectors are read value by value, and throw if
/// their sizes differ.
template <MetricSummary S, Values Truth, Values Prediction, class Take>
void summarise(const Truth& truth, const Prediction& prediction, Take&& take) {
  if constexpr (std::is_arithmetic_v<Truth> && std::is_arithmetic_v<Prediction>) {
    take(S::of(static_cast<double>(truth), static_cast<double>(prediction)));
  } else if constexpr (requires { S::of(truth, prediction); }) {
    take(S::of(truth, prediction));
  } else {
    const auto size = [](const auto& values) {
      if constexpr (EigenExpression<std::decay_t<decltype(values)>>) {
        return static_cast<long>(values.size());
      } else {
        return 1L;
      }
    };
    const auto value = [](const auto& values, [[maybe_unused]] long i) {
      if constexpr (EigenExpression<std::decay_t<decltype(values)>>) {
        return static_cast<double>(values.derived()(i));
      } else {
        return static_cast<double>(values);
      }
    };
    if (size(prediction) != size(truth)) {
      fail_size("the prediction", size(prediction), size(truth));
    }
    for (long i = 0; i < size(truth); ++i) {
      take(S::of(value(truth, i), value(prediction, i)));
    }
  }
}

/// Settings of `Metric`.
struct MetricOptions {
  double forgetting = 0;  ///< each pair weighs 1 − `forgetting` times what the next one weighs; 0: all alike

  /// Throws unless 0 ≤ forgetting < 1.
  void check() const { check_setting("forgetting", forgetting, from_below(0, 1)); }
};

/// A measure of predictions against what came, over all pairs so far: prequential, if each prediction was
/// made before its label was learned (Gama, Sebastião & Rodrigues 2013, doi:10.1007/s10994-012-5320-9, who
/// also tell why to forget).
///
/// Truth and prediction are numbers or vectors of any scalar type, which are added value by value. A pair
/// that is not finite, or that the metric is not defined for, is skipped and counted; so is one whose error
/// is so large that a sum of such would not be finite.
template <MetricSummary S>
class Metric {
 public:
  static constexpr const char* kind = "Metric";
  using KindParts = Types<S>;

  /// What is kept of the samples.
  using Summary = S;

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit Metric(MetricOptions options = {}) : options_(options) { options_.check(); }

  template <Values Truth, Values Prediction>
  void add(const Truth& truth, const Prediction& prediction) {
    summarise<S>(truth, prediction, [this](const S& one) {
      if (one.weight == 0) {
        ++skipped_;
        return;
      }
      ++count_;
      total_.fade(1 - options_.forgetting);
      total_.merge(one);
    });
  }

  /// NaN before the first pair.
  double value() const { return count_ == 0 ? not_a_number<double> : total_.value(); }

  std::int64_t count() const { return count_; }      ///< pairs so far
  std::int64_t skipped() const { return skipped_; }  ///< pairs that could not be used

  void reset() {
    total_ = {};
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    S::visit_state(self.total_, visit);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_) && is_count(skipped_); }

 private:
  MetricOptions options_;
  S total_;
  std::int64_t count_ = 0, skipped_ = 0;
};

/// The metric `M` over the newest `Length` pairs only: `Rolling<Mae, 500>`.
///
/// The window is cut into blocks. Of the block before the newest, the summaries of its last 1, 2, … pairs are
/// kept; of the newest block, that of all so far. The window is one of the former merged with the latter, so
/// nothing is ever subtracted and no rounding error builds up. A pair costs a few additions, and one in
/// `Length` as many times that.
template <class M, int Length = Dynamic>
class Rolling {
  using S = typename M::Summary;

 public:
  static constexpr const char* kind = "Rolling";
  using KindParts = Types<M>;

  /// A length by the type.
  Rolling() requires(Length != Dynamic) : Rolling(Length) {}

  /// Allocates where the length is known at run time only. Throws if it is below 1, or not what the type
  /// fixes.
  explicit Rolling(int length)
      : length_((check_fixed<Length>("the length of a rolling metric", length), length)), ring_(length) {}

  template <Values Truth, Values Prediction>
  void add(const Truth& truth, const Prediction& prediction) {
    summarise<S>(truth, prediction, [this](const S& one) {
      if (one.weight == 0) {
        ++skipped_;
        return;
      }
      if (next_ == length_) {
        begin_block();
      }
      ring_.data()[next_] = one;
      newest_.merge(one);
      ++next_;
      ++count_;
    });
  }

  /// NaN before the first pair.
  double value() const {
    if (count_ == 0) {
      return not_a_number<double>;
    }
    S window = newest_;
    if (count_ > length_ && next_ < length_) {
      window.merge(ring_.data()[next_]);
    }
    return window.value();
  }

  int length() const { return length_; }
  std::int64_t count() const { return count_; }      ///< pairs so far, those that have left included
  std::int64_t skipped() const { return skipped_; }  ///< pairs that could not be used

  void reset() {
    newest_ = {};
    next_ = 0;
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    S::visit_state(self.newest_, visit);
    visit("ring", self.ring_);
    visit("next", self.next_);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return next_ >= 0 && next_ <= length_ && is_count(count_) && is_count(skipped_);
  }

 private:
  /// Turns the summaries of single pairs into those of each pair and all after it.
  void begin_block() {
    for (int i = length_ - 1; i > 0; --i) {
      ring_.data()[i - 1].merge(ring_.data()[i]);
    }
    newest_ = {};
    next_ = 0;
  }

  int length_;
  int next_ = 0;  ///< the slot of the next pair; those from it on hold the block before
  S newest_;      ///< of the slots before `next_`
  Storage<S, Length> ring_;
  std::int64_t count_ = 0, skipped_ = 0;
};

}  // namespace eddy

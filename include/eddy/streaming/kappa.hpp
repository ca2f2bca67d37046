#pragma once

#include <eddy/core/count.hpp>
#include <eddy/streaming/classification_metrics.hpp>

#include <algorithm>
#include <cstdint>

namespace eddy {

/// How often truth and prediction were each of some classes, and how often both were the same.
template <int Classes = Dynamic>
class Agreement {
 public:
  static constexpr const char* kind = "Agreement";

  /// For so many classes, none seen yet.
  explicit Agreement(int classes)
      : classes_((check_fixed<Classes>("the number of classes", classes), classes)),
        truths_(classes),
        predictions_(classes) {}

  int classes() const { return classes_; }

  void add(int truth, int prediction, double weight) {
    truths_.data()[truth] += weight;
    predictions_.data()[prediction] += weight;
    all_ += weight;
    hits_ += truth == prediction ? weight : 0;
  }
  void fade(double factor) {
    for (int k = 0; k < classes_; ++k) {
      truths_.data()[k] *= factor;
      predictions_.data()[k] *= factor;
    }
    all_ *= factor;
    hits_ *= factor;
  }
  void reset() {
    std::fill_n(truths_.data(), classes_, 0.0);
    std::fill_n(predictions_.data(), classes_, 0.0);
    all_ = hits_ = 0;
  }

  /// (p − e) / (1 − e); NaN where truth and prediction are all of one class, or there is none.
  double kappa() const {
    double chance = 0;
    for (int k = 0; k < classes_; ++k) {
      chance += truths_.data()[k] * predictions_.data()[k];
    }
    const double all = all_ * all_, room = all - chance;
    return room > 1e-12 * all ? (hits_ * all_ - chance) / room : not_a_number<double>;
  }

  /// The class that is meant by a number, or by a vector with a score for each: the first of the highest. −1
  /// if a score is not finite. Throws if it is none.
  template <Values Prediction>
  int class_of(const Prediction& prediction) const {
    if constexpr (EigenExpression<Prediction>) {
      check_size<Classes>("the prediction", prediction, classes_);
      const auto& scores = prediction.derived();
      int best = 0;
      for (int k = 0; k < classes_; ++k) {
        if (!is_finite(scores(k))) {
          return -1;
        }
        best = scores(k) > scores(best) ? k : best;
      }
      return best;
    } else {
      static_assert(std::is_integral_v<Prediction>, "a class is a whole number");
      check_class("the prediction", prediction, classes_);
      return static_cast<int>(prediction);
    }
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("truths", self.truths_);
    visit("predictions", self.predictions_);
    visit("all", self.all_);
    visit("hits", self.hits_);
  }

 private:
  int classes_;
  Storage<double, Classes> truths_, predictions_;
  double all_ = 0, hits_ = 0;
};

/// Settings of `Kappa`.
template <int Classes>
struct KappaOptions {
  int classes = fixed_or(Classes, 2);  ///< how many there are
  double forgetting = 0;  ///< each pair weighs 1 − `forgetting` times what the next one weighs; 0: all alike

  /// Throws unless all are in range, and the number of classes is what the type fixes.
  void check() const {
    check_fixed<Classes>("classes", classes);
    check_setting("classes", classes, at_least(1));
    check_setting("forgetting", forgetting, from_below(0, 1));
  }
};

/// Cohen's kappa (1960, doi:10.1177/001316446002000104) over all pairs so far: κ = (p − e) / (1 − e), where p
/// is the share of right classes, e that which guesses with the same shares of classes would reach. 1 is
/// perfect, 0 no better than such guesses; NaN while truth and prediction are all of one class.
template <int Classes = Dynamic>
class Kappa {
 public:
  static constexpr const char* kind = "Kappa";

  /// Allocates where the number of classes is known at run time only. Throws `std::invalid_argument` if a
  /// setting is out of range.
  explicit Kappa(KappaOptions<Classes> options = {})
      : forgetting_((options.check(), options.forgetting)), agreement_(options.classes) {}

  /// A prediction is a class, or a vector with a score for each, of which the first of the highest counts;
  /// one with a score that is not finite is skipped and counted. Throws if one of the two is no class. With
  /// forgetting a pair costs as many products as there are classes.
  template <std::integral Truth, Values Prediction>
  void add(Truth truth, const Prediction& prediction) {
    check_class("the truth", truth, agreement_.classes());
    const int predicted = agreement_.class_of(prediction);
    if (predicted < 0) {
      ++skipped_;
      return;
    }
    ++count_;
    if (forgetting_ > 0) {
      agreement_.fade(1 - forgetting_);
    }
    agreement_.add(static_cast<int>(truth), predicted, 1);
  }

  /// NaN before the first pair.
  double value() const { return agreement_.kappa(); }

  std::int64_t count() const { return count_; }      ///< pairs so far
  std::int64_t skipped() const { return skipped_; }  ///< pairs that could not be used

  void reset() {
    agreement_.reset();
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("agreement", self.agreement_);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_) && is_count(skipped_); }

 private:
  double forgetting_;
  Agreement<Classes> agreement_;
  std::int64_t count_ = 0, skipped_ = 0;
};

/// The same over the newest `Length` pairs only. What leaves is subtracted: the counts are whole numbers, so
/// nothing is lost.
template <int Classes, int Length>
class Rolling<Kappa<Classes>, Length> {
 public:
  static constexpr const char* kind = "Rolling<Kappa>";

  /// Sizes by the type.
  Rolling() requires(Classes != Dynamic && Length != Dynamic) : Rolling(Length, Classes) {}

  /// Allocates where a size is known at run time only. Throws if one is below 1, or not what the type fixes.
  explicit Rolling(int length, int classes = fixed_or(Classes, 2))
      : length_((check_fixed<Length>("the length of a rolling metric", length), length)),
        agreement_(classes),
        truths_(length),
        predictions_(length) {}

  template <std::integral Truth, Values Prediction>
  void add(Truth truth, const Prediction& prediction) {
    check_class("the truth", truth, agreement_.classes());
    const int predicted = agreement_.class_of(prediction);
    if (predicted < 0) {
      ++skipped_;
      return;
    }
    const Index slot = static_cast<Index>(count_ % length_);
    if (count_ >= length_) {
      agreement_.add(truths_.data()[slot], predictions_.data()[slot], -1);
    }
    truths_.data()[slot] = static_cast<int>(truth);
    predictions_.data()[slot] = predicted;
    agreement_.add(static_cast<int>(truth), predicted, 1);
    ++count_;
  }

  /// NaN before the first pair.
  double value() const { return agreement_.kappa(); }

  int length() const { return length_; }
  std::int64_t count() const { return count_; }      ///< pairs so far, those that have left included
  std::int64_t skipped() const { return skipped_; }  ///< pairs that could not be used

  void reset() {
    agreement_.reset();
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("agreement", self.agreement_);
    visit("truths", self.truths_);
    visit("predictions", self.predictions_);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto is_class = [&](int k) { return k >= 0 && k < agreement_.classes(); };
    const auto used = (std::min)(count_, std::int64_t{length_});
    return is_count(count_) && is_count(skipped_) &&
           std::all_of(truths_.data(), truths_.data() + used, is_class) &&
           std::all_of(predictions_.data(), predictions_.data() + used, is_class);
  }

 private:
  int length_;
  Agreement<Classes> agreement_;
  Storage<int, Length> truths_, predictions_;
  std::int64_t count_ = 0, skipped_ = 0;
};

}  // namespace eddy

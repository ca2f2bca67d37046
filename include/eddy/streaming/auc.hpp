#pragma once

#include <eddy/core/count.hpp>
#include <eddy/streaming/metric.hpp>
#include <eddy/streaming/ordered_window.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace eddy {

/// Settings of `Auc`.
template <int Bins>
struct AucOptions {
  int bins = fixed_or(Bins, 1000);  ///< into how many bins scores are sorted
  double forgetting = 0;  ///< each pair weighs 1 − `forgetting` times what the next one weighs; 0: all alike

  /// Throws unless all are in range, and the number of bins is what the type fixes.
  void check() const {
    check_fixed<Bins>("bins", bins);
    check_setting("bins", bins, at_least(1));
    check_setting("forgetting", forgetting, from_below(0, 1));
  }
};

/// The area under the curve of true over false positives, over all pairs so far: the probability that a
/// positive has a higher score than a negative, where equal scores count half (Hanley & McNeil 1982,
/// doi:10.1148/radiology.143.1.7063747).
///
/// Scores are probabilities, counted in bins of equal width: those in one bin count as equal, which is off by
/// at most half the probability that a positive and a negative share a bin. `Rolling<Auc<>, 1000>` is exact.
template <int Bins = Dynamic>
class Auc {
 public:
  static constexpr const char* kind = "Auc";

  /// Allocates where the number of bins is known at run time only. Throws `std::invalid_argument` if a
  /// setting is out of range.
  explicit Auc(AucOptions<Bins> options = {})
      : bins_((options.check(), options.bins)),
        forgetting_(options.forgetting),
        positives_(options.bins),
        negatives_(options.bins) {}

  /// A score that is not a finite number from 0 to 1 is skipped and counted.
  void add(bool truth, double score) {
    if (!is_finite(score) || score < 0 || score > 1) {
      ++skipped_;
      return;
    }
    ++count_;
    const int bin = (std::min)(bins_ - 1, static_cast<int>(score * bins_));
    (truth ? positives_ : negatives_).data()[bin] += weight_;
    // Instead of fading the past, the weight of what comes grows; only ratios count.
    weight_ /= 1 - forgetting_;
    if (weight_ > 1e100) {
      for (int i = 0; i < bins_; ++i) {
        positives_.data()[i] /= weight_;
        negatives_.data()[i] /= weight_;
      }
      weight_ = 1;
    }
  }

  /// NaN until both a positive and a negative have come. Visits all bins.
  double value() const {
    double below = 0, positives = 0, ordered = 0;
    for (int i = 0; i < bins_; ++i) {
      ordered += positives_.data()[i] * (below + negatives_.data()[i] / 2);
      below += negatives_.data()[i];
      positives += positives_.data()[i];
    }
    return below > 0 && positives > 0 ? ordered / positives / below : not_a_number<double>;
  }

  std::int64_t count() const { return count_; }      ///< pairs so far
  std::int64_t skipped() const { return skipped_; }  ///< pairs that could not be used

  void reset() {
    std::fill_n(positives_.data(), bins_, 0.0);
    std::fill_n(negatives_.data(), bins_, 0.0);
    weight_ = 1;
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("positives", self.positives_);
    visit("negatives", self.negatives_);
    visit("weight", self.weight_);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_) && is_count(skipped_); }

 private:
  int bins_;
  double forgetting_, weight_ = 1;
  Storage<double, Bins> positives_, negatives_;
  std::int64_t count_ = 0, skipped_ = 0;
};

/// The exact area over the newest `Length` pairs; scores may be any finite numbers. A pair costs a search in
/// ordered scores, `value()` a pass over the window.
template <int Bins, int Length>
class Rolling<Auc<Bins>, Length> {
 public:
  static constexpr const char* kind = "Rolling<Auc>";

  /// A length by the type.
  Rolling() requires(Length != Dynamic) : Rolling(Length) {}

  /// Allocates where the length is known at run time only. Throws if it is below 1, or not what the type
  /// fixes.
  explicit Rolling(int length)
      : length_((check_fixed<Length>("the length of a rolling metric", length), length)),
        scores_(length),
        truths_(length),
        positives_(length),
        negatives_(length) {}

  /// A score that is not finite is skipped and counted.
  void add(bool truth, double score) {
    if (!is_finite(score)) {
      ++skipped_;
      return;
    }
    const Index slot = static_cast<Index>(count_ % length_);
    double& score_there = scores_.data()[slot];
    bool& truth_there = truths_.data()[slot].is;
    if (count_ >= length_) {
      (truth_there ? positives_ : negatives_).erase(score_there);
    }
    score_there = score;
    truth_there = truth;
    (truth ? positives_ : negatives_).insert(score);
    ++count_;
  }

  /// NaN until both a positive and a negative are there.
  double value() const {
    double ordered = 0;
    int below = 0, up_to = 0;
    for (const double score : positives_) {
      while (below < negatives_.size() && negatives_[below] < score) {
        ++below;
      }
      up_to = (std::max)(up_to, below);
      while (up_to < negatives_.size() && negatives_[up_to] <= score) {
        ++up_to;
      }
      ordered += 0.5 * (below + up_to);
    }
    const double pairs = static_cast<double>(positives_.size()) * negatives_.size();
    return pairs > 0 ? ordered / pairs : not_a_number<double>;
  }

  int length() const { return length_; }
  std::int64_t count() const { return count_; }      ///< pairs so far, those that have left included
  std::int64_t skipped() const { return skipped_; }  ///< pairs that could not be used

  void reset() {
    positives_.reset();
    negatives_.reset();
    count_ = skipped_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("scores", self.scores_);
    visit("truths", self.truths_);
    visit("positives", self.positives_);
    visit("negatives", self.negatives_);
    visit("count", self.count_);
    visit("skipped", self.skipped_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    std::vector<double> positives, negatives;
    for (int slot = 0; slot < (std::min)(count_, std::int64_t{length_}); ++slot) {
      (truths_.data()[slot].is ? positives : negatives).push_back(scores_.data()[slot]);
    }
    return is_count(count_) && is_count(skipped_) && positives_.are(positives) && negatives_.are(negatives);
  }

 private:
  int length_;
  Storage<double, Length> scores_;
  Storage<Flag, Length> truths_;
  OrderedNumbers<Length> positives_, negatives_;
  std::int64_t count_ = 0, skipped_ = 0;
};

}  // namespace eddy

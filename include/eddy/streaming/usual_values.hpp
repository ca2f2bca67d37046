#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/streaming/ordered_window.hpp>

#include <algorithm>
#include <cmath>

namespace eddy {

/// What is usual among the newest `Length` values of a stream, and how far a running statistic should follow
/// a value that is not: so one bad value costs one value, and the statistic stays finite. A value counts at
/// most as one at the distance
///
///   max(8 s, 2 r)    from the median, with s = (q₇₅ − q₂₅) / 1.35 and r the largest distance that counted of
///                    late, which halves every `half_life` values.
///
/// Median and quartiles bear a quarter of bad values. A new level or scale is usual once it is a quarter of
/// the window; values that are rarer than that, but more frequent than one in `half_life`, count a little
/// more each time, and fully in the end. Where more than half of the values are equal, s = 0: then a distance
/// counts from the second time on that one as large has come.
///
/// The first seven values count as they are. As long as `has_all()`, a statistic should be computed again
/// from all `bounded(i)` with each value: then a bad first value does it no harm either.
template <int Length = 32>
class UsualValues {
 public:
  static constexpr int known = 8;  ///< from so many values on something is known
  static_assert(Length >= known);

  /// Values halve the largest distance that counts in so many values.
  explicit UsualValues(double half_life = 200) : fade_(std::exp2(-1 / half_life)) {}

  /// Takes a finite value in; returns what it counts as. `allowance` is a distance from the median within
  /// which a value counts as it is, whatever has come before.
  double add(double value, double allowance = 0) {
    value = std::clamp(value, -largest, largest);
    values_.add(value);
    if (values_.size() < known) {
      return value;
    }
    const double spread = this->spread(), distance = std::abs(value - median());
    if (has_all()) {
      reach_ = 0;
      const double allowed = (std::max)(allowance, young_reach(spread));
      for (int i = 0; i < values_.size(); ++i) {
        reach_ = (std::max)(reach_, (std::min)(std::abs(values_[i] - median()), allowed));
      }
      doubted_ = spread > 0 ? 0 : farthest();
      return toward(value, allowed);
    }
    reach_ *= fade_;
    double allowed = (std::max)({limit * spread, 2 * reach_, allowance});
    if (!(spread > 0)) {
      allowed = (std::max)(allowed, doubted_);
    }
    if (!(spread > 0) && distance > 0) {
      doubted_ = distance;
    }
    reach_ = (std::max)(reach_, (std::min)(distance, allowed));
    return toward(value, allowed);
  }

  /// Whether no value has left yet.
  bool has_all() const { return values_.count() == values_.size(); }
  /// How many values are here.
  int count() const { return values_.size(); }
  /// What a value counts as by all that have come, from 0, the first; while `has_all()`.
  double bounded(int i, double allowance = 0) const {
    const double value = values_.newest(count() - 1 - i);
    return count() < known ? value : toward(value, (std::max)(allowance, young_reach(spread())));
  }

  /// The median of the newest values; there must be one.
  double median() const { return values_[values_.size() / 2]; }
  /// Their spread, the standard deviation if they are normal; there must be one.
  double spread() const {
    const int quarter = values_.size() / 4;
    return (values_[values_.size() - 1 - quarter] - values_[quarter]) / 1.35;
  }
  /// A multiple of the median; 0 before the first value.
  double times_median(double factor) const { return count() > 0 ? factor * median() : 0; }
  /// Whether the first values, that count as they are, hold one so far from the others that what was learned
  /// from them is of no use. True only when the last of them has just come.
  bool began_wrong(double allowance = 0) const {
    return values_.count() == known && farthest() > (std::max)(50 * spread(), allowance);
  }
  /// The largest distance from the median.
  double farthest() const {
    return (std::max)(median() - values_[0], values_[values_.size() - 1] - median());
  }

  /// Forgets all but the newest.
  void keep(int newest) {
    double kept[Length];
    for (int i = 0; i < newest; ++i) {
      kept[i] = values_.newest(newest - 1 - i);
    }
    reset();
    for (int i = 0; i < newest; ++i) {
      add(kept[i]);
    }
  }
  void reset() {
    values_.reset();
    reach_ = doubted_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("values", self.values_);
    visit("reach", self.reach_);
    visit("doubted", self.doubted_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto is_distance = [](double x) { return is_finite(x) && x >= 0; };
    return is_distance(reach_) && is_distance(doubted_) &&
           std::all_of(values_.ordered().begin(), values_.ordered().end(),
                       [](double x) { return x >= -largest && x <= largest; });
  }

 private:
  static constexpr double limit = 8;
  static constexpr double largest = 1e100;  ///< so that sums of squares stay finite

  double toward(double value, double allowed) const {
    return std::abs(value - median()) <= allowed ? value
           : value > median()                    ? median() + allowed
                                                 : median() - allowed;
  }

  /// How far a value may be off where no value has left: where nothing varies, as far as the second one is.
  double young_reach(double spread) const {
    if (spread > 0) {
      return limit * spread;
    }
    const int last = values_.size() - 1;
    const double low[] = {median() - values_[0], median() - values_[1]},
                 high[] = {values_[last] - median(), values_[last - 1] - median()};
    return (std::max)({(std::min)(low[0], high[0]), low[1], high[1]});
  }

  double fade_, reach_ = 0, doubted_ = 0;
  OrderedWindow<Length> values_;
};

}  // namespace eddy

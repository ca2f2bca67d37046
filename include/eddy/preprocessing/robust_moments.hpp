#pragma once

#include <eddy/core/finite.hpp>

#include <algorithm>
#include <cmath>

namespace eddy {

/// What `RobustMoments` made of a value.
enum class Lesson {
  learned,   ///< it went into the moments
  outlier,   ///< it lies too far away, alone, and taught nothing
  restarted  ///< with it the moments began anew: what else was learned from older values is out of date
};

/// Mean m and variance v of a stream of numbers, by the rule of `StandardScaler`, which one bad value cannot
/// spoil. Works in `size` doubles of memory that are 0 at first. Every running statistic of the library that
/// reads raw values learns through it.
///
/// 1. A value that lies more than `reach` mean absolute deviations a from m is an outlier. If it comes alone
///    or in a pair (one wrong value is two of a difference), or equals the last outlier (a sentinel, as
///    −999), it teaches m and v nothing. Three and more that follow one another and differ are part of the
///    stream: from the third on each teaches, brought within `bound` deviations, so that the deviation
///    reaches them after some ten values. a learns from the distance of every value that differs from the one
///    before, from `reach` · a at most (Winsor's rule, Tukey 1962, doi:10.1214/aoms/1177704711): so the rule
///    withstands outliers that are up to a twentieth of all values, and a silence does not shrink it. It
///    holds from the 16th change on. Where no value is an outlier, m and v are those of Welford, bit for bit.
/// 2. A change of level: once `patience` more values lay beyond what was the reach before them than within,
///    the moments begin anew with those that lay beyond.
/// 3. A collapse: the stream is cut into sections of an eighth of its length so far. When one has less than
///    1/16 of the deviation, the moments begin anew with that section: what came before was another unit, or
///    a wrong value before there was a reach. The first value is also dropped when it lies 8 deviations away
///    from the 15 after it, and so is a single excursion, of three values at most, from what is
///    otherwise constant, once the newest 256 are as the first was.
///
/// `patience` is 64 values, and the shortest section has 16. Both grow fourfold with each new beginning, and
/// shrink again while there is none for 64 times as long: so a stream that goes back and forth between two
/// levels soon has the moments of both.
template <class Memory>
class RobustMoments {
 public:
  /// How many numbers of memory it works on.
  static constexpr int size = 20;
  /// Mean absolute deviations beyond which a value is an outlier; of normal numbers these are 16 deviations.
  static constexpr double reach = 20;
  /// Deviations that a value teaches from at most.
  static constexpr double bound = 32;

  /// Goes on with what lies in memory; all zero is nothing seen.
  explicit RobustMoments(Memory* memory) : at_(memory) {}

  /// How many values they have learned from since they last began.
  double count() const { return at_[all]; }
  /// The mean; 0 before the first value.
  double mean() const { return at_[all + 1]; }
  /// The variance of the population.
  double variance() const { return at_[all + 2]; }
  /// The mean absolute deviation.
  double spread() const { return at_[mean_deviation]; }

  /// Whether a number would be an outlier now.
  bool is_outlier(double value) const {
    return at_[changes] >= start && spread() > 0 && std::abs(value - mean()) > reach * spread();
  }

  /// A value, brought within `bound` deviations of the mean.
  double bounded(double value) const {
    const double most = bound * std::sqrt(variance());
    return (std::max)(mean() - most, (std::min)(mean() + most, value));
  }

  /// Takes a finite number; one that is too far away for doubles teaches nothing. `forgetting` is the least
  /// weight of a value, 0 for all alike.
  Lesson learn(double value, double forgetting) {
    if (at_[all] == 0) {
      at_[first] = at_[last] = value;
      return take(all, value, 1) ? Lesson::learned : Lesson::outlier;
    }
    const bool is_far = is_outlier(value), beyond = is_beyond(value);
    const bool ignored = is_far && (at_[outliers] < 2 || value == at_[last_outlier]);
    const double distance = std::abs(value - mean());
    if (!ignored && !take(all, is_far ? bounded(value) : value, rate(forgetting, at_[all] + 1))) {
      return Lesson::outlier;
    }
    if (value != at_[last]) {
      at_[last] = value;
      at_[changes] += 1;
      at_[mean_deviation] +=
          rate(forgetting, at_[changes]) * ((is_far ? reach * spread() : distance) - spread());
    }
    if (is_far && !ignored) {
      at_[mean_deviation] = (std::max)(spread(), std::sqrt(variance()) / 4);
    }
    at_[outliers] = is_far ? (std::min)(at_[outliers] + 1, 2.0) : 0;
    at_[last_outlier] = is_far ? value : at_[last_outlier];
    if (changes_level(value, beyond) || (!ignored && collapses(value, forgetting))) {
      return Lesson::restarted;
    }
    return ignored ? Lesson::outlier : Lesson::learned;
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto is_count = [](double value) { return value >= 0 && value == std::floor(value); };
    return all_finite(at_, size) && is_count(at_[all]) && is_count(at_[run]) && is_count(at_[section]) &&
           is_count(at_[changes]) && is_count(at_[score]) && is_count(at_[restarts]) &&
           at_[restarts] <= most_restarts && is_count(at_[outliers]) && at_[outliers] <= 2 &&
           at_[all + 2] >= 0 && at_[run + 2] >= 0 && at_[section + 2] >= 0 && spread() >= 0;
  }

 private:
  // Where things lie; count, mean and variance side by side: of all values, of those beyond the bound, of the
  // newest section.
  static constexpr int all = 0, run = 3, section = 6, mean_deviation = 9, changes = 10, last = 11, first = 12,
                       score = 13, restarts = 14, settled = 15, outliers = 16, last_outlier = 17,
                       old_mean = 18, old_reach = 19;
  static constexpr double start = 16, silence = 256, most_restarts = 30;

  /// Whether a value lies beyond the bound that held when a change of level was first suspected.
  bool is_beyond(double value) {
    if (at_[score] > 0) {
      return std::abs(value - at_[old_mean]) > at_[old_reach];
    }
    at_[old_mean] = mean();
    at_[old_reach] = reach * spread();
    return is_outlier(value);
  }

  static double rate(double forgetting, double count) { return (std::max)(forgetting, 1 / count); }

  /// Takes a value into one of the three; false if the variance would overflow.
  bool take(int moments, double value, double weight) {
    double &count = at_[moments], &mean = at_[moments + 1], &variance = at_[moments + 2];
    const double change = value - mean;
    const double next = (1 - weight) * (variance + weight * change * change);
    if (!is_finite(next)) {
      return false;
    }
    count += 1;
    mean += weight * change;
    variance = next;
    return true;
  }

  void clear(int moments) { std::fill_n(at_ + moments, 3, 0.0); }

  double shortest_section() const { return std::ldexp(start, 2 * static_cast<int>(at_[restarts])); }
  double patience() const { return 4 * shortest_section(); }

  /// Counts what lies beyond the bound against what lies within.
  bool changes_level(double value, bool beyond) {
    if (beyond) {
      at_[score] += 1;
      take(run, value, 1 / (at_[run] + 1));
    } else if (at_[score] > 0 && --at_[score] == 0) {
      clear(run);
    }
    return at_[score] >= patience() && at_[run] > 1 && begin_anew(run);
  }

  bool collapses(double value, double forgetting) {
    take(section, value, 1 / (at_[section] + 1));
    const double memory = forgetting > 0 ? (std::min)(at_[all], 16 / forgetting) : at_[all];
    if (at_[section] + 1 < (std::max)(shortest_section(), memory / 8)) {
      return false;
    }
    const double own = at_[section + 2], distance = std::abs(at_[first] - at_[section + 1]);
    const bool was_one_excursion = own == 0 && is_one_excursion(value);
    if (was_one_excursion && at_[section] < silence) {
      return false;
    }
    const bool first_is_wrong = at_[settled] == 0 && distance > 8 * std::sqrt(own);
    at_[settled] = 1;
    if (was_one_excursion) {
      at_[all + 2] = at_[mean_deviation] = 0;
    }
    if (was_one_excursion || (own > 0 && (variance() > 256 * own || first_is_wrong))) {
      return begin_anew(section);
    }
    clear(section);
    return false;
  }

  /// Whether all values are what the first was and this one is, except a few that came together: a bad
  /// value, or what it makes of two differences.
  bool is_one_excursion(double value) const {
    const double offset = value - mean(), square = offset * offset;
    return at_[changes] >= 2 && at_[changes] <= 3 && value == at_[first] &&
           at_[all] * square < 4 * (variance() + square);
  }

  /// Goes on with the moments of a part of the stream. Where that had no spread, the old one is the best
  /// guess.
  bool begin_anew(int moments) {
    for (; at_[restarts] > 0 && at_[all] > 64 * patience(); at_[restarts] -= 1) {
    }
    at_[restarts] = (std::min)(at_[restarts] + 1, most_restarts);
    at_[all] = at_[moments];
    at_[all + 1] = at_[moments + 1];
    if (at_[moments + 2] > 0) {
      at_[all + 2] = at_[moments + 2];
      at_[mean_deviation] = 0.8 * std::sqrt(at_[moments + 2]);
    }
    at_[changes] = spread() > 0 ? (std::max)(start, at_[moments]) : 0;
    at_[score] = 0;
    at_[settled] = 1;
    clear(run);
    clear(section);
    return true;
  }

  Memory* at_;
};

}  // namespace eddy

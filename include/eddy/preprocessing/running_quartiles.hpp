#pragma once

#include <eddy/core/finite.hpp>

#include <algorithm>
#include <cmath>

namespace eddy {

/// Quartiles q₁ q₂ q₃ of a stream of numbers, in `size` doubles of memory that are 0 at first: stochastic
/// approximation (Robbins & Monro 1951, doi:10.1214/aoms/1177729586; for quantiles Tierney 1983,
/// doi:10.1137/0904048), with steps in units of the mean absolute deviation s from the median:
///
///   s ← s + r (min(|x − q₂|, 32 s) − s)    qₖ ← qₖ + 6.76 r s (k/4 − [x < qₖ])    r = max(forgetting, 1/n)
///
/// The first five numbers are kept, and their quartiles interpolated. 6.76 s is 4 interquartile ranges where
/// numbers are normal; 32 s keeps outliers out, and in what is as rare as one in 32. P² (Jain & Chlamtac
/// 1985) has extremes among its markers, and outliers there spoil it.
template <class Memory>
class RunningQuartiles {
 public:
  /// How many numbers of memory it works on.
  static constexpr int size = 10;

  /// Goes on with what lies in memory; all zero is nothing seen.
  explicit RunningQuartiles(Memory* memory)
      : count_(memory), spread_(memory + 1), quartiles_(memory + 2), first_(memory + 5) {}

  /// How many numbers it has seen.
  double count() const { return *count_; }
  /// The median of what it has seen.
  double median() const { return quartiles_[1]; }

  /// Between the first and the third quartile.
  double range() const { return quartiles_[2] - quartiles_[0]; }

  /// Mean absolute deviation from the median.
  double spread() const { return *spread_; }

  /// Takes a finite number; one that is too far away to be told in doubles teaches nothing.
  void learn(double value, double forgetting) {
    const double deviation = std::abs(value - median());
    if (!is_finite(4 * deviation) || !is_finite(4 * value)) {
      return;
    }
    if (*count_ < 5) {
      *count_ += 1;
      start(value);
      return;
    }
    const double rate = (std::max)(forgetting, 1 / (*count_ + 1));
    const double spread =
        *spread_ + rate * ((*spread_ > 0 ? (std::min)(deviation, 32 * *spread_) : deviation) - *spread_);
    double next[3];
    for (int k = 0; k < 3; ++k) {
      next[k] = quartiles_[k] + 6.76 * rate * spread * ((k + 1) / 4.0 - (value < quartiles_[k] ? 1 : 0));
    }
    if (!all_finite(next, 3)) {
      return;
    }
    *count_ += 1;
    *spread_ = spread;
    std::sort(next, next + 3);
    std::copy_n(next, 3, quartiles_);
  }

  /// Goes on as if it had seen `count` normal numbers of that mean and deviation, and nothing else.
  void begin_anew(double mean, double deviation, double count) {
    *count_ = (std::max)(5.0, count);
    *spread_ = 0.8 * deviation;
    for (int k = 0; k < 3; ++k) {
      quartiles_[k] = mean + 0.6745 * (k - 1) * deviation;
    }
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto was_taken = [](double value) { return is_finite(4 * value); };
    return all_finite(count_, size) && *count_ >= 0 && *count_ == std::floor(*count_) &&
           std::all_of(first_, first_ + 5, was_taken);
  }

 private:
  void start(double value) {
    const int count = static_cast<int>(*count_);
    first_[count - 1] = value;
    std::sort(first_, first_ + count);
    for (int k = 0; k < 3; ++k) {
      const double place = (k + 1) / 4.0 * (count - 1);
      const int below = static_cast<int>(place), above = (std::min)(below + 1, count - 1);
      quartiles_[k] = first_[below] + (place - below) * (first_[above] - first_[below]);
    }
    *spread_ = 0;
    for (int i = 0; i < count; ++i) {
      *spread_ += std::abs(first_[i] - median()) / count;
    }
  }

  Memory *count_, *spread_, *quartiles_, *first_;
};

}  // namespace eddy

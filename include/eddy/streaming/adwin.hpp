#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/streaming/drift_detector.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eddy {

/// Settings of `Adwin`.
struct AdwinOptions {
  double confidence = 0.002;  ///< δ: how likely one look at a stream without change is to find one, at most
  int every = 32;             ///< looks once in so many values
  double range = 0;  ///< the largest value less the smallest that can come; 0: of those in the window
  Change change = Change::up;  ///< in which direction a change counts

  /// Throws unless all are in range.
  void check() const {
    check_setting("confidence", confidence, between(0, 1));
    check_setting("every", every, at_least(1));
    check_setting("range", range, from_to(0, 1e100));
  }
};

/// Finds a change of the mean of values by a window that grows while they stay alike, and drops its older
/// part when that differs (Bifet & Gavaldà 2007, doi:10.1137/1.9781611972771.42, ADWIN2). The window is cut
/// wherever its buckets allow; two parts of n₀ and n₁ values differ if their means do by more than
///
///   ε = √(2/m σ² ln(2/δ')) + 2/(3m) R ln(2/δ'),    1/m = 1/n₀ + 1/n₁,    δ' = δ / ln n,
///
/// σ² the variance of the window and R the range of the values, 1 in the paper. A few very large values make
/// R large, and small changes slow to find: absolute errors fit better than squared ones. A value counts as
/// `UsualValues` bounds it, and as it is within the range, if that is given: one value of 1e200 neither is a
/// change nor hides the next.
///
/// Buckets hold 1, 2, 4 … values, at most five of a size: a window of any length takes 13 kB, and a look
/// visits as many buckets as five times its logarithm. The statistics of the parts are merged from those of
/// the buckets, never subtracted.
class Adwin {
 public:
  static constexpr const char* kind = "Adwin";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit Adwin(AdwinOptions options = {}) : options_((options.check(), options)) {}

  /// Takes the next value; true if a change is found. Then the window holds what came since.
  bool update(double value) {
    if (!is_finite(value)) {
      return false;
    }
    ++count_;
    value = usual_.add(value, options_.range);
    if (usual_.has_all()) {
      fill();
    } else {
      insert(value);
    }
    if (count_ % options_.every != 0) {
      return false;
    }
    const Cut first = look();
    for (Cut cut = first; cut.found; cut = look()) {
      drop_before(cut);
    }
    if (first.found && width() <= usual_.count()) {  // by what is usual of late
      usual_.keep(static_cast<int>(width()));
      fill();
    }
    return first.found && counts(options_.change, first.before, first.after);
  }

  /// How many values the window holds, their mean and their variance; NaN while it is empty.
  std::int64_t width() const { return static_cast<std::int64_t>(whole().count); }
  /// The mean of the window.
  double mean() const { return width() > 0 ? whole().mean : not_a_number<double>; }
  /// The variance of the window.
  double variance() const { return width() > 0 ? whole().squares / whole().count : not_a_number<double>; }

  void reset() {
    std::fill_n(sizes_.data(), rows, 0);
    usual_.reset();
    count_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("buckets", self.buckets_);
    visit("sizes", self.sizes_);
    visit("usual", self.usual_);
    visit("count", self.count_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    for (int row = 0; row < rows; ++row) {
      const int size = sizes_.data()[row];
      const auto is_full = [&](const Part& part) { return part.count == std::exp2(row); };
      if (size < 0 || size >= row_length ||
          !std::all_of(row_of_buckets(row), row_of_buckets(row) + size, is_full)) {
        return false;
      }
    }
    return is_count(count_);
  }

 private:
  static constexpr int rows = 48, row_length = 6;  ///< the paper's M = 5, and one that is about to be merged
  static constexpr double least = 5;               ///< values in a part that is compared

  /// Values by their number, mean, sum of squared deviations from it, and bounds.
  struct Part {
    double count = 0, mean = 0, squares = 0, lowest = 0, highest = 0;

    /// Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115.
    void merge(const Part& other) {
      const double both = count + other.count, between = other.mean - mean, share = other.count / both;
      mean += between * share;
      squares += other.squares + between * between * count * share;
      lowest = count == 0 ? other.lowest : (std::min)(lowest, other.lowest);
      highest = count == 0 ? other.highest : (std::max)(highest, other.highest);
      count = both;
    }
  };

  /// Where the window differs, by the means of what comes before and after.
  struct Cut {
    bool found = false;
    double before = 0, after = 0;
    double newer = 0;  ///< how many values come after
  };

  Part* row_of_buckets(int row) { return buckets_.data() + row * row_length; }
  const Part* row_of_buckets(int row) const { return buckets_.data() + row * row_length; }

  /// Calls visit(bucket) from the newest to the oldest; stops when that returns false.
  template <class Visit>
  void newest_first(Visit&& visit) const {
    for (int row = 0; row < rows; ++row) {
      for (int i = sizes_.data()[row] - 1; i >= 0; --i) {  // within a row the oldest comes first
        if (!visit(row_of_buckets(row)[i])) {
          return;
        }
      }
    }
  }

  Part whole() const {
    Part all;
    newest_first([&](const Part& part) {
      all.merge(part);
      return true;
    });
    return all;
  }

  /// Makes the window of the newest values only.
  void fill() {
    std::fill_n(sizes_.data(), rows, 0);
    for (int i = 0; i < usual_.count(); ++i) {
      insert(usual_.bounded(i, options_.range));
    }
  }

  void insert(double value) { insert({1, value, 0, value, value}); }

  /// Puts a value in; where a row overflows, its two oldest buckets become one of the next.
  void insert(Part part) {
    for (int row = 0; row < rows; ++row) {
      Part* const buckets = row_of_buckets(row);
      buckets[sizes_.data()[row]++] = part;
      if (sizes_.data()[row] < row_length) {
        return;
      }
      part = buckets[0];
      part.merge(buckets[1]);
      drop(row, 2);
    }
  }

  /// The oldest of a row leave.
  void drop(int row, int buckets) {
    Part* const begin = row_of_buckets(row);
    std::copy(begin + buckets, begin + sizes_.data()[row], begin);
    sizes_.data()[row] -= buckets;
  }

  void drop_before(const Cut& cut) {
    double values = 0;
    for (int row = 0; row < rows; ++row) {
      const int size = sizes_.data()[row];
      int kept = 0;
      while (kept < size && values < cut.newer) {
        values += row_of_buckets(row)[size - 1 - kept++].count;
      }
      drop(row, size - kept);
    }
  }

  /// The cut whose parts differ the most beyond what chance allows.
  Cut look() const {
    const Part all = whole();
    Cut cut;
    if (all.count < 2 * least) {
      return cut;
    }
    const double confidence = std::log(2 * std::log(all.count) / options_.confidence),
                 variance = all.squares / all.count,
                 range = options_.range > 0 ? options_.range : all.highest - all.lowest,
                 rounding = 1e-12 * (std::max)(std::abs(all.lowest), std::abs(all.highest));
    Part newer;
    double worst = 0;
    newest_first([&](const Part& part) {
      newer.merge(part);
      const double older = all.count - newer.count;
      if (older < least) {
        return false;
      }
      if (newer.count >= least) {
        const double inverse = 1 / newer.count + 1 / older,
                     allowed = std::sqrt(2 * inverse * variance * confidence) +
                               2.0 / 3 * inverse * range * confidence;
        // The mean of the older part follows from those of the whole and the newer part.
        const double mean = all.mean + (all.mean - newer.mean) * newer.count / older,
                     excess = std::abs(newer.mean - mean) - allowed - rounding;
        if (excess > worst) {
          worst = excess;
          cut = {true, mean, newer.mean, newer.count};
        }
      }
      return true;
    });
    return cut;
  }

  AdwinOptions options_;
  UsualValues<> usual_;
  Storage<Part, rows * row_length> buckets_;
  Storage<int, rows> sizes_;
  std::int64_t count_ = 0;  ///< values since the latest reset
};

}  // namespace eddy

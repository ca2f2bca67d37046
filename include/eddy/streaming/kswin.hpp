#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/drift_detector.hpp>
#include <eddy/streaming/ordered_window.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace eddy {

/// Settings of `Kswin`.
template <int Window, int Recent>
struct KswinOptions {
  double confidence = 1e-4;            ///< α: how likely a test without change is to find one
  int window = fixed_or(Window, 300);  ///< values, of which
  int recent = fixed_or(Recent, 60);   ///< the newest are held against the others
  int every = 10;                      ///< tests once in so many values

  /// Throws unless all are in range, and the sizes are what the type fixes.
  void check() const {
    check_fixed<Window>("window", window);
    check_fixed<Recent>("recent", recent);
    check_setting("window", window, at_least(2));
    check_setting("recent", recent, from_below(1, window));
    check_setting("confidence", confidence, between(0, 1));
    check_setting("every", every, at_least(1));
    if (allowed() >= 1) {
      const double least = -0.5 * std::log(confidence / 2);
      fail("no change can be found: with confidence ", confidence, ", window is ", window, " and recent ",
           recent, ", expected that 1 / recent + 1 / (window - recent) is less than ", 1 / least,
           ", as with window ", 2 * std::floor(2 * least) + 2, " and recent ", std::floor(2 * least) + 1);
    }
  }

  /// The distance from which on two distributions differ.
  double allowed() const {
    return std::sqrt(-0.5 * std::log(confidence / 2) * (1.0 / recent + 1.0 / (window - recent)));
  }
};

/// Finds a change of the distribution of values, whatever changed of it, by a test of Kolmogorov and Smirnov
/// between the newest r values and the n − r before them (Raab, Heusinger & Schleif 2020,
/// doi:10.1016/j.neucom.2019.11.111): a change if the distance of their empirical distributions is
///
///   D > √(−½ ln(α/2) (1/r + 1/(n − r))).
///
/// The paper holds the newest against a random sample of r of the others; here all of them count, which finds
/// more and needs no luck. After a change the newest values are all that is kept. A value costs two
/// searches in ordered numbers, a test a pass over the window.
template <int Window = Dynamic, int Recent = Dynamic>
class Kswin {
  static constexpr int Older = Window == Dynamic || Recent == Dynamic ? Dynamic : Window - Recent;

 public:
  static constexpr const char* kind = "Kswin";
  using Options = KswinOptions<Window, Recent>;

  /// Allocates where sizes are known at run time only. Throws `std::invalid_argument` if a setting is out of
  /// range.
  explicit Kswin(Options options = {})
      : options_((options.check(), options)),
        newest_(options.recent),
        recent_(options.recent),
        older_(options.window - options.recent) {}

  /// Takes the next value; true if a change is found.
  bool update(double value) {
    if (!is_finite(value)) {
      return false;
    }
    double& slot = newest_.data()[count_ % options_.recent];
    if (recent_.size() == options_.recent) {
      older_.add(slot);
      recent_.erase(slot);
    }
    slot = value;
    recent_.insert(value);
    ++count_;
    if (older_.size() < older_.length() || count_ % options_.every != 0 || distance() <= options_.allowed()) {
      return false;
    }
    older_.reset();
    return true;
  }

  /// The largest difference between the shares of recent and of older values below a number; 0 while there
  /// are none.
  double distance() const {
    const int recent = recent_.size(), older = older_.size();
    double largest = 0;
    for (int i = 0, j = 0; i < recent && j < older;) {
      const double value = (std::min)(recent_[i], older_[j]);
      while (i < recent && recent_[i] <= value) {
        ++i;
      }
      while (j < older && older_[j] <= value) {
        ++j;
      }
      largest =
          (std::max)(largest, std::abs(static_cast<double>(i) / recent - static_cast<double>(j) / older));
    }
    return largest;
  }

  void reset() {
    recent_.reset();
    older_.reset();
    count_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("newest", self.newest_);
    visit("recent", self.recent_);
    visit("older", self.older_);
    visit("count", self.count_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return is_count(count_) && recent_.size() == (std::min)(count_, std::int64_t{options_.recent}) &&
           recent_.are({newest_.data(), newest_.data() + recent_.size()});
  }

 private:
  Options options_;
  Storage<double, Recent> newest_;  ///< a ring, in the order in which they came
  OrderedNumbers<Recent> recent_;
  OrderedWindow<Older> older_;
  std::int64_t count_ = 0;
};

}  // namespace eddy

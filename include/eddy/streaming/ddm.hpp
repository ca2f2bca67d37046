#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/drift_detector.hpp>

#include <cmath>
#include <cstdint>

namespace eddy {

/// Settings of `Ddm`.
struct DdmOptions {
  double warning = 2;  ///< deviations above the lowest error rate from which on a change is suspected
  double drift = 3;    ///< and from which on it is found
  int warm_up = 30;    ///< values after which the first change can be found

  /// Throws unless all are in range.
  void check() const {
    check_setting("drift", drift, between(1, 1e6));
    check_setting("warning", warning, above(1, drift));
    check_setting("warm_up", warm_up, at_least(1));
  }
};

/// Finds a rise of the rate p of wrong predictions (Gama, Medas, Castillo & Rodrigues 2004,
/// doi:10.1007/978-3-540-28645-5_29). With s = √(p (1 − p) / n), and p* and s* those at which p + s was
/// lowest,
///
///   a warning if p + s ≥ p* + 2 s*,    a change if p + s ≥ p* + 3 s*.
///
/// Values are 0, right, and 1, wrong, or anything between. The longer it was right, the longer it takes to
/// notice: the rate is that of all values since the latest change.
class Ddm {
 public:
  static constexpr const char* kind = "Ddm";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit Ddm(DdmOptions options = {}) : options_((options.check(), options)) {}

  /// Takes the next value; true if a change is found. Throws if the value is finite, but not from 0 to 1.
  bool update(double value) {
    if (!is_finite(value)) {
      return false;
    }
    if (value < 0 || value > 1) {
      fail("the value is ", value, ", expected 0 (right) to 1 (wrong)");
    }
    ++count_;
    rate_ += (value - rate_) / static_cast<double>(count_);
    warning_ = false;
    if (count_ < options_.warm_up) {
      return false;
    }
    const double n = static_cast<double>(count_), likely = (rate_ * n + 1) / (n + 2),
                 deviation = std::sqrt(likely * (1 - likely) / n), now = rate_ + deviation;
    if (count_ == options_.warm_up || now < lowest_rate_ + lowest_deviation_) {
      lowest_rate_ = rate_;
      lowest_deviation_ = deviation;
    }
    if (now > lowest_rate_ + options_.drift * lowest_deviation_) {
      reset();
      return true;
    }
    warning_ = now > lowest_rate_ + options_.warning * lowest_deviation_;
    return false;
  }

  /// Whether a change is suspected: time to gather samples for what may have to be learned anew.
  bool warning() const { return warning_; }

  /// The rate since the latest change.
  double rate() const { return rate_; }

  void reset() {
    count_ = 0;
    rate_ = lowest_rate_ = lowest_deviation_ = 0;
    warning_ = false;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("count", self.count_);
    visit("rate", self.rate_);
    visit("lowest_rate", self.lowest_rate_);
    visit("lowest_deviation", self.lowest_deviation_);
    visit("warning", self.warning_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(count_); }

 private:
  DdmOptions options_;
  std::int64_t count_ = 0;
  double rate_ = 0, lowest_rate_ = 0, lowest_deviation_ = 0;
  bool warning_ = false;
};

}  // namespace eddy

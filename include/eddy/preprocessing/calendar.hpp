#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/fourier.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace eddy {

/// What the date says about a sample, as circles without a jump at midnight, on Sunday, at New Year:
///
///   [sin, cos of the time of day; of the time of week, from Monday on; of the time of year]
///
/// In UTC (local time: add its offset to the time), by the Gregorian calendar, leap years included. Of a time
/// point of `std::chrono`, or of one number: seconds since 1970-01-01 (see `Fourier` on floats). NaN, and
/// what is more than 30,000 years away, gives NaN.
template <class Scalar_ = float>
class Calendar {
 public:
  static constexpr const char* kind = "Calendar";
  using Scalar = Scalar_;
  static constexpr int Inputs = 1, Outputs = 6;
  static constexpr bool fixed = true;

  int inputs() const { return 1; }
  int outputs() const { return Outputs; }

  /// Nothing is learned.
  template <Values X>
  void partial_fit(const X& seconds) {
    check_size<1>("the time", seconds, 1);
  }

  template <Values X>
  VectorView<const Scalar, Outputs> transform(const X& seconds) {
    return write(only_value("the time", seconds));
  }
  template <class Duration>
  VectorView<const Scalar, Outputs> transform(std::chrono::sys_time<Duration> time) {
    return write(std::chrono::duration<double>(time.time_since_epoch()).count());
  }

  void reset() {}

  template <class Self, class Visit>
  static void visit_state(Self&, Visit&&) {}

 private:
  static constexpr double seconds_a_day = 86400;

  VectorView<const Scalar, Outputs> write(double seconds) {
    using namespace std::chrono;
    Scalar* const to = values_.data();
    if (!is_finite(seconds) || std::abs(seconds) > 30000 * 365.25 * seconds_a_day) {
      std::fill_n(to, Outputs, not_a_number<Scalar>);
      return {to, Outputs};
    }
    const double whole_days = std::floor(seconds / seconds_a_day), day = seconds / seconds_a_day - whole_days;
    const sys_days date{days(static_cast<int>(whole_days))};
    const year this_year = year_month_day(date).year();
    const sys_days first(this_year / January / 1), next((this_year + years(1)) / January / 1);
    write_circle(day, to);
    write_circle((weekday(date).iso_encoding() - 1 + day) / 7, to + 2);
    write_circle((duration<double, days::period>(date - first).count() + day) /
                     duration<double, days::period>(next - first).count(),
                 to + 4);
    return {to, Outputs};
  }

  Storage<Scalar, Outputs> values_;
};

}  // namespace eddy

#pragma once
// Where the ticks of an axis stand, and what they say.

#include "calendar.hpp"
#include "series.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace forecast {

struct Tick {
  double at;
  std::string label;
};

inline std::string short_number(double value, int digits = 6) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

/// Multiples of 1, 2 or 5 times a power of ten, about `count` of them between the two values.
inline std::vector<Tick> linear_ticks(double from, double to, double count) {
  const double rough = (to - from) / count, power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
  std::vector<Tick> ticks;
  for (int i = 0; i <= 20; ++i) {
    const double at = (std::ceil(from / step) + i) * step + 0.0;  // never -0
    if (at <= to) ticks.push_back({at, short_number(at)});
  }
  return ticks;
}

/// 1, 2 and 5 times the powers of ten between two positive values; all multiples up to 9 where those are few.
inline std::vector<Tick> logarithmic_ticks(double from, double to) {
  std::vector<Tick> ticks, all;
  for (double power = std::pow(10, std::floor(std::log10(from))); power <= to; power *= 10)
    for (int digit = 1; digit <= 9; ++digit) {
      const double at = digit * power;
      if (at < from || at > to) continue;
      all.push_back({at, short_number(at)});
      if (digit == 1 || digit == 2 || digit == 5) ticks.push_back(all.back());
    }
  return ticks.size() < 3 ? all : ticks;
}

/// A unit of the calendar, and the part of "2016-08-28 12:30" that names one of them.
struct CalendarUnit {
  enum Kind { of_seconds, of_months } kind;
  long length;
  std::size_t label_from, label_size;

  /// Which of these units a time lies in. Weeks begin on Monday.
  [[nodiscard]] long number(Time time) const {
    using namespace std::chrono;
    if (kind == of_seconds) return static_cast<long>((time + days(3)).time_since_epoch() / seconds(length));
    const year_month_day date(floor<days>(time));
    return (static_cast<int>(date.year()) * 12L + static_cast<long>(static_cast<unsigned>(date.month())) -
            1) /
           length;
  }
  [[nodiscard]] std::string label(Time time) const { return time_text(time).substr(label_from, label_size); }
};

/// Ticks for the rows first … end: where a day, a week, a year … begins, the finest unit that gives at most
/// `count`.
inline std::vector<Tick> row_ticks(const Series& series, std::size_t first, std::size_t end,
                                   std::size_t count) {
  if (!series.has_times())
    return linear_ticks(static_cast<double>(first), static_cast<double>(end), static_cast<double>(count));
  constexpr long minute = 60, hour = 60 * minute, day = 24 * hour, year = 12;
  constexpr auto of_seconds = CalendarUnit::of_seconds;
  constexpr auto of_months = CalendarUnit::of_months;
  static const CalendarUnit units[] = {{of_seconds, 5 * minute, 11, 5},
                                       {of_seconds, 15 * minute, 11, 5},
                                       {of_seconds, hour, 11, 5},
                                       {of_seconds, 3 * hour, 5, 11},
                                       {of_seconds, 6 * hour, 5, 11},
                                       {of_seconds, 12 * hour, 5, 11},
                                       {of_seconds, day, 0, 10},
                                       {of_seconds, 7 * day, 0, 10},
                                       {of_months, 1, 0, 7},
                                       {of_months, 3, 0, 7},
                                       {of_months, year, 0, 4},
                                       {of_months, 2 * year, 0, 4},
                                       {of_months, 5 * year, 0, 4},
                                       {of_months, 10 * year, 0, 4},
                                       {of_months, 50 * year, 0, 4}};
  std::vector<Tick> ticks;
  for (const CalendarUnit& unit : units) {
    ticks.clear();
    for (std::size_t row = first + 1; row < end; ++row)
      if (unit.number(series.times[row]) != unit.number(series.times[row - 1]))
        ticks.push_back({static_cast<double>(row), unit.label(series.times[row])});
    if (ticks.size() <= count) break;
  }
  return ticks;
}

}  // namespace forecast

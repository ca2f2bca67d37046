#pragma once
// Dates as a network likes them: hours, weekdays and seasons as smooth circles or as indicators.

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

namespace forecast {

using Time = std::chrono::sys_seconds;

/// 0 is Monday, 6 is Sunday.
inline unsigned weekday(Time time) {
  using namespace std::chrono;
  return std::chrono::weekday(floor<days>(time)).iso_encoding() - 1;
}

/// How much of the day has passed, in [0, 1).
inline double time_of_day(Time time) {
  using namespace std::chrono;
  return duration<double>(time - floor<days>(time)) / days(1);
}

/// How much of the year has passed, in [0, 1).
inline double time_of_year(Time time) {
  using namespace std::chrono;
  const year this_year = year_month_day(floor<days>(time)).year();
  const sys_days start(this_year / January / 1), end((this_year + years(1)) / January / 1);
  return duration<double>(time - start) / duration<double>(end - start);
}

/// `2016-08-28 12:30`.
inline std::string time_text(Time time) {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const auto minutes_of_day = static_cast<int>((time - day) / minutes(1));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), minutes_of_day / 60,
                minutes_of_day % 60);
  return text;
}

/// What a date tells a network, given how far apart the rows are.
///
/// Always the season of the year, as sin and cos of its angle, so that December is next to January; the
/// weekday as seven indicators where rows are at most a day apart; the time of day, as two waves around the
/// clock, where they are less than a day apart.
class CalendarFeatures {
 public:
  explicit CalendarFeatures(std::chrono::seconds between_rows)
      : weekday_(between_rows <= std::chrono::days(1)), clock_(between_rows < std::chrono::days(1)) {}

  [[nodiscard]] std::size_t size() const { return 2u + (weekday_ ? 7u : 0u) + (clock_ ? 4u : 0u); }

  void append(Time time, std::vector<double>& features) const {
    append_circle(time_of_year(time), features);
    if (weekday_)
      for (unsigned day = 0; day < 7; ++day) features.push_back(day == weekday(time) ? 1 : 0);
    if (clock_) {
      append_circle(time_of_day(time), features);
      append_circle(2 * time_of_day(time), features);
    }
  }

 private:
  static void append_circle(double turns, std::vector<double>& features) {
    features.push_back(std::sin(2 * std::numbers::pi * turns));
    features.push_back(std::cos(2 * std::numbers::pi * turns));
  }

  bool weekday_, clock_;
};

}  // namespace forecast

#pragma once
// The form in which a column writes its times: found by reading the cells in all forms that are usual, by
// Howard Hinnant's date library.

#include "calendar.hpp"

#include <date/date.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

// g++ 12 takes the seconds that date.h reads for used before they are set.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace forecast {

/// Reads the cells of one column: dates, with or without a clock and a zone, or time since 1970.
///
/// Where a zone is written, times are as the clock of the first row shows them: those of another offset are
/// converted, so that they stay in order when daylight saving begins or ends.
class TimeFormat {
 public:
  /// The form that reads nine tenths of the cells; of several the one in which most are in order, and then
  /// the one that spans the shortest time: 01/02/2024 is January where 01/13/2024 follows. `named`: somebody
  /// says that these are times, so that numbers need not look like it.
  static std::optional<TimeFormat> of(const std::vector<std::string_view>& cells, bool named) {
    std::optional<TimeFormat> best;
    std::tuple<std::size_t, std::size_t, bool, std::int64_t> best_score{};
    for (TimeFormat format : candidates(cells)) {
      std::size_t read = 0, in_order = 0, steady = 0;
      std::optional<Time> first, before;
      std::chrono::seconds usual{0};
      for (const std::string_view cell : cells) {
        const std::optional<Time> time = format.read(cell);
        if (!time) continue;
        if (before) {
          in_order += *time >= *before ? 1 : 0;
          if (read == 1) usual = *time - *before;
          steady += *time - *before == usual ? 1 : 0;
        } else {
          first = time;
        }
        before = time;
        ++read;
      }
      if (10 * read < 9 * cells.size()) continue;
      const bool regular =
          read > 2 && in_order + 1 == read && 10 * steady >= 9 * (read - 1) && usual.count() > 0;
      if (format.ticks_ > 0 && !named && !regular) continue;
      const std::int64_t span = std::abs((*before - *first).count());
      if (const std::tuple score(read, in_order, format.ticks_ == 0, -span); !best || score > best_score) {
        best = format;
        best_score = score;
      }
    }
    return best;
  }

  /// Whether a text that no form reads has the air of a date: digits and what stands between them.
  static bool resembles_time(std::string_view text) {
    const auto count = [&](std::string_view any_of) {
      return std::count_if(text.begin(), text.end(), [&](char c) { return any_of.find(c) != any_of.npos; });
    };
    return count("0123456789") >= 4 && count("-/.: ") >= 2;
  }

  std::optional<Time> read(std::string_view text) {
    if (ticks_ > 0) return since_1970(text);
    const std::string plain = without_fraction(text);
    // The clock and zone of the row before, then all others: midnight may come without a clock.
    if (const auto time = read(plain, suffix_)) return time;
    for (const std::string& suffix : suffixes()) {
      const auto time = read(plain, suffix);
      if (time) {
        suffix_ = suffix;
        return time;
      }
    }
    return std::nullopt;
  }

  /// As `strptime` has it, or the unit of a time since 1970.
  std::string name() const {
    if (ticks_ == 1) return "seconds since 1970";
    return ticks_ > 0 ? "time since 1970, 1/" + std::to_string(ticks_) + " s" : date_ + suffix_;
  }

 private:
  explicit TimeFormat(std::string date) : date_(std::move(date)) {}
  explicit TimeFormat(std::int64_t ticks) : ticks_(ticks) {}

  static std::vector<TimeFormat> candidates(const std::vector<std::string_view>& cells) {
    std::vector<TimeFormat> found;
    for (std::size_t i = 0; i < (std::min)(cells.size(), std::size_t{3}) && found.empty(); ++i) {
      for (const std::int64_t ticks :
           {std::int64_t{1}, std::int64_t{1'000}, std::int64_t{1'000'000}, std::int64_t{1'000'000'000}}) {
        if (TimeFormat format(ticks); format.read(cells[i])) found.push_back(format);
      }
      const auto digits = std::count_if(cells[i].begin(), cells[i].end(), is_digit);
      if (digits < 5 || cells[i].size() > 40) continue;
      for (const char* const date : {"%Y-%m-%d",
                                     "%Y/%m/%d",
                                     "%Y.%m.%d",
                                     "%Y%m%d",
                                     "%d.%m.%Y",
                                     "%m/%d/%Y",
                                     "%d/%m/%Y",
                                     "%d-%m-%Y",
                                     "%m-%d-%Y",
                                     "%d %b %Y",
                                     "%d-%b-%Y",
                                     "%d/%b/%Y",
                                     "%b %d, %Y",
                                     "%b %d %Y",
                                     "%a, %d %b %Y",
                                     "%a %d %b %Y",
                                     "%d.%m.%y",
                                     "%m/%d/%y",
                                     "%d/%m/%y",
                                     "%d-%b-%y",
                                     "%a %b %d %H:%M:%S %Y",
                                     "%a %b %d %H:%M:%S %Z %Y",
                                     "%Y-%j"}) {
        if (TimeFormat format{std::string(date)}; format.read(cells[i])) found.push_back(format);
      }
    }
    return found;
  }

  // What may follow a date: nothing, or a clock, with or without a zone.
  static const std::vector<std::string>& suffixes() {
    static const std::vector<std::string> all = [] {
      std::vector<std::string> list{""};
      for (const char* const between : {" ", "T", ":", ", ", "_", "-"}) {
        for (const char* const clock : {"%I:%M:%S %p", "%I:%M %p", "%I %p", "%H:%M:%S", "%H:%M", "%H%M%S",
                                        "%H%M", "%H.%M.%S", "%H.%M", "%H"}) {
          for (const char* const zone : {"", "Z", "%Ez", " %Ez", "%z", " %z", " %Z"}) {
            list.push_back(std::string(between) + clock + zone);
          }
        }
      }
      return list;
    }();
    return all;
  }

  std::optional<Time> read(const std::string& text, const std::string& suffix) {
    std::istringstream in(text);
    Time time{};
    std::string zone;
    std::chrono::minutes offset{std::chrono::minutes::min()};
    date::from_stream(in, (date_ + suffix).c_str(), time, &zone, &offset);
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
    if (zone == "AM" || zone == "PM") return std::nullopt;  // it is half a day late, or not
    const bool compact = date_ == "%Y%m%d";                 // any number could be one
    const date::year_month_day day(std::chrono::floor<date::days>(time));
    if (day.year() < date::year(compact ? 1900 : 1000) || (compact && day.year() > date::year(2100))) {
      return std::nullopt;
    }
    if (offset == std::chrono::minutes::min()) offset = std::chrono::minutes(0);
    if (!offset_) offset_ = offset;
    return time + *offset_;
  }

  std::optional<Time> since_1970(std::string_view text) const {
    double ticks = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticks);
    const double seconds = ticks / static_cast<double>(ticks_);
    const bool plausible = seconds >= 1e8 && seconds < 4102444800;  // 1973 to 2100
    if (error != std::errc() || end != text.data() + text.size() || !plausible) return std::nullopt;
    return Time(std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds))));
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  // Fractions of a second are of no matter here; they are written with a point or a comma, and up to nine
  // digits.
  static std::string without_fraction(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool follows_clock =
          i >= 3 && text[i - 3] == ':' && is_digit(text[i - 2]) && is_digit(text[i - 1]);
      if (follows_clock && (text[i] == '.' || text[i] == ',')) {
        do ++i;
        while (i < text.size() && is_digit(text[i]));
      }
      if (i < text.size())
        plain += text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    }
    return plain;
  }

  std::string date_, suffix_;
  std::int64_t ticks_ = 0;  // in a second, of times since 1970
  std::optional<std::chrono::minutes> offset_;
};

}  // namespace forecast

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#pragma once
// Numbers and missing values as the world writes them.

#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace eddy_stream {

inline std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// What a field holds.
enum class Content {
  number,
  missing,  ///< empty, NaN, NA, N/A, null, NULL, or what the user has named
  marker,   ///< what other programs write for a missing value: it is told once that it is taken for one
  text
};

/// The signs of a number.
struct NumberSigns {
  char decimal = '.';
  std::string thousands;  ///< one character, which may take several bytes; empty: none
};

/// Reads fields.
class NumberFormat {
 public:
  /// `missing` are more texts that mean a missing value; one that is a number means all that equal it.
  explicit NumberFormat(NumberSigns signs = {}, std::vector<std::string> missing = {})
      : signs_(std::move(signs)),
        plain_(signs_.decimal == '.' && signs_.thousands.empty()),
        missing_(std::move(missing)) {
    for (const std::string& text : missing_) {
      double value = 0;
      if (parse(trimmed(text), value) && std::isfinite(value)) missing_values_.push_back(value);
    }
  }

  /// Reads a field; `value` is NaN unless it is a finite number.
  Content read(std::string_view text, double& value) const {
    text = trimmed(text);
    const bool parsed = parse(text, value);
    if (parsed && std::isfinite(value) && !is_among(missing_values_, value)) return Content::number;
    const bool means_nothing = parsed && !std::isinf(value);  // NaN, or a number that is named as missing
    value = std::numeric_limits<double>::quiet_NaN();
    if (means_nothing || text.empty() || text == "NA" || text == "N/A" || text == "null" || text == "NULL" ||
        std::any_of(missing_.begin(), missing_.end(),
                    [&](const std::string& other) { return trimmed(other) == text; })) {
      return Content::missing;
    }
    return is_any_of(text, markers) ? Content::marker : Content::text;
  }

  /// What a text that is no number here would be elsewhere, with the options that read it; or nothing.
  std::string resemblance(std::string_view text) const {
    const auto reads = [&](const char* decimal, const char* thousands) {
      double value = 0;
      return text.find_first_of("0123456789") != text.npos &&
             NumberFormat({decimal[0], thousands}).read(text, value) == Content::number;
    };
    const std::string comma = R"(a number with a decimal comma (--decimal ","))";
    const std::string groups = R"(a number with thousands separators (--thousands ","))";
    if (reads(".", "")) return R"(a number with a decimal point (--decimal "."))";
    if (reads(",", "")) return reads(".", ",") ? comma + " or " + groups.substr(9) : comma;
    if (reads(".", ",")) return groups;
    for (const char* const decimal : {".", ","}) {
      for (const char* const thousands : {".", "'", " ", "\u00A0", "\u202F", "\u2019"}) {
        if (decimal[0] != thousands[0] && reads(decimal, thousands)) {
          return std::string(decimal[0] == ',' ? R"(a number with a decimal comma and thousands separators)"
                                               : "a number with thousands separators") +
                 " (--decimal \"" + decimal + "\" --thousands \"" + thousands + "\")";
        }
      }
    }
    return "";
  }

 private:
  // True if the text is a number from its first to its last character; it may be NaN or infinite.
  bool parse(std::string_view text, double& value) const {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    std::string rewritten;
    if (!plain_) {
      if (!rewrite(text, rewritten)) return false;
      text = rewritten;
    }
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (stop != end || error == std::errc::invalid_argument) return false;
    if (error == std::errc::result_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
    return true;
  }

  // With a decimal point and without thousands separators; false if these do not stand between groups of
  // three, or where a sign is none here.
  bool rewrite(std::string_view text, std::string& plain) const {
    const char ends[] = {signs_.decimal, 'e', 'E'};
    const std::size_t end = (std::min)(text.find_first_of(std::string_view(ends, sizeof ends)), text.size());
    std::string_view whole = text.substr(0, end), rest = text.substr(end);
    if (whole.starts_with('-')) {
      plain += '-';
      whole.remove_prefix(1);
    }
    const bool grouped = !signs_.thousands.empty() && whole.find(signs_.thousands) != whole.npos;
    for (std::size_t least = 1; !whole.empty() || least == 3; least = 3) {
      const std::size_t group_end =
          grouped ? (std::min)(whole.find(signs_.thousands), whole.size()) : whole.size();
      const std::string_view group = whole.substr(0, group_end);
      if (group.find('.') != group.npos || (grouped && (group.size() < least || group.size() > 3)))
        return false;
      plain += group;
      if (group_end == whole.size()) break;
      whole.remove_prefix(group_end + signs_.thousands.size());
    }
    if (rest.starts_with(signs_.decimal)) {
      plain += '.';
      rest.remove_prefix(1);
    }
    plain += rest;
    return rest.find('.') == rest.npos;
  }

  static bool is_among(const std::vector<double>& values, double value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  }

  static constexpr std::string_view markers[] = {
      "?",    "-",   "--",       "---",    ".",    "..",     "...",     "*",       "**",      "***",
      "NA",   "N/A", "NaT",      "None",   "Null", "Nil",    "MM",      "missing", "(null)",  "<NA>",
      "#N/A", "#NA", "#N/A N/A", "#NULL!", "\\N",  "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"};

  // In any case: none, None, NONE.
  static bool is_any_of(std::string_view text, std::span<const std::string_view> words) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                        [&](char a, char b) { return lower(a) == lower(b); });
    });
  }

  NumberSigns signs_;
  bool plain_;
  std::vector<std::string> missing_;
  std::vector<double> missing_values_;
};

}  // namespace eddy_stream

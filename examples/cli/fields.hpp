#pragma once
// The fields of one line of CSV, as RFC 4180 has them but for one thing: no field holds a line break. So a
// quote that is never closed spoils its own line, not all that are still to come.

#include "errors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace eddy_stream {

/// Splits lines; the fields are valid until the next line, and as long as the line itself.
class Fields {
 public:
  explicit Fields(char separator) : separator_(separator) {}

  /// Throws `BadLine` where quotes do not match.
  const std::vector<std::string_view>& split(std::string_view line) {
    fields_.clear();
    unquoted_.clear();
    unquoted_.reserve(line.size());  // once for all fields: their views must stay
    for (std::size_t begin = 0;;) {
      if (begin < line.size() && line[begin] == '"') {
        begin = quoted(line, begin + 1);
      } else {
        const std::size_t end = (std::min)(line.find(separator_, begin), line.size());
        fields_.push_back(line.substr(begin, end - begin));
        begin = end;
      }
      if (begin == line.size()) {
        return fields_;
      }
      ++begin;  // the separator
    }
  }

 private:
  // Takes a field from behind its opening quote; returns where its separator or the end of the line is.
  std::size_t quoted(std::string_view line, std::size_t begin) {
    const std::size_t first = unquoted_.size();
    for (;;) {
      const std::size_t quote = line.find('"', begin);
      if (quote == line.npos) {
        throw BadLine("a quoted field does not end on its line");
      }
      unquoted_.append(line, begin, quote - begin);
      begin = quote + 1;
      if (begin == line.size() || line[begin] == separator_) {
        fields_.push_back(std::string_view(unquoted_).substr(first));
        return begin;
      }
      if (line[begin] != '"') {
        throw BadLine("a quoted field goes on behind its closing quote");
      }
      unquoted_ += '"';
      ++begin;
    }
  }

  char separator_;
  std::string unquoted_;
  std::vector<std::string_view> fields_;
};

inline std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads a number; NaN for a missing one, which is an empty field, NaN, NA, N/A or null. False if it is
/// neither.
inline bool read_number(std::string_view text, double& value) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end) {
    return !std::isinf(value);
  }
  value = std::numeric_limits<double>::quiet_NaN();
  return text.empty() || text == "NA" || text == "N/A" || text == "null" || text == "NULL";
}

}  // namespace eddy_stream

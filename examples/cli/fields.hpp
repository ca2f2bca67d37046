#pragma once
// The fields of one line of CSV, as RFC 4180 has them but for one thing: no field holds a line break. So a
// quote that is never closed spoils its own line, not all that are still to come.

#include "errors.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
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

}  // namespace eddy_stream

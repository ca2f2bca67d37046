#pragma once
// Predictions, a row a line, as CSV or JSON lines.

#include "columns.hpp"
#include "errors.hpp"
#include "text.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace eddy_stream {

/// Gathers output and writes it in large pieces; `flush` when there is time, as before waiting for input.
class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}

  std::string& text() { return text_; }

  void flush_if_large() {
    if (text_.size() >= large) flush();
  }

  /// Throws `OutputClosed` if nobody reads.
  void flush() {
    std::size_t done = 0;
    while (done < text_.size()) {
      const ssize_t count = ::write(descriptor_, text_.data() + done, text_.size() - done);
      if (count >= 0) {
        done += static_cast<std::size_t>(count);
      } else if (errno == EPIPE) {
        throw OutputClosed();
      } else if (errno != EINTR) {
        throw std::runtime_error(std::string("the output cannot be written: ") + std::strerror(errno));
      }
    }
    text_.clear();
  }

 private:
  static constexpr std::size_t large = 1 << 16;

  int descriptor_;
  std::string text_;
};

/// One row of output: its number, the columns that are kept, and of each target what came, what had been
/// expected for this row, and what is expected `horizon` rows from here.
class RowWriter {
 public:
  RowWriter(const Columns& columns, const Options& options)
      : columns_(columns),
        json_(options.output == "jsonl"),
        separator_(options.separator),
        printed_(columns.targets.size() * static_cast<std::size_t>(options.horizon)) {
    names_.push_back("row");
    for (const std::size_t column : columns.kept) names_.push_back(columns.names[column]);
    for (const std::size_t column : columns.targets) {
      const std::string& name = columns.names[column];
      names_.insert(names_.end(), {name, name + ".expected", name + ".ahead"});
    }
    if (json_) {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        std::string key(1, i == 0 ? '{' : ',');
        quote_json(key, names_[i]);
        names_[i] = key + ':';
      }
    }
  }

  void header(std::string& to) const {
    if (json_) return;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) to += separator_;
      quote_csv(to, names_[i]);
    }
    to += '\n';
  }

  void row(std::string& to, std::int64_t number, const std::vector<std::string_view>& fields,
           const std::vector<double>& truth, const double* expected, const std::vector<double>& ahead) {
    next_ = 0;
    begin_value(to);
    append(to, number);
    for (const std::size_t column : columns_.kept) {
      begin_value(to);
      json_ ? quote_json(to, fields[column]) : quote_csv(to, fields[column]);
    }
    for (std::size_t i = 0; i < truth.size(); ++i) {
      value(to, truth[i], [&] { append(to, truth[i]); });
      // What is expected now was written `horizon` rows ago.
      Printed& printed = printed_[newest_];
      value(to, expected[i],
            [&] { to += printed.is(expected[i]) ? printed.text() : printed.set(expected[i]); });
      value(to, ahead[i], [&] { to += printed.set(ahead[i]); });
      newest_ = newest_ + 1 < printed_.size() ? newest_ + 1 : 0;
    }
    to += json_ ? "}\n" : "\n";
  }

 private:
  /// A number as it was written: most of the time that a row takes to write goes into its digits.
  class Printed {
   public:
    bool is(double number) const { return size_ > 0 && number_ == number; }
    std::string_view set(double number) {
      number_ = number;
      size_ = static_cast<std::size_t>(std::to_chars(text_, text_ + sizeof text_, number).ptr - text_);
      return text();
    }
    std::string_view text() const { return {text_, size_}; }

   private:
    double number_ = 0;
    std::size_t size_ = 0;
    char text_[32] = {};
  };

  void begin_value(std::string& to) {
    if (json_) {
      to += names_[next_];
    } else if (next_ > 0) {
      to += separator_;
    }
    ++next_;
  }

  template <class Append>
  void value(std::string& to, double value, Append&& append_it) {
    begin_value(to);
    if (std::isfinite(value)) {
      append_it();
    } else if (json_) {
      to += "null";
    }
  }

  template <class Number>
  static void append(std::string& to, Number value) {
    char text[32];
    to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  }

  void quote_csv(std::string& to, std::string_view text) const {
    const char special[] = {separator_, '"', '\r'};
    if (text.find_first_of(std::string_view(special, sizeof special)) == text.npos) {
      to += text;
      return;
    }
    to += '"';
    for (const char c : text) to.append(c == '"' ? 2 : 1, c);
    to += '"';
  }

  // Bytes that are not UTF-8 become U+FFFD: JSON has no way to hold them.
  static void quote_json(std::string& to, std::string_view text) {
    to += '"';
    for (std::size_t i = 0; i < text.size();) {
      const auto c = static_cast<unsigned char>(text[i]);
      if (c < 0x20) {
        const char digits[] = "0123456789abcdef";
        to += "\\u00";
        to += digits[c >> 4];
        to += digits[c & 15];
        ++i;
      } else if (c < 0x80) {
        if (c == '"' || c == '\\') to += '\\';
        to += text[i++];
      } else if (const std::size_t length = utf8_length(text.substr(i)); length > 0) {
        to += text.substr(i, length);
        i += length;
      } else {
        to += "\xEF\xBF\xBD";
        ++i;
      }
    }
    to += '"';
  }

  const Columns& columns_;
  bool json_;
  char separator_;
  std::vector<std::string> names_;  // of JSON, with all that stands before a value
  std::size_t next_ = 0;
  std::vector<Printed> printed_;  // predictions of the newest `horizon` rows, a ring
  std::size_t newest_ = 0;
};

}  // namespace eddy_stream

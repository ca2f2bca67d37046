#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eddy {

/// The text of an error, put together from pieces in a buffer of its own: texts and numbers, which look as
/// `std::to_string` has them. Needs neither heap nor printf, so that a small device can say what is wrong;
/// what exceeds its room is cut off.
class Message {
 public:
  /// Put together from texts and numbers.
  template <class... Pieces>
  explicit Message(const Pieces&... pieces) {
    (append(pieces), ...);
  }

  /// The text, up to a null byte.
  const char* c_str() const { return text_; }

 private:
  void append(std::string_view text) {
    for (const char character : text) {
      if (length_ + 1 < sizeof(text_)) {
        text_[length_++] = character;
      }
    }
  }

  template <std::integral Number>
  void append(Number value) {
    const auto bits = static_cast<std::uint64_t>(value);
    if (value < Number(0)) {
      append("-");
    }
    append_digits(value < Number(0) ? 0 - bits : bits, 1);
  }

  /// Six digits after the point; from 10¹⁸ on a power of ten behind them.
  template <std::floating_point Number>
  void append(Number number) {
    const auto value = static_cast<double>(number);
    double size = value < 0 ? -value : value;
    if (value < 0) {
      append("-");
    }
    if (!(size <= 1.7976931348623157e308)) {
      append(size > 0 ? "inf" : "nan");
      return;
    }
    int exponent = 0;
    for (const bool large = size >= 1e18; large && size >= 10; size /= 10) {
      ++exponent;
    }
    auto whole = static_cast<std::uint64_t>(size);
    auto millionths = static_cast<std::uint64_t>((size - static_cast<double>(whole)) * 1e6 + 0.5);
    if (millionths == 1000000) {
      millionths = 0;
      ++whole;
    }
    append_digits(whole, 1);
    append(".");
    append_digits(millionths, 6);
    if (exponent > 0) {
      append("e+");
      append_digits(static_cast<std::uint64_t>(exponent), 2);
    }
  }

  void append_digits(std::uint64_t value, int least) {
    char digits[20];
    int begin = 20;
    while (value > 0 || 20 - begin < least) {
      digits[--begin] = static_cast<char>('0' + static_cast<int>(value % 10));
      value /= 10;
    }
    append(std::string_view(digits + begin, static_cast<std::size_t>(20 - begin)));
  }

  char text_[256] = {};
  std::size_t length_ = 0;
};

}  // namespace eddy

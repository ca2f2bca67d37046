#pragma once

#include <eddy/core/cxx20.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace eddy {

/// The text of an error, put together from pieces in a buffer of its own: texts and numbers, which look
/// as printf's %d and %g have them. Needs neither heap nor printf, so that a small device can say what is
/// wrong; what exceeds its room is cut off.
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

  /// As printf's %g has them, with all the digits that the type is sure of, at most ten.
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
    constexpr int digits =
        std::numeric_limits<Number>::digits10 < 10 ? std::numeric_limits<Number>::digits10 : 10;
    int exponent = 0;
    for (; size >= 10; size /= 10) {
      ++exponent;
    }
    for (; size > 0 && size < 1; size *= 10) {
      --exponent;
    }
    std::uint64_t one = 1;
    for (int i = 1; i < digits; ++i) {
      one *= 10;
    }
    auto mantissa = static_cast<std::uint64_t>(size * static_cast<double>(one) + 0.5);
    if (mantissa == 10 * one) {
      mantissa = one;
      ++exponent;
    }
    int length = digits;
    for (; length > 1 && mantissa % 10 == 0; mantissa /= 10) {
      --length;
    }
    const bool power = exponent < -5 || exponent >= digits;
    append_decimal(mantissa, length, power ? 0 : exponent);
    if (power) {
      append(exponent < 0 ? "e-" : "e+");
      append_digits(static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent), 2);
    }
  }

  /// The digits of a mantissa, the first of which stands for 10^exponent.
  void append_decimal(std::uint64_t mantissa, int length, int exponent) {
    char text[32];
    int end = 0;
    for (int place = exponent < 0 ? 0 : exponent; place >= 0 || place > exponent - length; --place) {
      if (place == -1) {
        text[end++] = '.';
      }
      int digit = 0;
      if (place <= exponent && place > exponent - length) {
        std::uint64_t rest = mantissa;
        for (int i = place; i > exponent - length + 1; --i) {
          rest /= 10;
        }
        digit = static_cast<int>(rest % 10);
      }
      text[end++] = static_cast<char>('0' + digit);
    }
    append(std::string_view(text, static_cast<std::size_t>(end)));
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

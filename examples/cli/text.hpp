#pragma once
// Text of the data, as messages and JSON can hold it.

#include <cstddef>
#include <string>
#include <string_view>

namespace eddy_stream {

/// Bytes of the character that the text begins with; 0 if it is none (RFC 3629).
inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return text.empty() ? 0 : 1;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0, surrogate = first == 0xED && byte(1) >= 0xA0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90, beyond = first == 0xF4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// Whether a character is a command to a terminal and not a letter: C0, DEL, C1, line separators, and what
/// turns the direction of text.
inline bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  return (byte(1) == 0x80 &&
          ((byte(2) >= 0x8B && byte(2) <= 0x8F) || (byte(2) >= 0xA8 && byte(2) <= 0xAE))) ||
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

/// Text with what is not printable escaped, byte by byte, as \x00 or \x1b; of `kept` none is.
inline std::string escaped(std::string_view text, std::string_view kept = "") {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length > 0 ? length : 1);
    if (kept.find(text.front()) != kept.npos || (length > 0 && !is_control(character))) {
      result += character;
    } else {
      for (const char c : character) {
        const auto byte = static_cast<unsigned char>(c);
        const char* const digits = "0123456789abcdef";
        result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
      }
    }
    text.remove_prefix(character.size());
  }
  return result;
}

/// Escaped, and cut between two characters where it is long.
inline std::string shortened(std::string_view text, std::size_t longest) {
  std::size_t end = 0;
  while (end < text.size() && end < longest) {
    const std::size_t length = utf8_length(text.substr(end));
    end += length > 0 ? length : 1;
  }
  return escaped(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

/// A field for a message.
inline std::string in_quotes(std::string_view text) { return '"' + shortened(text, 40) + '"'; }

}  // namespace eddy_stream

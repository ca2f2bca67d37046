#pragma once

#include <eddy/core/cxx20.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace eddy {

/// CRC-32 as in zlib, gzip and PNG (ISO/IEC 8802-3; the polynomial 0x04c11db7, bits reversed): finds every
/// change within any 32 bits that follow one another, and all but one in 2³² of others.
class Checksum {
 public:
  /// Goes on with more bytes.
  void add(const void* data, std::size_t size) {
    const auto* const bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) {
      remainder_ = table[(remainder_ ^ bytes[i]) & 0xffu] ^ (remainder_ >> 8);
    }
  }

  /// The checksum of all bytes so far.
  std::uint32_t value() const { return ~remainder_; }

 private:
  /// What a byte leaves of the remainder.
  static constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t remainder = byte;
      for (int bit = 0; bit < 8; ++bit) {
        remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xedb88320u : 0u);
      }
      table[byte] = remainder;
    }
    return table;
  }();

  std::uint32_t remainder_ = ~std::uint32_t{0};
};

}  // namespace eddy

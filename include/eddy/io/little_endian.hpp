#pragma once

#include <eddy/core/cxx20.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace eddy {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big,
              "files are for machines of one byte order");

/// Bytes of a number in the order of a file, or back.
template <std::size_t Size>
constexpr std::array<std::byte, Size> in_file_order(std::array<std::byte, Size> bytes) {
  if constexpr (std::endian::native == std::endian::big) {
    for (std::size_t i = 0; i < Size / 2; ++i) {
      const std::byte first = bytes[i];
      bytes[i] = bytes[Size - 1 - i];
      bytes[Size - 1 - i] = first;
    }
  }
  return bytes;
}

/// Writes a number in the order of files, the lowest byte first.
template <class Number>
void to_little_endian(Number number, std::byte* bytes) {
  const auto own = in_file_order(std::bit_cast<std::array<std::byte, sizeof(Number)>>(number));
  std::memcpy(bytes, own.data(), own.size());
}

/// Reads a number whose lowest byte comes first.
template <class Number>
Number from_little_endian(const std::byte* bytes) {
  std::array<std::byte, sizeof(Number)> own;
  std::memcpy(own.data(), bytes, own.size());
  return std::bit_cast<Number>(in_file_order(own));
}

}  // namespace eddy

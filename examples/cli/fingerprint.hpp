#pragma once
// How lines that were read are known again: another file of the same name is not taken for them.

#include <eddy/io/little_endian.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eddy_stream {

/// The number of lines, and a hash of all of them; also after the first 1, 2, 4, 8, … lines, so that a
/// shorter input can be compared.
class Fingerprint {
 public:
  static constexpr std::int64_t most_lines = std::int64_t{1} << 53;

  std::int64_t lines() const { return lines_; }

  void add(std::string_view line) {
    // The steps of FNV-1a, on eight bytes at a time.
    const auto take = [&](std::uint64_t bytes) {
      hash_ = (hash_ ^ bytes) * 0x100000001b3u;
      hash_ ^= hash_ >> 29;
    };
    const auto* bytes = reinterpret_cast<const std::byte*>(line.data());
    std::size_t size = line.size();
    for (; size >= 8; size -= 8, bytes += 8) take(eddy::from_little_endian<std::uint64_t>(bytes));
    std::uint64_t rest = line.size();
    for (; size > 0; --size) rest = rest << 8 | std::to_integer<std::uint64_t>(*bytes++);
    take(rest);
    ++lines_;
    if (std::has_single_bit(static_cast<std::uint64_t>(lines_))) mark() = hash_;
  }

  /// Whether the input that begins with these lines may be the one that `whole` was made from, as far as can
  /// be told after this line.
  bool may_begin(const Fingerprint& whole) const {
    if (lines_ == whole.lines_) return hash_ == whole.hash_;
    const auto marks = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(lines_)));
    return lines_ < whole.lines_ && std::equal(marks_.begin(), marks_.begin() + marks, whole.marks_.begin());
  }

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("lines", self.lines_);
    visit("hash", self.hash_);
    visit("marks", self.marks_);
  }

  bool state_is_valid() const { return lines_ >= 0 && lines_ <= most_lines; }

 private:
  std::uint64_t& mark() {
    return marks_[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(lines_)) - 1)];
  }

  std::int64_t lines_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::array<std::uint64_t, 64> marks_{};
};

}  // namespace eddy_stream

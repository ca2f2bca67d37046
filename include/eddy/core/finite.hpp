#pragma once

#include <eddy/core/shape.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace eddy {

/// Whether a number is neither infinite nor NaN; decided by its bits, because `-ffast-math` removes
/// `std::isfinite`.
template <class Scalar>
constexpr bool is_finite(Scalar value) {
  if constexpr (std::is_same_v<Scalar, float>) {
    return (std::bit_cast<std::uint32_t>(value) & 0x7f800000u) != 0x7f800000u;
  } else if constexpr (std::is_same_v<Scalar, double>) {
    return (std::bit_cast<std::uint64_t>(value) & 0x7ff0000000000000u) != 0x7ff0000000000000u;
  } else {
    using std::isfinite;
    return isfinite(value);
  }
}

/// Whether a number is NaN, decided by its bits.
template <class Scalar>
constexpr bool is_nan(Scalar value) {
  if constexpr (std::is_same_v<Scalar, float>) {
    return (std::bit_cast<std::uint32_t>(value) & 0x7fffffffu) > 0x7f800000u;
  } else if constexpr (std::is_same_v<Scalar, double>) {
    return (std::bit_cast<std::uint64_t>(value) & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
  } else {
    using std::isnan;
    return isnan(value);
  }
}

/// Whether every one of `count` values is finite.
template <class Scalar>
bool all_finite(const Scalar* values, Index count) {
  return std::all_of(values, values + count, [](Scalar value) { return is_finite(value); });
}

/// The quiet NaN, for what is not known.
template <class Scalar>
inline constexpr Scalar not_a_number = std::numeric_limits<Scalar>::quiet_NaN();

}  // namespace eddy

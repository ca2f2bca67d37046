#pragma once

#include <eddy/core/cxx20.hpp>

#include <concepts>
#include <limits>

namespace eddy {

/// Whether a number is one that something can have been counted to: not negative, and so far from the largest
/// of its type that neither counting on nor the sum of two gets there.
template <std::signed_integral Number>
constexpr bool is_count(Number number) {
  return number >= 0 && number <= (std::numeric_limits<Number>::max)() / 4;
}

}  // namespace eddy

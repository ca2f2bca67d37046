#pragma once

#include <eddy/core/shape.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

namespace eddy {

/// Sets to 0 what is too small for all the digits of its type. Processors take many times as long for such a
/// number.
template <class Scalar>
void flush_denormals(Scalar* values, Index count) {
  constexpr Scalar least = (std::numeric_limits<Scalar>::min)();
  for (Index i = 0; i < count; ++i) {
    values[i] = std::abs(values[i]) < least ? Scalar(0) : values[i];
  }
}

/// Flushes the moments of an optimizer at every 256th update, in the ranges that it visits. While all
/// gradients are 0 a moment shrinks by a factor that is rounded, and so it ends as the same denormal number
/// from then on: 0.9 · 5 is 4.5, which becomes 4, and 0.9 · 4 becomes 4.
template <int Moments, class Scalar, class Ranges>
void flush_moments(std::int64_t update, Scalar* moments, Index stride, Ranges&& for_each_range) {
  constexpr std::int64_t period = 256;  // a moment is denormal for so long at most; a pass costs 1/256 of it
  if (Moments > 0 && update % period == 0) {
    for_each_range([&](Index begin, Index length) {
      for (int moment = 0; moment < Moments; ++moment) {
        flush_denormals(moments + moment * stride + begin, length);
      }
    });
  }
}

}  // namespace eddy

#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/core/setting.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace eddy {

/// What makes something else of a sample, and may learn from the stream how: a scaler, an imputer, lags.
///
/// - `partial_fit(x)` learns from a raw sample; a value that is not finite teaches nothing.
/// - `transform(x)` returns what becomes of a sample that was learned from just before: first learn, then
///   transform. It writes to storage of its own and changes nothing else.
/// - optional: `transform_in_double(x)` returns the same before it is rounded to `Scalar`. A chain hands this
///   from part to part, so that what is subtracted is subtracted in double; see `transform_in_double`.
/// - `reset()` forgets what belongs to one stretch of the stream (the last values), and keeps what was
///   learned of all of it (a mean).
///
/// x is a vector of float or of double, or a number. Sizes are `T::Inputs` and `T::Outputs`, `Dynamic` where
/// they are known at run time only, and `inputs()`, `outputs()`; `T::fixed` says that all memory lies in the
/// object. Nothing is allocated after construction.
template <class T>
concept Transform = std::copyable<T> && requires(T& transform, const T& constant, const Vector<double>& x) {
  { T::Inputs } -> std::convertible_to<int>;
  { T::Outputs } -> std::convertible_to<int>;
  { T::fixed } -> std::convertible_to<bool>;
  { constant.inputs() } -> std::same_as<int>;
  { constant.outputs() } -> std::same_as<int>;
  transform.partial_fit(x);
  { transform.transform(x)(0) } -> std::convertible_to<typename T::Scalar>;
  transform.reset();
};

/// What becomes of a sample, in double where the transform offers that.
template <class T, Values X>
auto transform_in_double(T& transform, const X& x) {
  if constexpr (requires { transform.transform_in_double(x); }) {
    return transform.transform_in_double(x);
  } else {
    return transform.transform(x);
  }
}

/// Stands before or behind a model that takes what comes as it is: labels may then be class indices, too.
struct NoTransform {
  static constexpr const char* kind = "NoTransform";
  static constexpr bool fixed = true;
};

template <class T>
concept TransformOrNone = Transform<T> || std::same_as<T, NoTransform>;

/// The one value of a sample; a number that comes as such keeps all its digits.
template <Values X>
double only_value(const char* what, const X& x) {
  check_size<1>(what, x, 1);
  if constexpr (EigenExpression<X>) {
    return static_cast<double>(x.derived().coeff(0));
  } else {
    return static_cast<double>(x);
  }
}

/// Raises what is wrong with the sizes of two neighbours.
inline void check_neighbours(const char* what, int outputs, const char* next, int inputs) {
  if (outputs != inputs) {
    fail(what, " gives ", outputs, outputs == 1 ? " value" : " values", ", but ", next, " takes ", inputs);
  }
}

/// difference / scale, brought into [−limit, limit] if limit > 0. `scale` is above 0; no quotient overflows
/// where there is a limit.
template <class Number>
Number clipped_ratio(Number difference, Number scale, Number limit) {
  if (limit > 0 && (difference >= limit * scale || difference <= -limit * scale)) {
    return difference > 0 ? limit : -limit;
  }
  return difference / scale;
}

/// Refuses a limit that is negative or not finite.
inline void check_limit(double limit) { check_setting("limit", limit, at_least(0)); }

/// Refuses a weight of forgetting outside [0, 1).
inline void check_forgetting(double forgetting) { check_setting("forgetting", forgetting, from_below(0, 1)); }

/// The most values that a transform may give for a sample.
inline constexpr int widest_transform = 10000000;

/// Refuses a number of values that is too large, before anything is allocated; returns it.
inline int checked_width(const char* what, std::int64_t values) {
  if (values > widest_transform) {
    fail(what, " is ", values, ", expected at most ", widest_transform);
  }
  return static_cast<int>(values);
}

}  // namespace eddy

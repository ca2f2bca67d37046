#pragma once

#include <eddy/preprocessing/transform.hpp>

namespace eddy {

/// What lies between the units of a label and those that a model learns in: at any one time, for each output,
///
///   y = offset + scale z,
///
/// in double, whatever the scalar of the model:
///
/// - `partial_fit(y)` learns from a label, in the units of the labels; NaN teaches nothing.
/// - `affine(offset, scale)` writes what holds now. Scale 0 says that none is known yet: the prediction is
///   then the offset alone, and a label of this time teaches the model nothing.
///
/// Optional: `limit()`, beyond which a scaled label is clipped, 0 for not at all; `is_outlier(i, y)`, whether
/// a label of output i lies so far away that the model does not learn from it.
template <class T>
concept AffineTransform = std::copyable<T> &&
    requires(T& transform, const T& constant, const Vector<double>& y, double* values) {
  { T::Inputs } -> std::convertible_to<int>;
  { T::Outputs } -> std::convertible_to<int>;
  { T::fixed } -> std::convertible_to<bool>;
  { constant.inputs() } -> std::same_as<int>;
  { constant.outputs() } -> std::same_as<int>;
  transform.partial_fit(y);
  constant.affine(values, values);
  transform.reset();
};

/// What may stand behind a model: one affine transform, or a `Chain` of `Stages` of them. Of each step a
/// pipeline keeps what `write_stages` writes: the offsets, then the scales, of stage after stage.
template <class T>
concept TargetTransform = AffineTransform<T> || requires(T& transform, const T& constant, double* values) {
  { T::Stages } -> std::convertible_to<int>;
  constant.write_stages(values);
  transform.learn_label(values, values);
};

template <class T>
concept TargetTransformOrNone = TargetTransform<T> || std::same_as<T, NoTransform>;

/// The number of affine transforms in a row.
template <class T>
inline constexpr int stages_of = [] {
  if constexpr (requires { T::Stages; }) {
    return T::Stages;
  } else {
    return 1;
  }
}();

/// Writes what holds now, 2 · stages · outputs values.
template <TargetTransform T>
void write_stages(const T& transform, double* stages) {
  if constexpr (AffineTransform<T>) {
    transform.affine(stages, stages + transform.outputs());
  } else {
    transform.write_stages(stages);
  }
}

/// Learns from a label y, given what was written at its own step. Destroys y.
template <TargetTransform T>
void learn_label(T& transform, double* y, const double* stages) {
  if constexpr (AffineTransform<T>) {
    transform.partial_fit(VectorView<const double, T::Outputs>(y, transform.outputs()));
  } else {
    transform.learn_label(y, stages);
  }
}

/// The size of a scaled label beyond which it is clipped; 0 for none.
template <class T>
double limit_of(const T& transform) {
  if constexpr (requires { transform.limit(); }) {
    return static_cast<double>(transform.limit());
  } else {
    return 0;
  }
}

/// z ← (z − offset) / scale, value by value. What cannot be scaled becomes NaN; what is not finite stays.
inline void scale_label(const double* offset, const double* scale, double limit, double* z, int size) {
  for (int i = 0; i < size; ++i) {
    if (is_finite(z[i])) {
      z[i] = scale[i] > 0 ? clipped_ratio(z[i] - offset[i], scale[i], limit) : not_a_number<double>;
    }
  }
}

/// The same for stage after stage; only the last is clipped.
inline void scale_label(const double* stages, int count, double limit, double* z, int size) {
  for (int stage = 0; stage < count; ++stage) {
    const double* const offset = stages + Index{2} * stage * size;
    scale_label(offset, offset + size, stage == count - 1 ? limit : 0.0, z, size);
  }
}

/// One stage of what a label passes through: outliers become NaN, the rest is scaled by what was written.
template <AffineTransform T>
void scale_stage(const T& transform, const double* stage, double limit, double* y) {
  const int size = transform.outputs();
  if constexpr (requires { transform.is_outlier(0, 0.0); }) {
    for (int i = 0; i < size; ++i) {
      y[i] = is_finite(y[i]) && transform.is_outlier(i, y[i]) ? not_a_number<double> : y[i];
    }
  }
  scale_label(stage, stage + size, limit, y, size);
}

/// A label in the units of the model, by the stages that were written at its step; only the last is clipped.
template <TargetTransform T>
void scale_label(const T& transform, const double* stages, double* y) {
  if constexpr (AffineTransform<T>) {
    scale_stage(transform, stages, limit_of(transform), y);
  } else if constexpr (requires { transform.scale_label(y, stages); }) {
    transform.scale_label(y, stages);
  } else {
    scale_label(stages, stages_of<T>, limit_of(transform), y, transform.outputs());
  }
}

/// A prediction in the units of the labels: y = offset + scale z from the last stage to the first.
inline void restore_prediction(const double* stages, int count, double* z, int size) {
  for (int stage = count - 1; stage >= 0; --stage) {
    const double* const offset = stages + Index{2} * stage * size;
    for (int i = 0; i < size; ++i) {
      z[i] = offset[i] + offset[size + i] * z[i];
    }
  }
}

}  // namespace eddy

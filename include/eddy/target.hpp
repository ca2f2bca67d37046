#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/loss.hpp>

#include <cstdint>

namespace eddy {

/// The step that a label belongs to; made by `at`.
struct At {
  std::int64_t step;  ///< counted from 1
};

/// Says that a label belongs to an earlier step: `model.partial_fit(eddy::at(when), y)` with `when =
/// model.time()` as it was after that step.
constexpr At at(std::int64_t step) { return {step}; }

/// A target with a weight; made by `weighted`. Refers to its arguments: use it within the call.
template <class Y, class W>
struct Weighted {
  const Y& y;       ///< the label
  const W& weight;  ///< of each of its values, or of all
};

/// Multiplies the loss by `weight`: a number for all outputs, or a vector with one for each. Weights are
/// finite and not negative.
template <class Y, Values W>
constexpr Weighted<Y, W> weighted(const Y& y, const W& weight) {
  return {y, weight};
}

/// Whether a label has weights.
template <class Y>
inline constexpr bool is_weighted = false;
/// A label with weights has.
template <class Y, class W>
inline constexpr bool is_weighted<Weighted<Y, W>> = true;

/// Whether Y is a class index for the loss L.
template <class L, class Y>
inline constexpr bool is_class_index = std::is_integral_v<Y>&& ClassLoss<L>;

/// A label of a kind that the loss L reads itself, as `Tasks` does: it offers `check_target(y)` and
/// `write_target<Scalar>(y, target, weight)`.
template <class Y, class L>
concept OwnTargetFor = requires(const L& loss, const Y& y) {
  loss.check_target(y);
};

/// What the loss L may be given as a label.
template <class Y, class L>
concept TargetFor = Values<Y> || is_weighted<Y> || OwnTargetFor<Y, L>;

/// Refuses a label of the wrong shape, or a class index out of range, by `fail`.
template <Loss L, int Size, TargetFor<L> Y>
void check_target(const Y& y, int targets) {
  if constexpr (is_weighted<Y>) {
    check_target<L, Size>(y.y, targets);
    if constexpr (EigenExpression<std::decay_t<decltype(y.weight)>>) {
      check_size<Size>("the weight", y.weight, targets);
    }
  } else if constexpr (is_class_index<L, Y>) {
    if (y < Y{0} || static_cast<std::uint64_t>(y) >= static_cast<std::uint64_t>(targets)) {
      fail("the class index is ", y, ", expected 0 to ", targets - 1);
    }
  } else {
    check_size<Size>("the target", y, targets);
  }
}

/// Refuses a label that does not fit the loss.
template <Loss L, int Size, TargetFor<L> Y>
void check_target(const L& loss, const Y& y, int targets) {
  if constexpr (OwnTargetFor<Y, L>) {
    loss.check_target(y);
  } else {
    check_target<L, Size>(y, targets);
  }
}

/// How a label reads once it is written as numbers.
enum class TargetKind { usable, missing, not_finite };

/// Writes a checked label as target values and weights; a NaN becomes value 0 with weight 0.
template <Loss L, int Size, class Scalar, TargetFor<L> Y>
TargetKind write_target(const Y& y, VectorView<Scalar> target, VectorView<Scalar> weight) {
  const int size = static_cast<int>(target.size());
  if constexpr (is_weighted<Y>) {
    using Weight = std::decay_t<decltype(y.weight)>;
    const TargetKind kind = write_target<L, Size, Scalar>(y.y, target, weight);
    bool usable = true;
    Vector<Scalar, 1> single;
    if constexpr (!EigenExpression<Weight>) {
      single(0) = static_cast<Scalar>(y.weight);
    }
    for (int i = 0; i < size; ++i) {
      Scalar w = single(0);
      if constexpr (EigenExpression<Weight>) {
        w = y.weight(i);
      }
      usable &= is_finite(w) && w >= 0;
      weight(i) *= w;
    }
    if (!usable) {
      return TargetKind::not_finite;
    }
    return kind == TargetKind::usable && weight.isZero(0) ? TargetKind::missing : kind;
  } else if constexpr (is_class_index<L, Y>) {
    target.setZero();
    target(static_cast<Index>(y)) = 1;
    weight.setOnes();
    return TargetKind::usable;
  } else {
    copy_values<Size>(y, target.data(), size);
    bool any = false;
    for (int i = 0; i < size; ++i) {
      const bool missing = is_nan(target(i));
      weight(i) = missing ? Scalar(0) : Scalar(1);
      target(i) = missing ? Scalar(0) : target(i);
      any |= !missing;
    }
    if (!all_finite(target.data(), size)) {
      return TargetKind::not_finite;
    }
    return any ? TargetKind::usable : TargetKind::missing;
  }
}
/// Writes a label as numbers and weights; returns whether there was one.
template <Loss L, int Size, class Scalar, TargetFor<L> Y>
TargetKind write_target(const L& loss, const Y& y, VectorView<Scalar> target, VectorView<Scalar> weight) {
  if constexpr (OwnTargetFor<Y, L>) {
    return loss.template write_target<Scalar>(y, target, weight);
  } else {
    return write_target<L, Size, Scalar>(y, target, weight);
  }
}

}  // namespace eddy

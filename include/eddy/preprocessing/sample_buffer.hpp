#pragma once

#include <eddy/core/sample.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <type_traits>

namespace eddy {

/// Where a transform copies a sample to, and leaves what becomes of it: in double, whatever the scalar that
/// the transform hands on, because a float cannot tell the neighbours of 10⁹ apart.
template <class Scalar, int Size = Dynamic>
class SampleBuffer {
  static_assert(assert_scalar<Scalar>());

 public:
  /// Throws if the size is below 1, above `widest_transform`, or not what the type fixes.
  explicit SampleBuffer(int size)
      : size_((check_fixed<Size>("the size of a transform", size),
               checked_width("the size of a transform", size))),
        values_(size),
        narrowed_(size) {}

  /// How many values there are.
  int size() const { return size_; }

  /// Copies a sample, which is refused if it has another size; returns its values.
  template <Values X>
  double* take(const X& x) {
    check_size<Size>("x", x, size_);
    copy_in_double<Size>(x, values_.data(), size_);
    return values_.data();
  }

  /// The values.
  VectorView<const double, Size> view() const { return {values_.data(), size_}; }
  /// The first value.
  double* data() { return values_.data(); }

  /// The values as the transform hands them on.
  VectorView<const Scalar, Size> narrowed() {
    if constexpr (std::is_same_v<Scalar, double>) {
      return view();
    } else {
      for (int i = 0; i < size_; ++i) {
        narrowed_.data()[i] = static_cast<Scalar>(values_.data()[i]);
      }
      return {narrowed_.data(), size_};
    }
  }

 private:
  SizeBeside<Size != Dynamic> size_;
  Storage<double, Size> values_;
  [[no_unique_address]] Storage<Scalar, std::is_same_v<Scalar, double> ? 0 : Size> narrowed_;
};

}  // namespace eddy

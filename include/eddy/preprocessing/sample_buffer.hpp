#pragma once

#include <eddy/core/sample.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// Where a transform copies a sample to, and leaves what becomes of it.
template <class Scalar, int Size = Dynamic>
class SampleBuffer {
  static_assert(assert_scalar<Scalar>());

 public:
  /// Throws if the size is below 1, or not what the type fixes.
  explicit SampleBuffer(int size)
      : size_((check_fixed<Size>("the size of a transform", size), size)), values_(size) {}

  /// How many values there are.
  int size() const { return size_; }

  /// Copies a sample, which is refused if it has another size; returns its values.
  template <Values X>
  Scalar* take(const X& x) {
    check_size<Size>("x", x, size_);
    copy_values<Size>(x, values_.data(), size_);
    return values_.data();
  }

  /// The values.
  VectorView<const Scalar, Size> view() const { return {values_.data(), size_}; }
  /// The first value.
  Scalar* data() { return values_.data(); }

 private:
  SizeBeside<Size != Dynamic> size_;
  Storage<Scalar, Size> values_;
};

}  // namespace eddy

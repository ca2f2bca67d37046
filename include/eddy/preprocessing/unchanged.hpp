#pragma once

#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

namespace eddy {

/// Hands a sample on as it is: for those values beside others (see `Beside`) that need nothing.
template <class Scalar_ = float, int Size = Dynamic>
class Unchanged {
 public:
  static constexpr const char* kind = "Unchanged";
  using Scalar = Scalar_;
  static constexpr int Inputs = Size, Outputs = Size;
  static constexpr bool fixed = Size != Dynamic;

  /// Size by the type.
  Unchanged() requires(fixed) : Unchanged(Size) {}
  /// Size at run time, at least 1; allocates.
  explicit Unchanged(int size) : buffer_(size) {}

  int inputs() const { return buffer_.size(); }
  int outputs() const { return buffer_.size(); }

  /// Nothing is learned.
  template <Values X>
  void partial_fit(const X& x) {
    check_size<Size>("x", x, inputs());
  }

  template <Values X>
  VectorView<const Scalar, Size> transform(const X& x) {
    buffer_.take(x);
    return buffer_.narrowed();
  }
  /// The same, before it is rounded to `Scalar`.
  template <Values X>
  VectorView<const double, Size> transform_in_double(const X& x) {
    buffer_.take(x);
    return buffer_.view();
  }

  void reset() {}

  template <class Self, class Visit>
  static void visit_state(Self&, Visit&&) {}

 private:
  SampleBuffer<Scalar, Size> buffer_;
};

}  // namespace eddy

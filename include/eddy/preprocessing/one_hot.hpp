#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <algorithm>

namespace eddy {

/// A class index as a vector: 1 in its place, 0 elsewhere.
///
/// One value in, [Classes] out. All are 0 for what is no class: a number outside 0 … Classes − 1, one that is
/// not whole, NaN.
template <class Scalar_ = float, int Classes = Dynamic>
class OneHot {
 public:
  static constexpr const char* kind = "OneHot";
  using Scalar = Scalar_;
  static constexpr int Inputs = 1, Outputs = Classes;
  static constexpr bool fixed = Classes != Dynamic;

  /// Number of classes by the type.
  OneHot() requires(fixed) : OneHot(Classes) {}
  /// Number of classes at run time, at least 1; allocates.
  explicit OneHot(int classes)
      : classes_((check_fixed<Classes>("the number of classes", classes),
                  checked_width("the number of classes", classes))),
        values_(classes_) {}

  int inputs() const { return 1; }
  int outputs() const { return classes_; }

  /// Nothing is learned.
  template <Values X>
  void partial_fit(const X& x) {
    check_size<1>("the class index", x, 1);
  }

  template <Values X>
  VectorView<const Scalar, Classes> transform(const X& x) {
    const double index = only_value("the class index", x);
    std::fill_n(values_.data(), int{classes_}, Scalar(0));
    if (is_finite(index) && index >= 0 && index < classes_ && index == static_cast<int>(index)) {
      values_.data()[static_cast<int>(index)] = 1;
    }
    return {values_.data(), classes_};
  }

  void reset() {}

  template <class Self, class Visit>
  static void visit_state(Self&, Visit&&) {}

 private:
  SizeBeside<fixed> classes_;
  Storage<Scalar, Classes> values_;
};

}  // namespace eddy

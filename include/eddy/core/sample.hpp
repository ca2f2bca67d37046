#pragma once

#include <eddy/core/shape.hpp>

#include <concepts>
#include <type_traits>

namespace eddy {

/// Matches what derives from Eigen's base of all expressions; never defined.
template <class Derived>
void is_expression(const Eigen::DenseBase<Derived>&);

/// Any Eigen expression: a vector, a row, a segment, a map, a sum …
template <class X>
concept EigenExpression = requires(const X& x) {
  is_expression(x);
};

/// What a model takes as a sample or a target: an Eigen vector expression, or a number where there is one
/// value.
template <class X>
concept Values = EigenExpression<X> || std::is_arithmetic_v<X>;

/// Whether the number of values is known, and right, at compile time.
template <class X, int Size>
constexpr bool size_is_certain() {
  if constexpr (Size == Dynamic) {
    return false;
  } else if constexpr (EigenExpression<X>) {
    return int{X::SizeAtCompileTime} == Size;
  } else {
    return std::is_arithmetic_v<X> && Size == 1;
  }
}

/// Refuses the wrong number of values: at compile time where both sizes are known, else by `fail_size`.
template <int Size, Values X>
void check_size(const char* what, const X& x, int expected) noexcept(size_is_certain<X, Size>()) {
  if constexpr (EigenExpression<X>) {
    static_assert(X::IsVectorAtCompileTime,
                  "a sample or a target is a vector: pass a column or a row of a matrix");
    static_assert(Agreeing<int{X::SizeAtCompileTime}, Size>,
                  "a sample or a target has another number of values than the type of the model says");
    if constexpr (!size_is_certain<X, Size>()) {
      if (x.size() != expected) {
        fail_size(what, static_cast<long>(x.size()), expected);
      }
    }
  } else if constexpr (Size != 1) {
    static_assert(Agreeing<1, Size>,
                  "a number was passed where the type of the model says more than one value");
    if (expected != 1) {
      fail_size(what, 1, expected);
    }
  }
}

/// Copies values of a checked size to memory.
template <int Size, class Scalar, Values X>
void copy_values(const X& x, Scalar* destination, int size) {
  if constexpr (EigenExpression<X>) {
    static_assert(
        std::is_same_v<typename X::Scalar, Scalar>,
        "a sample or a target has another scalar type than the model: use .cast<float>() or .cast<double>()");
    if constexpr (!std::is_same_v<typename X::Scalar, Scalar>) {
      return;  // that error is enough
    } else if constexpr ((int{X::Flags} & Eigen::DirectAccessBit) != 0) {
      const Scalar* const from = x.derived().data();
      const Index stride = x.derived().innerStride();
      for (int i = 0; i < size; ++i) {
        destination[i] = from[i * stride];
      }
    } else {
      VectorView<Scalar, Size> values(destination, size);
      if constexpr (int{X::ColsAtCompileTime} == 1) {
        values.array() = x.derived().array();
      } else {
        values.array() = x.derived().transpose().array();
      }
    }
  } else {
    *destination = static_cast<Scalar>(x);
  }
}

/// Copies values of a checked size and of any scalar type to memory of double: a raw stream may have more
/// digits than the scalar of a model.
template <int Size, Values X>
void copy_in_double(const X& x, double* destination, int size) {
  if constexpr (!EigenExpression<X>) {
    *destination = static_cast<double>(x);
  } else if constexpr ((int{X::Flags} & Eigen::DirectAccessBit) != 0) {
    const auto* const from = x.derived().data();
    const Index stride = x.derived().innerStride();
    for (int i = 0; i < size; ++i) {
      destination[i] = static_cast<double>(from[i * stride]);
    }
  } else {
    VectorView<double, Size> values(destination, size);
    if constexpr (int{X::ColsAtCompileTime} == 1) {
      values.array() = x.derived().array().template cast<double>();
    } else {
      values.array() = x.derived().transpose().array().template cast<double>();
    }
  }
}

/// Values as a model of that scalar takes them: a vector of another scalar type is converted, as it is read;
/// a number is what it was.
template <class Scalar, Values X>
decltype(auto) values_as(const X& x) {
  if constexpr (!EigenExpression<X>) {
    return (x);
  } else if constexpr (std::is_same_v<typename X::Scalar, Scalar>) {
    return x.derived();
  } else {
    return x.derived().template cast<Scalar>();
  }
}

}  // namespace eddy

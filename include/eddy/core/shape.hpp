#pragma once

#include <eddy/core/error.hpp>

#include <Eigen/Core>

namespace eddy {

static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 0), "eddy needs Eigen 3.4.0 or newer");

/// A size that is known at run time only; the same value as `Eigen::Dynamic`.
inline constexpr int Dynamic = Eigen::Dynamic;

/// Counts values in memory; Eigen's type for sizes.
using Index = Eigen::Index;

/// Every block of memory starts on a cache line, whatever `-march` a translation unit was built with.
inline constexpr int alignment = 64;

/// A column of `Size` values.
template <class Scalar, int Size = Dynamic>
using Vector = Eigen::Matrix<Scalar, Size, 1>;

/// A matrix, column after column but for a single row.
template <class Scalar, int Rows = Dynamic, int Columns = Dynamic>
using Matrix =
    Eigen::Matrix<Scalar, Rows, Columns, (Rows == 1 && Columns != 1) ? Eigen::RowMajor : Eigen::ColMajor>;

/// `Type`, constant where `Scalar` is.
template <class Scalar, class Type>
using ConstantAs = std::conditional_t<std::is_const_v<Scalar>, const Type, Type>;

/// Memory of `Scalar*` or `const Scalar*`, seen as a vector. Layers see all vectors with sizes of run time,
/// whatever their type fixes: so all models of a program share one set of Eigen's expressions, which are what
/// compiling takes its time for.
template <class Scalar, int Size = Dynamic>
using VectorView = Eigen::Map<ConstantAs<Scalar, Vector<std::remove_const_t<Scalar>, Size>>>;

/// Memory of `Scalar*` or `const Scalar*`, seen as a matrix, column after column.
template <class Scalar>
using MatrixView = Eigen::Map<ConstantAs<Scalar, Matrix<std::remove_const_t<Scalar>>>>;

/// Arithmetic on sizes; `Dynamic` if any of them is.
constexpr int add(int a, int b) { return a == Dynamic || b == Dynamic ? Dynamic : a + b; }
/// The product of two sizes; `Dynamic` if any of them is.
constexpr int multiply(int a, int b) { return a == Dynamic || b == Dynamic ? Dynamic : a * b; }

/// Whether two sizes are, or at run time may be, the same.
constexpr bool agree(int a, int b) { return a == Dynamic || b == Dynamic || a == b; }

/// The same as a concept: an assertion of it that fails shows both numbers.
template <int Actual, int Expected>
concept Agreeing = agree(Actual, Expected);

/// What the type fixes, or `open` where it leaves that to run time.
constexpr int fixed_or(int fixed, int open) { return fixed == Dynamic ? open : fixed; }

/// The number of scalars, at least `count`, that fill whole cache lines.
template <class Scalar>
constexpr int padded(int count) {
  constexpr int line =
      alignment / static_cast<int>(sizeof(Scalar)) > 0 ? alignment / static_cast<int>(sizeof(Scalar)) : 1;
  return count == Dynamic ? Dynamic : (count + line - 1) / line * line;
}

/// Refuses a value that contradicts the one that the type fixes, and, if the type leaves it open, one
/// below 1.
template <int Fixed>
constexpr void check_fixed(const char* what, int value) {
  if (Fixed != Dynamic && value != Fixed) {
    fail(what, " is ", value, ", but the type fixes it to ", Fixed);
  }
  if (value < 1) {
    fail(what, " is ", value, ", expected at least 1");
  }
}

/// The widest layer: with it the count of a layer's parameters, 4 n (2 n + 1), still fits an int.
inline constexpr int widest_layer = 10000;

/// A width of a layer that the type fixes: takes no room, and refuses any other value.
template <int Size>
class Extent {
  static_assert(Size > 0 && Size <= widest_layer, "a layer is 1 to 10000 wide");

 public:
  constexpr Extent() = default;
  /// Refuses any other size; `what` names it.
  constexpr Extent(const char* what, int size) { check_fixed<Size>(what, size); }
  constexpr operator int() const { return Size; }
};

/// A width of a layer given at run time.
template <>
class Extent<Dynamic> {
 public:
  /// Refuses a size outside 1 to `widest_layer`; `what` names it.
  Extent(const char* what, int size) : size_(size) {
    if (size < 1 || size > widest_layer) {
      fail("the number of ", what, " is ", size, ", expected 1 to ", widest_layer);
    }
  }
  constexpr operator int() const { return size_; }

 private:
  int size_;
};

}  // namespace eddy

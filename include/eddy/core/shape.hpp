#pragma once

#include <eddy/core/error.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <limits>
#include <type_traits>

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

/// A scalar that the kernels and the tests know.
template <class Scalar>
concept FloatOrDouble = std::is_same_v<Scalar, float> || std::is_same_v<Scalar, double>;

/// Refuses any other scalar.
template <class Scalar>
constexpr bool assert_scalar() {
  static_assert(FloatOrDouble<Scalar>, "the scalar of a model, a layer or a scaler is float or double");
  return true;
}

/// The largest of all sizes: rounded up to whole cache lines, it still fits an int.
inline constexpr int largest_size = (std::numeric_limits<int>::max)() / alignment * alignment;

/// The largest number of steps, windows or streams: sums of a few of them still fit an int.
inline constexpr int largest_count = (1 << 30) - 1;

/// Refuses a size that is too large; not constexpr, so that a type with such a size does not compile.
[[noreturn]] inline void fail_because_a_size_overflows_an_int(const char* what, std::int64_t size) {
  fail(what, " is ", size, ", expected at most ", largest_size);
}

/// A size as an int; refuses one above `largest_size`, and `what` names it.
constexpr int checked_size(const char* what, std::int64_t size) {
  if (size > largest_size) {
    fail_because_a_size_overflows_an_int(what, size);
  }
  return static_cast<int>(size);
}

/// The sum of two sizes; `Dynamic` if any of them is. Refuses a sum above `largest_size`.
constexpr int add(int a, int b) {
  return a == Dynamic || b == Dynamic ? Dynamic : checked_size("a sum of sizes", std::int64_t{a} + b);
}
/// The product of two sizes; `Dynamic` if any of them is. Refuses a product above `largest_size`.
constexpr int multiply(int a, int b) {
  return a == Dynamic || b == Dynamic ? Dynamic : checked_size("a product of sizes", std::int64_t{a} * b);
}

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
  static_assert(assert_scalar<Scalar>());
  constexpr int line =
      alignment / static_cast<int>(sizeof(Scalar)) > 0 ? alignment / static_cast<int>(sizeof(Scalar)) : 1;
  return count == Dynamic ? Dynamic : (count + line - 1) / line * line;
}

/// Refuses a value that contradicts the one that the type fixes, and, if the type leaves it open, one
/// below 1 or above `largest_count`.
template <int Fixed>
constexpr void check_fixed(const char* what, int value) {
  if (Fixed != Dynamic && value != Fixed) {
    fail(what, " is ", value, ", but the type fixes it to ", Fixed);
  }
  if (value < 1) {
    fail(what, " is ", value, ", expected at least 1");
  }
  if (value > largest_count) {
    fail(what, " is ", value, ", expected at most ", largest_count);
  }
}

/// A size given at run time, which becomes 0 when its object is moved from: so an object whose memory has
/// moved away refuses the next sample, because it has the wrong size.
class LiveSize {
 public:
  /// Of that many.
  constexpr LiveSize(int size) : size_(size) {}
  /// A copy is as large.
  constexpr LiveSize(const LiveSize&) = default;
  /// A copy is as large.
  constexpr LiveSize& operator=(const LiveSize&) = default;
  /// Leaves 0 behind.
  constexpr LiveSize(LiveSize&& other) noexcept : size_(other.size_) { other.size_ = 0; }
  /// To itself, too, it becomes 0, as a `std::vector` that is moved to itself becomes empty.
  constexpr LiveSize& operator=(LiveSize&& other) noexcept {
    size_ = other.size_;
    other.size_ = 0;
    return *this;
  }
  ~LiveSize() = default;
  constexpr operator int() const { return size_; }

 private:
  int size_;
};

/// A size beside memory that lies in the object if `Inside`, and stays with it, or else on the heap.
template <bool Inside>
using SizeBeside = std::conditional_t<Inside, int, LiveSize>;

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

/// A width of a layer given at run time; 0 in a layer that was moved from.
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
  LiveSize size_;
};

}  // namespace eddy

#pragma once

#include <eddy/core/shape.hpp>

#include <type_traits>

namespace eddy {

/// Vectors of one or more streams, a column a stream, `stride` from column to column.
template <class Scalar>
struct Columns {
  Scalar* data = nullptr;  ///< the vector of the first stream; null for none
  Index stride = 0;        ///< from a vector to the next

  /// The vector of a stream.
  Scalar* column(int stream) const { return data + stream * stride; }

  /// The same vectors without their first `count` values.
  Columns from(Index count) const { return {data + count, stride}; }

  explicit operator bool() const { return data != nullptr; }
  operator Columns<const Scalar>() const requires(!std::is_const_v<Scalar>) { return {data, stride}; }
};

/// How many streams a layer works for, where it is one: known to the compiler.
using OneStream = std::integral_constant<int, 1>;

/// Whether there may be more streams than one.
template <class Streams>
inline constexpr bool several = !std::is_same_v<Streams, OneStream>;

/// A part of a column-major matrix, `stride` from column to column.
template <class Scalar>
struct MatrixPart {
  Scalar* data;       ///< the value at row 0, column 0
  int rows, columns;  ///< its size
  Index stride;       ///< from a column to the next

  /// Some of its rows.
  MatrixPart middle_rows(int first, int count) const { return {data + first, count, columns, stride}; }
  /// Some of its columns.
  MatrixPart middle_columns(int first, int count) const {
    return {data + first * stride, rows, count, stride};
  }
};

}  // namespace eddy

#pragma once

#include <eddy/core/layer.hpp>

#include <type_traits>
#include <utility>

namespace eddy {

// The three products of a recurrent layer. They work on pointers with sizes of run time and are compiled once
// a scalar type; blocks of fixed size, Eigen arrays of a few packets, stay in registers. Nothing is allocated
// at any size, which Eigen's own blocked product cannot promise.

/// Scalars in a vector register, under the flags of this translation unit.
template <class Scalar>
inline constexpr int packet = Eigen::internal::packet_traits<Scalar>::size;

template <class Scalar, int Size>
using Registers = Eigen::Array<Scalar, Size, 1>;

template <class Scalar, int Size>
using RegistersView = Eigen::Map<ConstantAs<Scalar, Registers<std::remove_const_t<Scalar>, Size>>>;

/// Calls function(0), …, function(Count − 1) with constants: an array that is only indexed by them stays in
/// registers.
template <int Count, class Function>
void unrolled(Function&& function) {
  [&]<int... k>(std::integer_sequence<int, k...>) { (function(std::integral_constant<int, k>()), ...); }
  (std::make_integer_sequence<int, Count>());
}

/// y = W v for `Size` rows at a time, from `row` on, then for what remains with half of it. W is
/// column-major, `stride` from column to column.
template <int Size, class Scalar>
void product_rows(const Scalar* W, Index stride, Index row, Index rows, const Scalar* v, Index columns,
                  Scalar* y) {
  for (; row + Size <= rows; row += Size) {
    Registers<Scalar, Size> sum = Registers<Scalar, Size>::Zero();
    const Scalar* weights = W + row;
    for (Index column = 0; column < columns; ++column, weights += stride) {
      sum += RegistersView<const Scalar, Size>(weights) * v[column];
    }
    RegistersView<Scalar, Size>(y + row) = sum;
  }
  if constexpr (Size > 1) {
    product_rows<Size / 2>(W, stride, row, rows, v, columns, y);
  }
}

/// y = W v: the product of a step, for all gates at once.
template <class Weights, class Input, class Output>
void product(const Weights& W, const Input& v, Output&& y) {
  using Scalar = typename Weights::Scalar;
  product_rows<8 * packet<Scalar>>(W.data(), W.outerStride(), 0, W.rows(), v.data(), W.cols(), y.data());
}

/// e = Wᵀ δ, or e += Wᵀ δ, for `Size` columns at a time, from `column` on, then for what remains with half of
/// them.
template <int Size, class Scalar>
void transposed_product_columns(const Scalar* W, Index stride, Index rows, const Scalar* delta, Index column,
                                Index columns, Scalar* e, bool accumulate) {
  constexpr int P = packet<Scalar>;
  for (; column + Size <= columns; column += Size) {
    Registers<Scalar, P> sums[Size];
    unrolled<Size>([&](auto k) { sums[k].setZero(); });
    const Scalar* weights = W + column * stride;
    Index row = 0;
    for (; row + P <= rows; row += P) {
      const Registers<Scalar, P> errors = RegistersView<const Scalar, P>(delta + row);
      unrolled<Size>(
          [&](auto k) { sums[k] += RegistersView<const Scalar, P>(weights + k * stride + row) * errors; });
    }
    unrolled<Size>([&](auto k) {
      Scalar sum = sums[k].sum();
      for (Index last = row; last < rows; ++last) {
        sum += weights[k * stride + last] * delta[last];
      }
      e[column + k] = accumulate ? e[column + k] + sum : sum;
    });
  }
  if constexpr (Size > 1) {
    transposed_product_columns<Size / 2>(W, stride, rows, delta, column, columns, e, accumulate);
  }
}

/// e = Wᵀ δ: the backward product of a step.
template <class Weights, class Error, class Output>
void transposed_product(const Weights& W, const Error& delta, Output&& e) {
  transposed_product_columns<4>(W.data(), W.outerStride(), W.rows(), delta.data(), 0, W.cols(), e.data(),
                                false);
}

/// e += Wᵀ δ.
template <class Weights, class Error, class Output>
void add_transposed_product(const Weights& W, const Error& delta, Output&& e) {
  transposed_product_columns<4>(W.data(), W.outerStride(), W.rows(), delta.data(), 0, W.cols(), e.data(),
                                true);
}

/// dW = Δ Vᵀ, or dW += Δ Vᵀ, for `Rows` rows by `Columns` columns of dW: the sum over the `steps` columns of
/// Δ and V, which lie `stride` apart.
template <int Rows, int Columns, class Scalar>
void window_product_block(const Scalar* delta, const Scalar* v, Index stride, int steps, Scalar* dW,
                          Index dW_stride, bool accumulate) {
  Registers<Scalar, Rows> sums[Columns];
  unrolled<Columns>([&](auto k) { sums[k].setZero(); });
  for (int step = 0; step < steps; ++step, delta += stride, v += stride) {
    const Registers<Scalar, Rows> errors = RegistersView<const Scalar, Rows>(delta);
    unrolled<Columns>([&](auto k) { sums[k] += errors * v[k]; });
  }
  unrolled<Columns>([&](auto k) {
    RegistersView<Scalar, Rows> result(dW + k * dW_stride);
    if (accumulate) {
      result += sums[k];
    } else {
      result = sums[k];
    }
  });
}

/// The same for all columns and `Rows` rows at a time, from `row` on, then for what remains with half of
/// them.
template <int Rows, class Scalar>
void window_product_rows(const Scalar* delta, const Scalar* v, Index stride, int steps, Scalar* dW,
                         Index dW_stride, Index row, Index rows, Index columns, bool accumulate) {
  for (; row + Rows <= rows; row += Rows) {
    Index column = 0;
    for (Index blocks = columns / 4; blocks > 0; --blocks, column += 4) {
      window_product_block<Rows, 4>(delta + row, v + column, stride, steps, dW + row + column * dW_stride,
                                    dW_stride, accumulate);
    }
    for (Index rest = columns % 4; rest > 0; --rest, ++column) {
      window_product_block<Rows, 1>(delta + row, v + column, stride, steps, dW + row + column * dW_stride,
                                    dW_stride, accumulate);
    }
  }
  if constexpr (Rows > 1) {
    window_product_rows<Rows / 2>(delta, v, stride, steps, dW, dW_stride, row, rows, columns, accumulate);
  }
}

/// dW = Σ_t δ_t v_tᵀ over the columns of a sweep (dW += … if `accumulate`): ONE matrix product over the
/// window, Δ Vᵀ. `delta` and `v` are the rows that the two take in the tape's first column.
template <class Scalar, class Gradient, class Delta, class Input>
void window_product(const Sweep<Scalar>& sweep, const Slots& slots, const Delta& delta, const Input& v,
                    Gradient&& dW, bool accumulate) {
  slots.for_each_run([&](int first, int count) {
    const Index offset = first * sweep.stride;
    window_product_rows<2 * packet<Scalar>>(delta.data() + offset, v.data() + offset, sweep.stride, count,
                                            dW.data(), dW.outerStride(), 0, delta.size(), v.size(),
                                            accumulate);
    accumulate = true;
  });
}

}  // namespace eddy

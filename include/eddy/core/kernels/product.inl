// One of the texts that core/kernels.hpp compiles for every target: the three products of a layer. Matrices
// are column-major. What does not fill a register of `Lanes` numbers is done by narrower ones.

/// a · b, in sums that do not wait for one another.
template <class Scalar, int Lanes>
EDDY_SHARED Scalar dot(const Scalar* a, const Scalar* b, Index size) {
  using S = Simd<Scalar, Lanes>;
  constexpr int Parts = 4;
  typename S::Pack sums[Parts] = {};
  Index k = 0;
  for (; k + Parts * Lanes <= size; k += Parts * Lanes) {
    EDDY_UNROLL for (int part = 0; part < Parts; ++part) {
      sums[part] += S::load(a + k + part * Lanes) * S::load(b + k + part * Lanes);
    }
  }
  for (; k + Lanes <= size; k += Lanes) {
    sums[0] += S::load(a + k) * S::load(b + k);
  }
  Scalar rest = 0;
  for (; k < size; ++k) {
    rest += a[k] * b[k];
  }
  return S::sum((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest;
}

/// φ(W v) for `Tall` packs of rows and `Wide` streams. With few sums, columns are dealt out to `Parts` of
/// them: a sum waits for the one before.
template <class Scalar, int Lanes, int Tall, int Wide, int Parts, Elementwise Phi>
EDDY_INLINE void product_tile(const Scalar* W, Index stride, int columns, const Scalar* v, Index v_stride,
                              Scalar* y, Index y_stride, bool add) {
  using S = Simd<Scalar, Lanes>;
  typename S::Pack sums[Parts][Wide][Tall] = {};
  int column = 0;
  for (; column + Parts <= columns; column += Parts) {
    EDDY_UNROLL for (int part = 0; part < Parts; ++part) {
      typename S::Pack weights[Tall];
      EDDY_UNROLL for (int k = 0; k < Tall; ++k) { weights[k] = S::load(W + k * Lanes); }
      EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
        const Scalar value = v[s * v_stride + column + part];
        EDDY_UNROLL for (int k = 0; k < Tall; ++k) { sums[part][s][k] += weights[k] * value; }
      }
      W += stride;
    }
  }
  for (; column < columns; ++column, W += stride) {
    EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
      EDDY_UNROLL for (int k = 0; k < Tall; ++k) {
        sums[0][s][k] += S::load(W + k * Lanes) * v[s * v_stride + column];
      }
    }
  }
  EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
    EDDY_UNROLL for (int k = 0; k < Tall; ++k) {
      typename S::Pack sum = sums[0][s][k];
      EDDY_UNROLL for (int part = 1; part < Parts; ++part) { sum += sums[part][s][k]; }
      Scalar* const at = y + s * y_stride + k * Lanes;
      S::store(at, S::template activate<Phi>(add ? S::load(at) + sum : sum));
    }
  }
}

/// The same for all streams.
template <class Scalar, int Lanes, int Tall, int Parts, Elementwise Phi, class Streams>
EDDY_INLINE void product_rows(const Scalar* W, Index stride, int columns, Columns<const Scalar> v,
                              Columns<Scalar> y, Streams streams, bool add) {
  constexpr int Wide = EDDY_REGISTERS == 32 ? 6 : 4, Most = EDDY_REGISTERS == 32 ? 4 : 2,
                Low = Tall < Most ? Tall : Most;
  int s = 0;
  if constexpr (several<Streams>) {
    for (; s + Wide <= streams; s += Wide) {
      EDDY_UNROLL for (int k = 0; k < Tall; k += Low) {
        product_tile<Scalar, Lanes, Low, Wide, 1, Phi>(W + k * Lanes, stride, columns, v.column(s), v.stride,
                                                       y.column(s) + k * Lanes, y.stride, add);
      }
    }
  }
  for (; s < streams; ++s) {
    product_tile<Scalar, Lanes, Tall, 1, Parts, Phi>(W, stride, columns, v.column(s), 0, y.column(s), 0, add);
  }
}

/// The same for all rows.
template <class Scalar, int Lanes, Elementwise Phi, class Streams>
EDDY_SHARED void product_all(const Scalar* W, Index stride, int rows, int columns, Columns<const Scalar> v,
                             Columns<Scalar> y, Streams streams, bool add, int row = 0) {
  if constexpr (Lanes == EDDY_BYTES / sizeof(Scalar)) {
    if constexpr (!several<Streams> && Phi == Elementwise::identity) {
      // Columns a page or more apart are fetched a few lines at a time: the more rows, the better.
      constexpr int Tallest = EDDY_REGISTERS == 32 ? 16 : 12;
      if (stride * static_cast<Index>(sizeof(Scalar)) >= 4096) {
        for (; row + Tallest * Lanes <= rows; row += Tallest * Lanes) {
          product_rows<Scalar, Lanes, Tallest, 1, Phi>(W + row, stride, columns, v, y.from(row), streams,
                                                       add);
        }
      }
    }
    for (; row + 8 * Lanes <= rows; row += 8 * Lanes) {
      product_rows<Scalar, Lanes, 8, 1, Phi>(W + row, stride, columns, v, y.from(row), streams, add);
    }
    for (; row + 2 * Lanes <= rows; row += 2 * Lanes) {
      product_rows<Scalar, Lanes, 2, 2, Phi>(W + row, stride, columns, v, y.from(row), streams, add);
    }
  }
  for (; row + Lanes <= rows; row += Lanes) {
    product_rows<Scalar, Lanes, 1, 4, Phi>(W + row, stride, columns, v, y.from(row), streams, add);
  }
  if constexpr (Lanes > 1) {
    if (row < rows) {
      product_all<Scalar, narrower<Lanes>, Phi>(W, stride, rows, columns, v, y, streams, add, row);
    }
  }
}

/// Wᵀδ for `Tall` columns of W and `Wide` streams; what is left of the rows stands at the end of `rest`, the
/// other lanes of which are zero.
template <class Scalar, int Lanes, int Tall, int Wide>
EDDY_INLINE void transposed_sums(const Scalar* W, Index stride, int rows, const Scalar* delta,
                                 Index delta_stride, typename Simd<Scalar, Lanes>::Pack* sums) {
  using S = Simd<Scalar, Lanes>;
  EDDY_UNROLL for (int k = 0; k < Tall * Wide; ++k) { sums[k] = typename S::Pack{}; }
  int row = 0;
  for (; row + Lanes <= rows; row += Lanes) {
    typename S::Pack errors[Wide];
    EDDY_UNROLL for (int s = 0; s < Wide; ++s) { errors[s] = S::load(delta + s * delta_stride + row); }
    EDDY_UNROLL for (int k = 0; k < Tall; ++k) {
      const typename S::Pack weights = S::load(W + k * stride + row);
      EDDY_UNROLL for (int s = 0; s < Wide; ++s) { sums[s * Tall + k] += weights * errors[s]; }
    }
  }
  if (row < rows) {  // the last pack of rows once more, but without what was summed already
    typename S::Pack errors[Wide];
    EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
      Scalar rest[Lanes] = {};
      for (int r = row; r < rows; ++r) {
        rest[Lanes - (rows - r)] = delta[s * delta_stride + r];
      }
      errors[s] = S::load(rest);
    }
    EDDY_UNROLL for (int k = 0; k < Tall; ++k) {
      const typename S::Pack weights = S::load(W + k * stride + rows - Lanes);
      EDDY_UNROLL for (int s = 0; s < Wide; ++s) { sums[s * Tall + k] += weights * errors[s]; }
    }
  }
}

/// e = Wᵀδ for all columns and streams; there are at least `Lanes` rows.
template <class Scalar, int Lanes, class Streams>
EDDY_SHARED void transposed_product_all(const Scalar* W, Index stride, int rows, int columns,
                                        Columns<const Scalar> delta, Columns<Scalar> e, Streams streams,
                                        bool add) {
  using S = Simd<Scalar, Lanes>;
  constexpr int Wide = 4, Few = Lanes < 4 ? Lanes : 4;
  int column = 0;
  for (; column + Lanes <= columns; column += Lanes) {
    int s = 0;
    if constexpr (several<Streams> && Lanes >= 4) {
      for (; s + Wide <= streams; s += Wide) {
        EDDY_UNROLL for (int k = 0; k < Lanes; k += Few) {
          typename S::Pack sums[Few * Wide];
          transposed_sums<Scalar, Lanes, Few, Wide>(W + (column + k) * stride, stride, rows, delta.column(s),
                                                    delta.stride, sums);
          EDDY_UNROLL for (int j = 0; j < Wide; ++j) {
            EDDY_UNROLL for (int i = 0; i < Few; ++i) {
              Scalar& at = e.column(s + j)[column + k + i];
              at = (add ? at : 0) + S::sum(sums[j * Few + i]);
            }
          }
        }
      }
    }
    for (; s < streams; ++s) {
      typename S::Pack sums[Lanes];
      transposed_sums<Scalar, Lanes, Lanes, 1>(W + column * stride, stride, rows, delta.column(s), 0, sums);
      Scalar* const at = e.column(s) + column;
      const typename S::Pack sum = sums_of<Scalar, Lanes>(sums);
      S::store(at, add ? S::load(at) + sum : sum);
    }
  }
  for (; column < columns; ++column) {
    for (int s = 0; s < streams; ++s) {
      typename S::Pack sum[1];
      transposed_sums<Scalar, Lanes, 1, 1>(W + column * stride, stride, rows, delta.column(s), 0, sum);
      Scalar& at = e.column(s)[column];
      at = (add ? at : 0) + S::sum(sum[0]);
    }
  }
}

/// Picks the widest registers that the rows fill.
template <class Scalar, int Lanes, class Streams>
EDDY_INLINE void transposed_product_rows(const Scalar* W, Index stride, int rows, int columns,
                                         Columns<const Scalar> delta, Columns<Scalar> e, Streams streams,
                                         bool add) {
  if constexpr (Lanes > 1) {
    if (rows < Lanes) {
      transposed_product_rows<Scalar, narrower<Lanes>>(W, stride, rows, columns, delta, e, streams, add);
      return;
    }
  }
  transposed_product_all<Scalar, Lanes>(W, stride, rows, columns, delta, e, streams, add);
}

/// Δ Vᵀ for `Tall` packs of rows and `Wide` columns, summed over `steps` columns of the tape.
template <class Scalar, int Lanes, int Tall, int Wide>
EDDY_INLINE void window_tile(const Scalar* delta, const Scalar* v, Index stride, int steps, Scalar* dW,
                             Index dW_stride, bool add) {
  using S = Simd<Scalar, Lanes>;
  typename S::Pack sums[Wide][Tall];
  EDDY_UNROLL for (int j = 0; j < Wide; ++j) {
    EDDY_UNROLL for (int k = 0; k < Tall; ++k) {
      sums[j][k] = add ? S::load(dW + j * dW_stride + k * Lanes) : typename S::Pack{};
    }
  }
  for (int step = 0; step < steps; ++step, delta += stride, v += stride) {
    typename S::Pack errors[Tall];
    EDDY_UNROLL for (int k = 0; k < Tall; ++k) { errors[k] = S::load(delta + k * Lanes); }
    EDDY_UNROLL for (int j = 0; j < Wide; ++j) {
      EDDY_UNROLL for (int k = 0; k < Tall; ++k) { sums[j][k] += errors[k] * v[j]; }
    }
  }
  EDDY_UNROLL for (int j = 0; j < Wide; ++j) {
    EDDY_UNROLL for (int k = 0; k < Tall; ++k) { S::store(dW + j * dW_stride + k * Lanes, sums[j][k]); }
  }
}

/// The same for all columns.
template <class Scalar, int Lanes, int Tall>
EDDY_INLINE void window_columns(const Scalar* delta, const Scalar* v, Index stride, int steps, Scalar* dW,
                                Index dW_stride, int columns, bool add) {
  constexpr int Wide = EDDY_REGISTERS == 32 ? 6 : 4;
  int column = 0;
  for (; column + Wide <= columns; column += Wide) {
    window_tile<Scalar, Lanes, Tall, Wide>(delta, v + column, stride, steps, dW + column * dW_stride,
                                           dW_stride, add);
  }
  for (; column < columns; ++column) {
    window_tile<Scalar, Lanes, Tall, 1>(delta, v + column, stride, steps, dW + column * dW_stride, dW_stride,
                                        add);
  }
}

/// The same for all rows.
template <class Scalar, int Lanes>
EDDY_SHARED void window_rows(const Scalar* delta, const Scalar* v, Index stride, int steps, Scalar* dW,
                             Index dW_stride, int rows, int columns, bool add, int row = 0) {
  constexpr int Tall = EDDY_REGISTERS == 32 ? 4 : 2;
  if constexpr (Lanes == EDDY_BYTES / sizeof(Scalar)) {
    for (; row + Tall * Lanes <= rows; row += Tall * Lanes) {
      window_columns<Scalar, Lanes, Tall>(delta + row, v, stride, steps, dW + row, dW_stride, columns, add);
    }
  }
  for (; row + Lanes <= rows; row += Lanes) {
    window_columns<Scalar, Lanes, 1>(delta + row, v, stride, steps, dW + row, dW_stride, columns, add);
  }
  if constexpr (Lanes > 1) {
    if (row < rows) {
      window_rows<Scalar, narrower<Lanes>>(delta, v, stride, steps, dW, dW_stride, rows, columns, add, row);
    }
  }
}

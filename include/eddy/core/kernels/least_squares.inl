// One of the texts that core/kernels.hpp compiles for every target: what recursive least squares does to a
// triangular matrix. It lies in blocks of `Line` columns, side by side; block b has (b + 1) Line rows, so
// that there is hardly a zero in memory.

/// f = Sᵀx.
template <class Scalar, int Lanes>
EDDY_SHARED void triangle_product(const Scalar* S, int blocks, const Scalar* x, Scalar* f) {
  constexpr int Line = padded<Scalar>(1);
  for (int b = 0; b < blocks; ++b) {
    const int rows = (b + 1) * Line;
    transposed_product_all<Scalar, Lanes>(S, rows, rows, Line, {x, 0}, {f + b * Line, 0}, OneStream(), false);
    S += rows * Line;
  }
}

/// S ← c S − d g, g ← g + f S, column by column, for `Tall` packs of rows and all blocks from `first` on, at
/// which S is.
template <class Scalar, int Lanes, int Tall>
EDDY_INLINE void triangle_rows(Scalar* S, int first, int last, const TriangleUpdate<Scalar>& update,
                               Scalar* g) {
  using P = Simd<Scalar, Lanes>;
  constexpr int Line = padded<Scalar>(1);
  typename P::Pack sums[Tall];
  EDDY_UNROLL for (int k = 0; k < Tall; ++k) { sums[k] = P::load(g + k * Lanes); }
  for (int b = first; b < last; ++b) {
    const int rows = (b + 1) * Line;
    for (int column = b * Line; column < rows; ++column, S += rows) {
      const Scalar f = update.f[column], c = update.c[column], d = update.d[column];
      EDDY_UNROLL for (int k = 0; k < Tall; ++k) {
        const typename P::Pack s = P::load(S + k * Lanes);
        P::store(S + k * Lanes, s * c - sums[k] * d);
        sums[k] += s * f;
      }
    }
  }
  EDDY_UNROLL for (int k = 0; k < Tall; ++k) { P::store(g + k * Lanes, sums[k]); }
}

/// The same for all rows. Sums wait for one another, so several lines of rows go together where they can.
template <class Scalar, int Lanes>
EDDY_SHARED void triangle_update(const TriangleUpdate<Scalar>& update) {
  constexpr int Line = padded<Scalar>(1), Packs = Line / Lanes, Tall = Packs > 8 ? Packs : 8,
                Lines = Tall / Packs;
  // where the part of block b begins that starts at row `line`
  const auto at = [&](int b, int line) {
    return update.S + (static_cast<Index>(b) * (b + 1) / 2 * Line + line) * Line;
  };
  for (int line = 0; line < update.blocks; line += Lines) {
    const int end = line + Lines < update.blocks ? line + Lines : update.blocks;
    for (int l = line; l < end; ++l) {
      const int first = l < update.first ? update.first : l;
      if (first < end) {
        triangle_rows<Scalar, Lanes, Packs>(at(first, l), first, end, update, update.g + l * Line);
      }
    }
    const int first = end < update.first ? update.first : end;
    if (first < update.blocks) {
      triangle_rows<Scalar, Lanes, Tall>(at(first, line), first, update.blocks, update,
                                         update.g + line * Line);
    }
  }
}

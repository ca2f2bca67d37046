#pragma once

#include <eddy/core/columns.hpp>
#include <eddy/core/random.hpp>
#include <eddy/core/shape.hpp>

#include <algorithm>

namespace eddy {

// What cells have in common: one matrix W [gates · hidden, inputs + hidden + 1], column-major, over [x; h;
// 1].

/// v = [x; h; 1], for each of the streams.
template <class Scalar, class Streams>
void fuse(const Columns<const Scalar>& x, int inputs, const Columns<Scalar>& h, int hidden,
          const Columns<Scalar>& v, Streams streams) {
  for (int s = 0; s < streams; ++s) {
    Scalar* const to = v.column(s);
    std::copy_n(x.column(s), inputs, to);
    std::copy_n(h.column(s), hidden, to + inputs);
    to[inputs + hidden] = 1;
  }
}

/// W as the kernels take it.
template <class Scalar>
MatrixPart<Scalar> fused(Scalar* parameters, int rows, int columns) {
  return {parameters, rows, columns, rows};
}

/// Glorot-uniform for x, gate by gate, orthogonal for h, biases 0.
template <class Weights>
void initialize_fused(Weights W, int hidden, Random& random) {
  const Index inputs = W.cols() - hidden - 1;
  for (Index row = 0; row < W.rows(); row += hidden) {
    glorot_uniform(W.block(row, 0, hidden, inputs), random);
    orthogonal(W.block(row, inputs, hidden, hidden), random);
  }
  W.col(inputs + hidden).setZero();
}

/// Visits the parts of W by their names.
template <class Memory, class Visit>
void visit_fused(Memory* parameters, int rows, int inputs, int hidden, Visit&& visit) {
  visit("weight_ih", parameters, rows, inputs);
  visit("weight_hh", parameters + rows * inputs, rows, hidden);
  visit("bias", parameters + rows * (inputs + hidden), rows, 1);
}

}  // namespace eddy

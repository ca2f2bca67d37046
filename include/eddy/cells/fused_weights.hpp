#pragma once

#include <eddy/core/random.hpp>
#include <eddy/core/shape.hpp>

namespace eddy {

// What cells have in common: one matrix W [gates · hidden, inputs + hidden + 1], column-major, over [x; h;
// 1].

/// v = [x; h; 1].
template <class Scalar, class State, class Fused>
void fuse(const Scalar* x, const State& h, Fused& v) {
  const Index inputs = v.size() - h.size() - 1;
  v.head(inputs) = VectorView<const Scalar>(x, inputs);
  v.segment(inputs, h.size()) = h;
  v(v.size() - 1) = 1;
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

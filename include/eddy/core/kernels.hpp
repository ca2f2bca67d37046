#pragma once

#include <eddy/core/layer.hpp>

namespace eddy {

/// y = W v. One matrix–vector product for all gates of a step.
template <class Weights, class Input, class Output>
void product(const Weights& W, const Input& v, Output&& y) {
  y.noalias() = W * v;
}

/// e = Wᵀ δ. The backward product of a step.
template <class Weights, class Error, class Output>
void transposed_product(const Weights& W, const Error& delta, Output&& e) {
  e.noalias() = W.transpose() * delta;
}

/// e += Wᵀ δ.
template <class Weights, class Error, class Output>
void add_transposed_product(const Weights& W, const Error& delta, Output&& e) {
  e.noalias() += W.transpose() * delta;
}

/// dW = Σ_t δ_t v_tᵀ over the columns of a sweep (dW += … if `accumulate`): ONE matrix product over the
/// window, Δ Vᵀ. `delta` and `v` are the rows that the two take in the tape's first column. Eigen's blocked
/// product would allocate for large matrices, so the sum over the window, which is short, runs inside each
/// coefficient instead.
template <class Scalar, class Gradient, class Delta, class Input>
void window_product(const Sweep<Scalar>& sweep, const Slots& slots, const Delta& delta, const Input& v,
                    Gradient&& dW, bool accumulate) {
  slots.for_each_run([&](int first, int count) {
    using Errors = ColumnsView<const Scalar, Delta::RowsAtCompileTime>;
    using Inputs = ColumnsView<const Scalar, Input::RowsAtCompileTime>;
    const Errors errors(delta.data() + first * sweep.stride, delta.rows(), count,
                        Eigen::OuterStride<>(sweep.stride));
    const Inputs inputs(v.data() + first * sweep.stride, v.rows(), count, Eigen::OuterStride<>(sweep.stride));
    if (accumulate) {
      dW += errors.lazyProduct(inputs.transpose());
    } else {
      dW = errors.lazyProduct(inputs.transpose());
    }
    accumulate = true;
  });
}

}  // namespace eddy

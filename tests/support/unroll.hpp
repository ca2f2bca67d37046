#pragma once

#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>

#include <vector>

namespace eddy::testing {

/// A layer run over a whole sequence, forward and back, without anything of the library but the layer itself.
template <Layer L>
struct Unrolled {
  using Scalar = typename L::Scalar;
  using Values = Matrix<Scalar>;

  Values outputs;                        ///< [outputs, steps]
  Vector<Scalar> gradient;               ///< dL/d(parameters)
  Values input_errors;                   ///< dL/dx, [inputs, steps]
  Vector<Scalar> state_error;            ///< dL/d(initial state)
  Vector<Scalar> state;                  ///< after the last step
  std::vector<Vector<Scalar>> restored;  ///< the state before each step, as `restore` tells it
  std::vector<Vector<Scalar>> states;    ///< the state before each step, as it was
};

/// L = Σ_t errors_t · y_t: `errors` [outputs, steps] is dL/dy; steps where `has_error` is false pass no error
/// at all.
template <Layer L>
Unrolled<L> unroll(const L& layer, const Vector<typename L::Scalar>& parameters,
                   const Matrix<typename L::Scalar>& x, const Vector<typename L::Scalar>& initial_state,
                   const Matrix<typename L::Scalar>& errors, const std::vector<bool>& has_error,
                   int newest = -1) {
  using Scalar = typename L::Scalar;
  const LayerSizes sizes = layer.sizes();
  const int steps = static_cast<int>(x.cols());
  Storage<Scalar, Dynamic> tape(Index{sizes.column} * steps), state(sizes.state), state_error(sizes.state),
      error(sizes.outputs), input(sizes.inputs), input_error(sizes.inputs), weights(sizes.parameters),
      gradient(sizes.parameters);
  VectorView<Scalar>(weights.data(), sizes.parameters) = parameters;
  VectorView<Scalar>(state.data(), sizes.state) = initial_state;

  Unrolled<L> result;
  result.outputs.resize(sizes.outputs, steps);
  result.input_errors.setZero(sizes.inputs, steps);
  for (int t = 0; t < steps; ++t) {
    VectorView<Scalar>(input.data(), sizes.inputs) = x.col(t);
    result.states.push_back(VectorView<Scalar>(state.data(), sizes.state));
    Scalar* const column = tape.data() + Index{t} * sizes.column;
    result.outputs.col(t) = VectorView<const Scalar>(
        layer.forward(weights.data(), {input.data(), 0}, {state.data(), 0}, {column, 0}, OneStream()).data,
        sizes.outputs);
    result.restored.emplace_back(sizes.state);
    layer.restore(column, result.restored.back().data());
  }
  result.state = VectorView<Scalar>(state.data(), sizes.state);

  if (newest < 0) {
    newest = steps - 1;
  }
  int first_error = newest, last_error = newest;
  for (int t = 0; t <= newest; ++t) {
    first_error = has_error[static_cast<std::size_t>(t)] ? (std::min)(first_error, t) : first_error;
  }
  for (int t = newest; t >= 0; --t) {
    const bool here = has_error[static_cast<std::size_t>(t)];
    VectorView<Scalar>(error.data(), sizes.outputs) = errors.col(t);
    if (layer.backward(weights.data(), {tape.data() + Index{t} * sizes.column, 0}, {state_error.data(), 0},
                       {here ? error.data() : nullptr, 0}, {input_error.data(), 0}, OneStream())) {
      result.input_errors.col(t) = VectorView<Scalar>(input_error.data(), sizes.inputs);
    }
  }
  layer.gradient(Sweep<Scalar>{tape.data(), sizes.column, Slots{0, newest + 1, steps},
                               Slots{first_error, last_error - first_error + 1, steps}},
                 gradient.data(), false);
  result.gradient = VectorView<Scalar>(gradient.data(), sizes.parameters);
  result.state_error = VectorView<Scalar>(state_error.data(), sizes.state);
  return result;
}

/// The same with error at every step.
template <Layer L>
Unrolled<L> unroll(const L& layer, const Vector<typename L::Scalar>& parameters,
                   const Matrix<typename L::Scalar>& x, const Vector<typename L::Scalar>& initial_state,
                   const Matrix<typename L::Scalar>& errors) {
  return unroll(layer, parameters, x, initial_state, errors,
                std::vector<bool>(static_cast<std::size_t>(x.cols()), true));
}

/// Values in [−limit, limit), the same on every run.
template <class Scalar>
Matrix<Scalar> random_matrix(int rows, int columns, std::uint64_t seed, double limit = 1) {
  Random random(seed);
  return Matrix<Scalar>::NullaryExpr(rows, columns,
                                     [&] { return static_cast<Scalar>(random.uniform(limit)); });
}

template <class Scalar>
Vector<Scalar> random_vector(int size, std::uint64_t seed, double limit = 1) {
  return random_matrix<Scalar>(size, 1, seed, limit);
}

}  // namespace eddy::testing

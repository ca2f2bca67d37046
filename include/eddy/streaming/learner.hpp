#pragma once

#include <eddy/core/shape.hpp>
#include <eddy/target.hpp>

#include <concepts>

namespace eddy {

/// What learns from a stream, one sample at a time, by the verbs of `Online`: a network, a linear head, a
/// pipeline around either, a mixture of several. What is written for a learner composes with all of them.
///
/// - `step(x)` takes a sample and returns the prediction, `prediction()` has it until the next step; NaN
/// where
///   x cannot be used.
/// - `partial_fit(at(t), y)` learns from the label of step t, one of the newest `window()`; `partial_fit(y)`
///   from that of the newest, `partial_fit(x, y)` takes a step first. NaN in y is a missing label.
/// - `predict(x)` is what `step(x)` would return, and changes nothing.
/// - `time()` counts steps from 1; `reset()` forgets the stream and keeps what was learned, and time goes on.
///
/// Sizes are `M::Inputs` and `M::Outputs`, `Dynamic` where they are known at run time only, and `inputs()`,
/// `outputs()`. A type that fixes its window may say so as `M::WindowAtCompileTime`: what keeps something for
/// each step then needs no heap. Nothing is allocated after construction; a copy goes on by itself, like the
/// original.
template <class M>
concept Learner = requires(M& model, const M& constant, const Vector<typename M::Scalar>& values) {
  { M::Inputs } -> std::convertible_to<int>;
  { M::Outputs } -> std::convertible_to<int>;
  { constant.inputs() } -> std::same_as<int>;
  { constant.outputs() } -> std::same_as<int>;
  { constant.window() } -> std::same_as<int>;
  { constant.time() } -> std::same_as<std::int64_t>;
  { constant.prediction()(0) } -> std::convertible_to<typename M::Scalar>;
  { constant.predict(values)(0) } -> std::convertible_to<typename M::Scalar>;
  { model.step(values)(0) } -> std::convertible_to<typename M::Scalar>;
  model.partial_fit(values);
  model.partial_fit(values, values);
  model.partial_fit(at(1), values);
  model.reset();
};

/// The window of a learner, where its type fixes it as `M::WindowAtCompileTime`.
template <class M>
inline constexpr int window_at_compile_time = [] {
  if constexpr (requires { M::WindowAtCompileTime; }) {
    return M::WindowAtCompileTime;
  } else {
    return Dynamic;
  }
}();

}  // namespace eddy

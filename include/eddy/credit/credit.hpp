#pragma once

#include <eddy/core/touched.hpp>

#include <cstdint>

namespace eddy {

/// How error reaches the past. A credit rule is a struct of settings, `window` and `stride` among them (and
/// what the type fixes of them), and `slots()`, how many steps a stream keeps, whose `check()` refuses what
/// cannot be, and whose `Tape<Network>` is what one stream remembers:
///
/// - `next_input()` and `step` take a step forward; `time()`, `holds(t)`, `is_gap(t)` and `prediction(t)`
/// tell
///   what became of it;
/// - `enter(t, error)` puts dL/d(prediction) in at step t;
/// - `due()` tells whether it is time to learn;
/// - `sweep` writes, or adds, the gradient of the parameters that the errors so far amount to, and notes the
///   sparse columns that it went through.
template <class C, class Network>
concept CreditFor = requires(const C& rule, typename C::template Tape<Network>& tape, const Network& network,
                             const typename Network::Scalar* constant, typename Network::Scalar* memory,
                             const Vector<typename Network::Scalar>& error, std::int64_t step,
                             Touched<Network>& touched) {
  { C::WindowAtCompileTime } -> std::convertible_to<int>;
  { C::StrideAtCompileTime } -> std::convertible_to<int>;
  { C::SlotsAtCompileTime } -> std::convertible_to<int>;
  { rule.slots() } -> std::convertible_to<int>;
  { rule.window } -> std::convertible_to<int>;
  { rule.stride } -> std::convertible_to<int>;
  rule.check();
  tape.reset();
  tape.begin(constant);
  { tape.next_input() } -> std::same_as<typename Network::Scalar*>;
  tape.step(network, constant);
  { tape.time() } -> std::same_as<std::int64_t>;
  { tape.holds(step) } -> std::same_as<bool>;
  { tape.is_gap(step) } -> std::same_as<bool>;
  tape.prediction(step);
  tape.enter(step, error);
  { tape.due() } -> std::same_as<bool>;
  tape.sweep(network, constant, typename Network::Scalar(1), memory, true, touched);
};

}  // namespace eddy

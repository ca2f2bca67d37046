#pragma once

#include <eddy/core/columns.hpp>
#include <eddy/core/random.hpp>
#include <eddy/core/shape.hpp>

#include <concepts>

namespace eddy {

/// How much memory a layer works on, in scalars. A layer owns none of it.
struct LayerSizes {
  int inputs = Dynamic;      ///< the values of an input
  int outputs = Dynamic;     ///< the values of an output
  int parameters = Dynamic;  ///< its slice of the network's one flat vector
  int state = Dynamic;       ///< what it carries from step to step; 0 for a layer without memory
  int column =
      Dynamic;  ///< its slice of a tape column: what backward needs to know of one step, in whole cache lines

  /// Whether all of them are known at compile time.
  constexpr bool fixed() const { return column != Dynamic; }
  friend constexpr bool operator==(const LayerSizes&, const LayerSizes&) = default;
};

/// Some slots of a ring of tape columns, `count` of them from `first` on, running over the end to the
/// beginning.
struct Slots {
  int first = 0;  ///< the slot of the oldest of them
  int count = 0;  ///< how many they are
  int ring = 1;   ///< how many slots the ring has

  /// Calls `visit(first, count)` for each run of slots that lie side by side: one, or two where the ring
  /// closes. The order of columns does not matter to a sum over them, so a full ring is one run wherever it
  /// begins.
  template <class Visit>
  constexpr void for_each_run(Visit&& visit) const {
    if (count == ring) {
      visit(0, ring);
    } else if (first + count <= ring) {
      visit(first, count);
    } else {
      visit(first, ring - first);
      visit(0, first + count - ring);
    }
  }
};

/// The columns of a finished backward sweep, from which the weight gradients are summed.
template <class Scalar>
struct Sweep {
  const Scalar* tape;  ///< this layer's slice of the first column of the ring
  Index stride;        ///< from a column to the next
  Slots visited;       ///< the steps that error went back through
  Slots with_error;    ///< those of them where error entered at the top: enough for a layer without memory

  /// The sweep of a layer whose slice begins `offset` scalars further on.
  Sweep at(int offset) const { return {tape + offset, stride, visited, with_error}; }
};

/// What a network is made of. A layer holds its sizes and nothing else: parameters, state and tape are
/// arguments, so that one layer may run forward for one stream while it runs backward for another. All memory
/// is laid out by the layer, in `sizes()` scalars each; the scalar is float or double. Several streams under
/// one set of weights are columns side by side; their number is `OneStream` or an int.
///
/// - `forward`: one step. Reads x, carries `state` on, writes what backward needs to `tape`; returns where
///   the outputs lie.
/// - `backward`: one step of the sweep. `state_error` holds dL/d(state after the step) on entry, dL/d(state
///   before it) on return; `output_error` is dL/d(output), or null for zero; dL/dx is written to
///   `input_error` unless that is null. Returns false if all error was zero.
/// - `gradient`: after the sweep. Writes (adds, if `accumulate`) the sum over its columns to `gradient`,
///   which has the shape of the parameters.
/// - `restore`: writes the state that was before the step of a tape column.
/// - `initialize`: draws initial parameters.
/// - `visit_parameters`: calls visit(name, data, rows, columns) for each named part, column-major, in the
///   field's gate order.
template <class L>
concept Layer = requires(const L& layer, typename L::Scalar* memory, const typename L::Scalar* constant,
                         Columns<typename L::Scalar> columns, Columns<const typename L::Scalar> constants,
                         Random& random, const Sweep<typename L::Scalar>& sweep) {
  { L::Sizes } -> std::convertible_to<LayerSizes>;
  { L::recurrent } -> std::convertible_to<bool>;
  { layer.sizes() } -> std::same_as<LayerSizes>;
  {
    layer.forward(constant, constants, columns, columns, OneStream())
    } -> std::same_as<Columns<const typename L::Scalar>>;
  { layer.backward(constant, columns, columns, constants, columns, OneStream()) } -> std::same_as<bool>;
  layer.gradient(sweep, memory, true);
  layer.restore(constant, memory);
  layer.initialize(memory, random);
  layer.visit_parameters(memory, [](const char*, typename L::Scalar*, int, int) {});
}
&&assert_scalar<typename L::Scalar>() &&
    std::is_arithmetic_v<typename L::Scalar>;  // the one says it, the other keeps errors few

}  // namespace eddy

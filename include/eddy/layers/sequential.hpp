#pragma once

#include <eddy/core/kernels.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/touched.hpp>

#include <cstdint>
#include <tuple>
#include <utility>

namespace eddy {

/// Whether an int counts the parameters, the state and the tape column of the layers together; otherwise
/// calls refuse(what, size).
template <class Scalar, class Refuse>
constexpr bool stack_fits(std::initializer_list<LayerSizes> layers, Refuse&& refuse) {
  std::int64_t parameters = 0, state = 0, column = 0;
  for (const LayerSizes& layer : layers) {
    parameters += layer.parameters;
    state += layer.state;
    column += std::int64_t{layer.column} + padded<Scalar>(layer.inputs);
  }
  bool fits = true;
  const auto check = [&](const char* what, std::int64_t size) {
    if (size > largest_size) {
      refuse(what, size);
      fits = false;
    }
  };
  check("the number of parameters of all layers together", parameters);
  check("the size of the state of all layers together", state);
  check("the size of the tape column of all layers together", column);
  return fits;
}

/// Memory of the layers together; the tape column ends with room for the errors that pass between them.
template <class Scalar>
constexpr LayerSizes stacked(std::initializer_list<LayerSizes> layers) {
  LayerSizes sum{.inputs = layers.begin()->inputs, .outputs = 0, .parameters = 0, .state = 0, .column = 0};
  for (const LayerSizes& layer : layers) {
    sum.outputs = layer.outputs;
    sum.parameters += layer.parameters;
    sum.state += layer.state;
    sum.column += layer.column + padded<Scalar>(layer.inputs);
  }
  sum.column -= padded<Scalar>(sum.inputs);
  return sum;
}

/// Refuses what is no layer. An assertion for each, as compilers do not say which of several is none, and
/// why.
template <class L>
constexpr bool assert_layer() {
  static_assert(Layer<L>, "a Sequential is made of layers: this is none, for want of what is named below");
  return true;
}

/// Layers one above the other: each reads the output of the one before. Error flows through all of them and
/// through time.
///
/// Parameters, state and tape are those of the layers, one after the other. Throws where a layer's inputs are
/// not the outputs of the one before (at compile time where both are fixed).
///
/// Layers may be frozen and thawed while learning goes on: see `Online::freeze`.
template <class... Layers>
class Sequential {
  static_assert((assert_layer<Layers>() && ...));
  static_assert(sizeof...(Layers) > 0, "a Sequential needs at least one layer");
  static constexpr std::size_t Depth = sizeof...(Layers);
  template <std::size_t N>
  using LayerAt = std::tuple_element_t<N, std::tuple<Layers...>>;

 public:
  static constexpr const char* kind = "Sequential";
  using KindParts = Types<Layers...>;
  using Scalar = typename LayerAt<0>::Scalar;
  static_assert((std::is_same_v<Scalar, typename Layers::Scalar> && ...),
                "all layers of a network share one scalar type");
  static constexpr bool recurrent = (Layers::recurrent || ...);
  static constexpr int SparseColumns = [] {
    int sum = 0;
    ((sum = add(sum, sparse_columns_at_compile_time<Layers>())), ...);
    return sum;
  }();
  static constexpr LayerSizes Sizes = [] {
    if constexpr ((Layers::Sizes.fixed() && ...)) {
      constexpr bool fits = stack_fits<Scalar>({Layers::Sizes...}, [](auto...) {});
      static_assert(fits, "all layers together have more parameters or state than an int counts");
      if constexpr (!fits) {
        return LayerAt<0>::Sizes;  // that error is enough
      } else {
        return stacked<Scalar>({Layers::Sizes...});
      }
    } else {
      return LayerSizes{LayerAt<0>::Sizes.inputs, LayerAt<Depth - 1>::Sizes.outputs};
    }
  }();

  Sequential() { check(std::make_index_sequence<Depth - 1>()); }
  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {
    check(std::make_index_sequence<Depth - 1>());
    std::apply([](const auto&... layer) { stack_fits<Scalar>({layer.sizes()...}, checked_size); }, layers_);
  }

  /// The layer at position N, from the input on.
  template <std::size_t N>
  const LayerAt<N>& layer() const {
    return std::get<N>(layers_);
  }

  /// Freezes the layer at position N, or lets it learn again.
  template <std::size_t N>
  void freeze(bool frozen = true) {
    static_assert(N < Depth, "the network has no layer at that position");
    frozen_ = frozen ? frozen_ | bit(N) : frozen_ & ~bit(N);
  }

  /// Shows what must be kept to go on later, which layers are frozen: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("frozen", self.frozen_);
  }

  /// Whether the layer at position N does not learn: by its type, or because it was frozen.
  template <std::size_t N>
  constexpr bool is_frozen() const {
    return (frozen_ & bit(N)) != 0 || !eddy::learns(layer<N>());
  }

  /// Whether any layer learns.
  constexpr bool learns() const { return lowest() < Depth; }

  /// Whether a layer with memory is among those that error passes on its way down.
  constexpr bool reaches_back() const {
    const std::size_t from = lowest();
    return [&]<std::size_t... N>(std::index_sequence<N...>) {
      return ((N > from && LayerAt<N>::recurrent) || ...) ||
             ((N == from && eddy::reaches_back(layer<N>())) || ...);
    }
    (std::make_index_sequence<Depth>());
  }

  LayerSizes sizes() const {
    return std::apply([](const auto&... layer) { return stacked<Scalar>({layer.sizes()...}); }, layers_);
  }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    for_each_layer([&](const auto& layer) {
      const LayerSizes sizes = layer.sizes();
      x = layer.forward(parameters, x, state, tape, streams);
      parameters += sizes.parameters;
      state = state.from(sizes.state);
      tape = tape.from(sizes.column);
    });
    return x;
  }

  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    return backward_from<Depth - 1>(parameters, tape, state_error, output_error, input_error,
                                    tape.from(below<Depth>().column), lowest(), streams);
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    gradient_from<Depth - 1>(sweep, gradient, accumulate, lowest());
  }

  int sparse_columns() const {
    int sum = 0;
    for_each_layer([&](const auto& layer) { sum += eddy::sparse_columns(layer); });
    return sum;
  }

  template <class Visit>
  void visit_blocks(Visit&& visit) const {
    Index first = 0, run = 0, run_length = 0;  // dense blocks that lie side by side are one
    const auto end_run = [&] {
      if (run_length > 0) {
        visit(run, run_length, 0);
      }
      run_length = 0;
    };
    std::size_t position = 0;
    for_each_layer([&](const auto& layer) {
      const bool frozen = (frozen_ & bit(position++)) != 0;
      eddy::visit_blocks(layer, [&](Index begin, Index length, int columns) {
        if (columns > 0) {  // if it is frozen, none of them will be touched
          end_run();
          visit(first + begin, length, columns);
        } else if (!frozen) {
          if (run + run_length != first + begin) {
            end_run();
          }
          run = run_length > 0 ? run : first + begin;
          run_length += length;
        }
      });
      first += layer.sizes().parameters;
    });
    end_run();
  }

  template <class Visit>
  void touched(const Sweep<Scalar>& sweep, Visit&& visit) const {
    touched_from<Depth - 1>(sweep, lowest(), visit);
  }

  void restore(const Scalar* column, Scalar* state) const {
    for_each_layer([&](const auto& layer) {
      layer.restore(column, state);
      column += layer.sizes().column;
      state += layer.sizes().state;
    });
  }

  void initialize(Scalar* parameters, Random& random) const {
    for_each_layer([&](const auto& layer) {
      layer.initialize(parameters, random);
      parameters += layer.sizes().parameters;
    });
  }

  /// Names are "0.weight_ih", "1.weight", …: the layer's position, then its own name.
  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    int position = 0;
    for_each_layer([&](const auto& layer) {
      const std::string prefix = std::to_string(position++) + ".";
      layer.visit_parameters(parameters, [&](const std::string& name, Memory* data, int rows, int columns) {
        visit(prefix + name, data, rows, columns);
      });
      parameters += layer.sizes().parameters;
    });
  }

 private:
  static_assert(Depth <= 64, "a Sequential has at most 64 layers");
  static constexpr std::uint64_t bit(std::size_t position) { return std::uint64_t{1} << position; }

  /// The lowest layer that learns; the number of layers if none does. Below it no error is needed.
  constexpr std::size_t lowest() const {
    std::size_t found = Depth;
    [&]<std::size_t... N>(std::index_sequence<N...>) {
      ((found = is_frozen<Depth - 1 - N>() ? found : Depth - 1 - N), ...);
    }
    (std::make_index_sequence<Depth>());
    return found;
  }

  /// Sums over the layers under position N, without the room for errors.
  template <std::size_t N>
  LayerSizes below() const {
    LayerSizes sum{.inputs = 0, .outputs = 0, .parameters = 0, .state = 0, .column = 0};
    std::size_t position = 0;
    for_each_layer([&](const auto& layer) {
      if (position++ < N) {
        const LayerSizes sizes = layer.sizes();
        sum.parameters += sizes.parameters;
        sum.state += sizes.state;
        sum.column += sizes.column;
      }
    });
    return sum;
  }

  /// Goes down from layer N to the lowest that learns, or on if the error of the input is asked for;
  /// `passing` is the room for the error of layer N's input.
  template <std::size_t N, class Streams>
  bool backward_from(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                     Columns<const Scalar> output_error, Columns<Scalar> input_error, Columns<Scalar> passing,
                     std::size_t lowest, Streams streams) const {
    if (N < lowest && !input_error) {
      return false;
    }
    const LayerSizes offset = below<N>();
    const auto& layer = std::get<N>(layers_);
    const Columns<Scalar> own_input_error = N == 0                      ? input_error
                                            : N > lowest || input_error ? passing
                                                                        : Columns<Scalar>();
    const bool error = layer.backward(parameters + offset.parameters, tape.from(offset.column),
                                      state_error.from(offset.state), output_error, own_input_error, streams);
    if constexpr (N == 0) {
      return error;
    } else {
      return backward_from<N - 1>(parameters, tape, state_error,
                                  error ? own_input_error : Columns<const Scalar>(), input_error,
                                  passing.from(padded<Scalar>(layer.sizes().inputs)), lowest, streams);
    }
  }

  /// Goes down from layer N. Under a layer with memory every visited step carries error, above it only those
  /// where error entered.
  template <std::size_t N>
  void gradient_from(Sweep<Scalar> sweep, Scalar* gradient, bool accumulate, std::size_t lowest) const {
    if (N < lowest) {
      return;
    }
    const LayerSizes offset = below<N>();
    if (!is_frozen<N>()) {
      std::get<N>(layers_).gradient(sweep.at(offset.column), gradient + offset.parameters, accumulate);
    }
    if constexpr (N > 0) {
      if (LayerAt<N>::recurrent) {
        sweep.with_error = sweep.visited;
      }
      gradient_from<N - 1>(sweep, gradient, accumulate, lowest);
    }
  }

  /// Goes down from layer N, as the gradient does.
  template <std::size_t N, class Visit>
  void touched_from(Sweep<Scalar> sweep, std::size_t lowest, Visit&& visit) const {
    if (N < lowest) {
      return;
    }
    int first = 0;
    std::size_t position = 0;
    for_each_layer([&](const auto& layer) { first += position++ < N ? eddy::sparse_columns(layer) : 0; });
    if (!is_frozen<N>()) {
      visit_touched(std::get<N>(layers_), sweep.at(below<N>().column),
                    [&](int column) { visit(first + column); });
    }
    if constexpr (N > 0) {
      if (LayerAt<N>::recurrent) {
        sweep.with_error = sweep.visited;
      }
      touched_from<N - 1>(sweep, lowest, visit);
    }
  }

  template <class Function>
  void for_each_layer(Function&& function) const {
    std::apply([&](const auto&... layer) { (function(layer), ...); }, layers_);
  }

  template <std::size_t... N>
  void check(std::index_sequence<N...>) const {
    (check_pair<N>(), ...);
  }

  template <std::size_t N>
  void check_pair() const {
    constexpr int from = LayerAt<N>::Sizes.outputs, to = LayerAt<N + 1>::Sizes.inputs;
    static_assert(Agreeing<to, from>, "the inputs of a layer are not the outputs of the layer below it");
    if (const int outputs = layer<N>().sizes().outputs, inputs = layer<N + 1>().sizes().inputs;
        outputs != inputs) {
      fail("layer ", N + 1, " takes ", inputs, " inputs, but layer ", N, " has ", outputs, " outputs");
    }
  }

  [[no_unique_address]] std::tuple<Layers...> layers_;
  std::uint64_t frozen_ = 0;  // a bit a layer
};

}  // namespace eddy

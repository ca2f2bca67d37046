#pragma once

#include <eddy/core/kernels.hpp>

#include <tuple>
#include <utility>

namespace eddy {

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

/// Layers one above the other: each reads the output of the one before. Error flows through all of them and
/// through time.
///
/// Parameters, state and tape are those of the layers, one after the other. Throws where a layer's inputs are
/// not the outputs of the one before (at compile time where both are fixed).
template <Layer... Layers>
class Sequential {
  static_assert(sizeof...(Layers) > 0, "a Sequential needs at least one layer");
  static constexpr std::size_t Depth = sizeof...(Layers);
  template <std::size_t N>
  using LayerAt = std::tuple_element_t<N, std::tuple<Layers...>>;

 public:
  using Scalar = typename LayerAt<0>::Scalar;
  static_assert((std::is_same_v<Scalar, typename Layers::Scalar> && ...),
                "all layers of a network share one scalar type");
  static constexpr bool recurrent = (Layers::recurrent || ...);
  static constexpr LayerSizes Sizes = [] {
    if constexpr ((Layers::Sizes.fixed() && ...)) {
      return stacked<Scalar>({Layers::Sizes...});
    } else {
      return LayerSizes{LayerAt<0>::Sizes.inputs, LayerAt<Depth - 1>::Sizes.outputs};
    }
  }();

  Sequential() { check(std::make_index_sequence<Depth - 1>()); }
  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {
    check(std::make_index_sequence<Depth - 1>());
  }

  /// The layer at position N, from the input on.
  template <std::size_t N>
  const LayerAt<N>& layer() const {
    return std::get<N>(layers_);
  }

  LayerSizes sizes() const {
    return std::apply([](const auto&... layer) { return stacked<Scalar>({layer.sizes()...}); }, layers_);
  }

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar* state, Scalar* column) const {
    for_each_layer([&](const auto& layer) {
      const LayerSizes sizes = layer.sizes();
      x = layer.forward(parameters, x, state, column);
      parameters += sizes.parameters;
      state += sizes.state;
      column += sizes.column;
    });
    return x;
  }

  bool backward(const Scalar* parameters, Scalar* column, Scalar* state_error, const Scalar* output_error,
                Scalar* input_error) const {
    return backward_from<Depth - 1>(parameters, column, state_error, output_error, input_error,
                                    column + below<Depth>().column);
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    gradient_from<Depth - 1>(sweep, gradient, accumulate);
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

  /// Goes down from layer N; `passing` is the room for the error of layer N's input.
  template <std::size_t N>
  bool backward_from(const Scalar* parameters, Scalar* column, Scalar* state_error,
                     const Scalar* output_error, Scalar* input_error, Scalar* passing) const {
    const LayerSizes offset = below<N>();
    const auto& layer = std::get<N>(layers_);
    Scalar* const own_input_error = N == 0 ? input_error : passing;
    const bool error = layer.backward(parameters + offset.parameters, column + offset.column,
                                      state_error + offset.state, output_error, own_input_error);
    if constexpr (N == 0) {
      return error;
    } else {
      return backward_from<N - 1>(parameters, column, state_error, error ? own_input_error : nullptr,
                                  input_error, passing + padded<Scalar>(layer.sizes().inputs));
    }
  }

  /// Goes down from layer N. Under a layer with memory every visited step carries error, above it only those
  /// where error entered.
  template <std::size_t N>
  void gradient_from(Sweep<Scalar> sweep, Scalar* gradient, bool accumulate) const {
    const LayerSizes offset = below<N>();
    std::get<N>(layers_).gradient(sweep.at(offset.column), gradient + offset.parameters, accumulate);
    if constexpr (N > 0) {
      if (LayerAt<N>::recurrent) {
        sweep.with_error = sweep.visited;
      }
      gradient_from<N - 1>(sweep, gradient, accumulate);
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
    static_assert(from == Dynamic || to == Dynamic || from == to,
                  "the inputs of a layer are not the outputs of the layer below it");
    if (const int outputs = layer<N>().sizes().outputs, inputs = layer<N + 1>().sizes().inputs;
        outputs != inputs) {
      fail("layer " + std::to_string(N + 1) + " takes " + std::to_string(inputs) + " inputs, but layer " +
           std::to_string(N) + " has " + std::to_string(outputs) + " outputs");
    }
  }

  [[no_unique_address]] std::tuple<Layers...> layers_;
};

}  // namespace eddy

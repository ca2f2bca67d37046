#pragma once

#include "contender.hpp"

#include <eddy/eddy.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace bench {

/// Calls `use` with the cell of a case, as a type without value: use.template operator()<Cell>().
template <class T, int Inputs, int Hidden, class Use>
auto with_cell(Cell cell, Use&& use) {
  switch (cell) {
    case Cell::rnn:
      return use.template operator()<eddy::RnnCell<T, Inputs, Hidden>>();
    case Cell::lstm:
      return use.template operator()<eddy::LstmCell<T, Inputs, Hidden>>();
    case Cell::gru:
      return use.template operator()<eddy::GruCell<T, Inputs, Hidden>>();
    case Cell::gru_after:
      break;
  }
  return use.template operator()<eddy::GruCell<T, Inputs, Hidden, eddy::GruReset::after>>();
}

/// Gives a model the weights of a case.
template <class Model, class T>
void set_weights(Model& model, const Weights<T>& weights) {
  for (auto& [name, values] : model.named_parameters()) {
    const std::vector<T>& from = name == "0.weight_ih"   ? weights.from_input
                                 : name == "0.weight_hh" ? weights.from_hidden
                                 : name == "0.bias"      ? weights.bias
                                 : name == "0.bias_hn"   ? weights.bias_hn
                                 : name == "1.weight"    ? weights.read_out
                                                         : weights.read_out_bias;
    values = Eigen::Map<const Eigen::Matrix<T, eddy::Dynamic, eddy::Dynamic>>(from.data(), values.rows(),
                                                                              values.cols());
  }
}

/// A model with the weights of a case, on the heap, whatever its size.
template <class Model, class T, class... Arguments>
std::shared_ptr<Model> model_with(const Weights<T>& weights, Arguments&&... arguments) {
  auto model = std::make_shared<Model>(std::forward<Arguments>(arguments)...);
  set_weights(*model, weights);
  return model;
}

/// The inputs of sample k; of a fixed size where the model's is.
template <class Model, class T>
auto input(const Samples<T>& samples, int k) {
  return Eigen::Map<const Eigen::Matrix<T, Model::Inputs, 1>>(samples.x + k * samples.inputs, samples.inputs);
}

}  // namespace bench

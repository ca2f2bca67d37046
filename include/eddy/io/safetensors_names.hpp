#pragma once

// Not part of eddy.hpp: it needs nlohmann-json.

#include <eddy/io/safetensors_format.hpp>
#include <eddy/io/safetensors_matching.hpp>
#include <eddy/io/weight_convention.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace eddy {

/// What becomes of the tensors of a file that are not of the model.
enum class ExtraTensors { refuse, ignore };

/// How the weights of a model stand in a file.
struct SafetensorsOptions {
  WeightConvention convention = WeightConvention::pytorch;

  /// The names of the modules, from the input on: {"lstm", "head"} for `self.lstm = nn.LSTM(…)` and
  /// `self.head = nn.Linear(…)`, "" for a file of nothing but one module. In PyTorch, cells of one kind and
  /// width that follow each other are one module of several layers. A list as long as the network has layers
  /// names each: {"a", "b", "head"} for two nn.LSTM, {"a", "a", "head"} for one of two layers.
  ///
  /// Empty, a file's own names are taken, where only one assignment fits; what is saved is named after its
  /// kind ("lstm", "lstm_1", "linear", in Keras "dense"), a lone module "".
  std::vector<std::string> names = {};

  /// `ignore` takes the model's part of a file that has more, as of the state of a larger module. What more
  /// there is in a module that is read is refused all the same: without a second layer, a reverse half or a
  /// projection the module computes something else.
  ExtraTensors extra = ExtraTensors::refuse;

  std::map<std::string, std::string> metadata = {};  ///< to be written beside the tensors
};

/// What stands between the name of a module and that of its tensor.
inline std::string name_separator(const SafetensorsOptions& options) {
  return options.convention == WeightConvention::keras ? "/" : ".";
}

/// The names of modules that were given none: their kinds, and a number from the second on.
inline std::vector<std::string> names_by_kind(const std::vector<ExchangedModule>& modules, bool keras) {
  if (modules.size() == 1) {
    return {""};
  }
  std::vector<std::string> names;
  std::map<std::string, int> count;
  for (const ExchangedModule& module : modules) {
    const std::string kind = module.kind == ExchangedKind::rnn         ? keras ? "simple_rnn" : "rnn"
                             : module.kind == ExchangedKind::lstm      ? "lstm"
                             : module.kind == ExchangedKind::dense     ? keras ? "dense" : "linear"
                             : module.kind == ExchangedKind::embedding ? "embedding"
                                                                       : "gru";
    const int before = count[kind]++;
    names.push_back(before ? kind + "_" + std::to_string(before) : kind);
  }
  return names;
}

/// Whether PyTorch has consecutive cells as one module of several layers, or each as one of its own.
enum class LayerGrouping { joined, apart };

/// The modules of a network, without names. Names that are as many as its layers say which are joined.
template <class Network>
std::vector<ExchangedModule> grouped_modules(const Network& network, const SafetensorsOptions& options,
                                             LayerGrouping grouping) {
  std::vector<ExchangedModule> modules = exchanged_modules(
      network, options.convention, [&](std::size_t) { return grouping == LayerGrouping::joined; });
  const std::vector<std::string>& names = options.names;
  if (names.size() == exchanged_layers<Network>() && names.size() != modules.size()) {
    return exchanged_modules(network, options.convention,
                             [&](std::size_t n) { return names[n] == names[n - 1]; });
  }
  return modules;
}

/// The modules of a model that has no names for them, with those of the file that they fit. Throws
/// `std::runtime_error` if none fits or several do.
template <class Network>
std::pair<std::vector<ExchangedModule>, std::vector<std::string>> modules_by_shape(
    const Network& network, const SafetensorsOptions& options, const Safetensors& file) {
  const std::string separator = name_separator(options);
  std::pair<std::vector<ExchangedModule>, std::vector<std::string>> nearest;
  std::string wrong;
  bool found = false;
  for (const LayerGrouping grouping : {LayerGrouping::joined, LayerGrouping::apart}) {
    std::vector<ExchangedModule> modules = grouped_modules(network, options, grouping);
    ModuleMatch match = match_modules(file, modules, separator);
    if (match.exact) {
      return {std::move(modules), std::move(match.names)};
    }
    if (match.complete && !found) {
      nearest = {std::move(modules), std::move(match.names)};
      found = true;
    }
    wrong = wrong.empty() ? match.wrong : wrong;
  }
  if (!found) {
    for (const auto& [name, tensor] : file.tensors) {
      wrong += "\n  in the file: \"" + name + "\" " + tensor.type + " " + shape_text(tensor.shape);
    }
    fail<std::runtime_error>(
        "no modules of the file are those of the model (SafetensorsOptions::names names them):" + wrong);
  }
  return nearest;
}

/// The modules of a model under their names in the file that is read; `file` is null if one is written.
template <class Network>
std::vector<ExchangedModule> named_modules(const Network& network, const SafetensorsOptions& options,
                                           const Safetensors* file) {
  const std::string separator = name_separator(options);
  std::vector<ExchangedModule> modules = grouped_modules(network, options, LayerGrouping::joined);
  std::vector<std::string> names = options.names;
  if (names.size() != modules.size()) {
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  if (!names.empty() && names.size() != modules.size()) {
    fail("there are " + std::to_string(options.names.size()) + " names, expected " +
         std::to_string(modules.size()) + ", one a module, or " +
         std::to_string(exchanged_layers<Network>()) + ", one a layer");
  }
  if (names.empty() && file) {
    std::tie(modules, names) = modules_by_shape(network, options, *file);
  }
  if (names.empty()) {
    names = names_by_kind(modules, options.convention == WeightConvention::keras);
  }
  for (std::size_t n = 0; n < modules.size(); ++n) {
    const std::string prefix = names[n].empty() ? "" : names[n] + separator;
    if (file) {
      modules[n] = module_in_file(*file, prefix, modules[n]);
    }
    modules[n].prefix = prefix;
    for (ExchangedTensor& tensor : modules[n].tensors) {
      tensor.name = prefix + tensor.name;
    }
  }
  return modules;
}

}  // namespace eddy

#pragma once

// Not part of eddy.hpp: it needs nlohmann-json.

#include <eddy/io/safetensors_format.hpp>
#include <eddy/io/weight_convention.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
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

  /// `ignore` takes the model's part of a file that has more, as of the state of a larger module.
  ExtraTensors extra = ExtraTensors::refuse;

  std::map<std::string, std::string> metadata = {};  ///< to be written beside the tensors
};

/// Whether a file has a module under a prefix: all of its weights in their shapes, and all of its biases or,
/// if it was made without, none.
inline bool has_module(const Safetensors& file, const std::string& prefix, const ExchangedModule& module) {
  std::size_t biases = 0, biases_found = 0;
  for (const ExchangedTensor& tensor : module.tensors) {
    const auto found = file.tensors.find(prefix + tensor.name);
    const bool there = found != file.tensors.end();
    if (there ? found->second.shape != tensor.shape : !tensor.bias) {
      return false;
    }
    biases += tensor.bias ? 1 : 0;
    biases_found += tensor.bias && there ? 1 : 0;
  }
  return biases_found == 0 || biases_found == biases;
}

/// The names in a file that fit the modules; none if one of them has no name that fits. Throws
/// `std::runtime_error` if one has several.
inline std::vector<std::string> names_in_file(const Safetensors& file,
                                              const std::vector<ExchangedModule>& modules,
                                              const std::string& separator) {
  std::vector<std::string> names;
  for (const ExchangedModule& module : modules) {
    std::vector<std::string> fitting;
    const std::string& first = module.tensors.front().name;
    for (const auto& [name, tensor] : file.tensors) {
      const std::string prefix = name.ends_with(first) ? name.substr(0, name.size() - first.size()) : name;
      if (prefix != name && (prefix.empty() || prefix.ends_with(separator)) &&
          has_module(file, prefix, module)) {
        fitting.push_back(prefix.empty() ? prefix : prefix.substr(0, prefix.size() - separator.size()));
      }
    }
    if (fitting.empty()) {
      return {};
    }
    if (fitting.size() > 1 || std::find(names.begin(), names.end(), fitting[0]) != names.end()) {
      std::string list;
      for (const std::string& name : fitting) {
        list += (list.empty() ? "\"" : ", \"") + name + "\"";
      }
      fail<std::runtime_error>("which module of the file is which? Module " + std::to_string(names.size()) +
                               " may be " + list + ": name them in SafetensorsOptions::names");
    }
    names.push_back(fitting[0]);
  }
  return names;
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

/// The modules of a model under their names in the file that is read; `file` is null if one is written.
template <class Network>
std::vector<ExchangedModule> named_modules(const Network& network, const SafetensorsOptions& options,
                                           const Safetensors* file) {
  const bool keras = options.convention == WeightConvention::keras;
  const std::string separator = keras ? "/" : ".";
  std::vector<ExchangedModule> modules =
      exchanged_modules(network, options.convention, [](std::size_t) { return true; });
  std::vector<std::string> names = options.names;
  const std::size_t layers = exchanged_layers<Network>();
  if (names.size() == layers && layers != modules.size()) {
    const auto same = [&](std::size_t n) { return names[n] == names[n - 1]; };
    modules = exchanged_modules(network, options.convention, same);
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  if (!names.empty() && names.size() != modules.size()) {
    fail("there are " + std::to_string(options.names.size()) + " names, expected " +
         std::to_string(modules.size()) + ", one a module, or " + std::to_string(layers) + ", one a layer");
  }
  if (names.empty() && file) {
    names = names_in_file(*file, modules, separator);
  }
  if (names.empty()) {
    names = names_by_kind(modules, keras);
  }
  for (std::size_t n = 0; n < modules.size(); ++n) {
    for (ExchangedTensor& tensor : modules[n].tensors) {
      tensor.name = names[n].empty() ? tensor.name : names[n] + separator + tensor.name;
    }
  }
  return modules;
}

}  // namespace eddy

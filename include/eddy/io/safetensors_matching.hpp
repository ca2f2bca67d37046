#pragma once

// Not part of eddy.hpp: it needs nlohmann-json.

#include <eddy/io/safetensors_format.hpp>
#include <eddy/io/weight_convention.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy {

/// A shape as in "[3, 32]".
inline std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t extent : shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
  }
  return "[" + text + "]";
}

/// That a tensor of a file has another shape than one of the model, as a line of a message.
inline std::string wrong_shape_line(const std::string& name, const StoredTensor& stored,
                                    const ExchangedTensor& expected) {
  return "\n  wrong shape: \"" + name + "\" is " + shape_text(stored.shape) + ", expected " +
         shape_text(expected.shape);
}

/// A module as a file has it under a prefix. An nn.LSTMCell, nn.GRUCell or nn.RNNCell has the tensors of an
/// nn.LSTM, nn.GRU or nn.RNN of one layer, without "_l0" in their names.
inline ExchangedModule module_in_file(const Safetensors& file, const std::string& prefix,
                                      const ExchangedModule& module) {
  constexpr std::string_view layer = "_l0";
  ExchangedModule cell = module;
  for (ExchangedTensor& tensor : cell.tensors) {
    if (!tensor.name.ends_with(layer)) {
      return module;
    }
    tensor.name.resize(tensor.name.size() - layer.size());
  }
  const bool is_cell = file.tensors.contains(prefix + cell.tensors.front().name) &&
                       !file.tensors.contains(prefix + module.tensors.front().name);
  return is_cell ? cell : module;
}

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

/// The prefixes under which a file has the first tensors of a module, whatever their shapes: where it may be
/// meant.
inline std::vector<std::string> prefixes_in_file(const Safetensors& file, const ExchangedModule& module,
                                                 const std::string& separator) {
  std::vector<std::string> prefixes;
  for (const auto& [name, stored] : file.tensors) {
    // "weight_ih_l0" ends as "l0.weight_ih_l0" does, but a cell's "weight_ih" is another word.
    const std::size_t last = name.rfind(separator);
    const std::string prefix = last == std::string::npos ? "" : name.substr(0, last + separator.size());
    const ExchangedModule own = module_in_file(file, prefix, module);
    const ExchangedTensor& first = own.tensors.front();
    if (name != prefix + first.name || stored.shape.size() != first.shape.size()) {
      continue;
    }
    if (own.tensors.size() > 1 && !own.tensors[1].bias &&
        !file.tensors.contains(prefix + own.tensors[1].name)) {
      continue;
    }
    prefixes.push_back(prefix);
  }
  return prefixes;
}

/// Which modules of a file are those of a model.
struct ModuleMatch {
  std::vector<std::string> names;  ///< without the separator at their end
  bool complete = true;            ///< every module has a name
  bool exact = true;               ///< and every tensor its shape
  std::string wrong = {};          ///< a line for each tensor that is in the way of a name
};

/// Finds the modules in a file: those that fit, and for one that nothing fits the only one that has its
/// tensors in other shapes. Throws `std::runtime_error` if several fit one.
inline ModuleMatch match_modules(const Safetensors& file, const std::vector<ExchangedModule>& modules,
                                 const std::string& separator) {
  const auto name_of = [&](const std::string& prefix) {
    return prefix.substr(0, prefix.size() - (prefix.empty() ? 0 : separator.size()));
  };
  ModuleMatch match;
  std::vector<std::string> prefixes(modules.size());
  std::vector<bool> fits(modules.size());
  std::vector<std::string> taken;
  for (std::size_t n = 0; n < modules.size(); ++n) {
    std::vector<std::string> fitting;
    for (const std::string& prefix : prefixes_in_file(file, modules[n], separator)) {
      if (has_module(file, prefix, module_in_file(file, prefix, modules[n]))) {
        fitting.push_back(prefix);
      }
    }
    if (fitting.empty()) {
      match.exact = false;
      continue;
    }
    if (fitting.size() > 1 || std::find(taken.begin(), taken.end(), fitting[0]) != taken.end()) {
      std::string list;
      for (const std::string& prefix : fitting) {
        list += (list.empty() ? "\"" : ", \"") + name_of(prefix) + "\"";
      }
      fail<std::runtime_error>("which module of the file is which? Module " + std::to_string(n) + " may be " +
                               list + ": name them in SafetensorsOptions::names");
    }
    fits[n] = true;
    taken.push_back(prefixes[n] = fitting[0]);
  }
  for (std::size_t n = 0; n < modules.size(); ++n) {
    if (fits[n]) {
      continue;
    }
    std::vector<std::string> near = prefixes_in_file(file, modules[n], separator);
    std::erase_if(near, [&](const std::string& prefix) {
      return std::find(taken.begin(), taken.end(), prefix) != taken.end();
    });
    if (near.size() == 1) {
      taken.push_back(prefixes[n] = near[0]);
      continue;
    }
    match.complete = false;
    for (const std::string& prefix : near) {
      for (const ExchangedTensor& tensor : module_in_file(file, prefix, modules[n]).tensors) {
        const auto found = file.tensors.find(prefix + tensor.name);
        if (found != file.tensors.end() && found->second.shape != tensor.shape) {
          match.wrong += wrong_shape_line(found->first, found->second, tensor);
          break;
        }
      }
    }
    if (near.empty()) {
      const ExchangedTensor& first = modules[n].tensors.front();
      match.wrong += "\n  missing: \"" + first.name + "\" " + shape_text(first.shape) + " of module " +
                     std::to_string(n) + ", under any name";
    }
  }
  for (const std::string& prefix : prefixes) {
    match.names.push_back(name_of(prefix));
  }
  return match;
}

}  // namespace eddy

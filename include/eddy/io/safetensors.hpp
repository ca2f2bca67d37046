#pragma once

// Not part of eddy.hpp: it needs nlohmann-json. With CMake: find_package(eddy COMPONENTS safetensors),
// eddy::safetensors.

#include <eddy/core/finite.hpp>
#include <eddy/core/flat_model.hpp>
#include <eddy/io/atomic_file.hpp>
#include <eddy/io/safetensors_format.hpp>
#include <eddy/io/weight_convention.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>

namespace eddy {

/// How the weights of a model stand in a file.
struct SafetensorsOptions {
  WeightConvention convention = WeightConvention::pytorch;  ///< whose names and orders

  /// The names of the modules, from the input on: {"lstm", "head"} for `self.lstm = nn.LSTM(…)` and
  /// `self.head = nn.Linear(…)`, "" for a file of nothing but one module. In PyTorch, cells of one kind and
  /// width that follow each other are one module of several layers. A list as long as the network has layers
  /// names each: {"a", "b", "head"} for two nn.LSTM, {"a", "a", "head"} for one of two layers.
  ///
  /// Empty, a file's own names are taken, where only one assignment fits; what is saved is named after its
  /// kind ("lstm", "lstm_1", "linear", in Keras "dense"), a lone module "".
  std::vector<std::string> names = {};

  std::map<std::string, std::string> metadata = {};  ///< to be written beside the tensors
};

/// The modules of a model under their names in the file.
template <class Network>
std::vector<ExchangedModule> named_modules(const Network& network, const SafetensorsOptions& options,
                                           const Safetensors* file) {
  const auto all = [](std::size_t) { return true; };
  const bool keras = options.convention == WeightConvention::keras;
  const std::string separator = keras ? "/" : ".";
  std::vector<ExchangedModule> modules = exchanged_modules(network, options.convention, all);
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
    // A name fits a module if the file has all of its tensors under it, in their shapes.
    std::set<std::string> taken;
    for (const ExchangedModule& module : modules) {
      std::vector<std::string> fitting;
      const std::string& first = module.tensors.front().name;
      for (const auto& [name, tensor] : file->tensors) {
        if (!name.ends_with(first)) {
          continue;
        }
        const std::string prefix = name.substr(0, name.size() - first.size());
        const bool fits = (prefix.empty() || prefix.ends_with(separator)) &&
                          std::all_of(module.tensors.begin(), module.tensors.end(), [&](const auto& part) {
                            const auto found = file->tensors.find(prefix + part.name);
                            return found != file->tensors.end() && found->second.shape == part.shape;
                          });
        if (fits) {
          fitting.push_back(prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1));
        }
      }
      if (fitting.size() == 1 && taken.insert(fitting[0]).second) {
        names.push_back(fitting[0]);
      } else if (!fitting.empty()) {
        std::string list;
        for (const std::string& name : fitting) {
          list += (list.empty() ? "\"" : ", \"") + name + "\"";
        }
        fail<std::runtime_error>("which module of the file is which? Module " + std::to_string(names.size()) +
                                 " may be " + list + ": name them in SafetensorsOptions::names");
      } else {
        names.clear();
        break;
      }
    }
  }
  if (names.empty()) {
    std::map<std::string, int> count;
    for (const ExchangedModule& module : modules) {
      const std::string kind = module.kind == ExchangedKind::rnn         ? keras ? "simple_rnn" : "rnn"
                               : module.kind == ExchangedKind::lstm      ? "lstm"
                               : module.kind == ExchangedKind::dense     ? keras ? "dense" : "linear"
                               : module.kind == ExchangedKind::embedding ? "embedding"
                                                                         : "gru";
      const int before = count[kind]++;
      names.push_back(modules.size() == 1 ? "" : before ? kind + "_" + std::to_string(before) : kind);
    }
  }
  for (std::size_t n = 0; n < modules.size(); ++n) {
    for (ExchangedTensor& tensor : modules[n].tensors) {
      tensor.name = names[n].empty() ? tensor.name : names[n] + separator + tensor.name;
    }
  }
  return modules;
}

/// A shape as in "[3, 32]".
inline std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t extent : shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
  }
  return "[" + text + "]";
}

/// Takes the weights of a model from the bytes of a file of safetensors, whose values may be of another
/// precision. What was learned from stays with the weights that learned it: stream, optimizer and rehearsal
/// begin anew, as those of a new model do. Settings stay, and so does what is frozen.
///
/// Throws `std::runtime_error`, and has changed nothing, if the file is damaged, or with the list of all
/// tensors that are missing, too many, of another shape, or not finite in the model's precision.
template <FlatModel Model>
void load_safetensors(std::span<const std::byte> bytes, Model& model,
                      const SafetensorsOptions& options = {}) {
  using Scalar = typename Model::Scalar;
  const Safetensors file = parse_safetensors(bytes);
  const std::vector<ExchangedModule> modules = named_modules(model.network(), options, &file);

  std::vector<double> values(static_cast<std::size_t>(model.parameters().size()));
  std::set<std::string> known;
  std::string wrong;
  for (const ExchangedModule& module : modules) {
    for (const ExchangedTensor& tensor : module.tensors) {
      if (!known.insert(tensor.name).second) {
        fail("two modules have the tensor \"" + tensor.name + "\": expected different names");
      }
      const auto found = file.tensors.find(tensor.name);
      if (found == file.tensors.end()) {
        wrong += "\n  missing: \"" + tensor.name + "\" " + shape_text(tensor.shape);
        continue;
      }
      const StoredTensor& stored = found->second;
      if (stored.shape != tensor.shape) {
        wrong += "\n  wrong shape: \"" + tensor.name + "\" is " + shape_text(stored.shape) + ", expected " +
                 shape_text(tensor.shape);
        continue;
      }
      bool finite = true;
      for (std::size_t i = 0; i < stored.size(); ++i) {
        finite = finite && is_finite(static_cast<Scalar>(stored[i]));
      }
      if (!finite) {
        wrong += "\n  not finite: \"" + tensor.name + "\"";
      }
      for (const ExchangedPart& part : tensor.parts) {
        for (std::size_t column = 0; column < part.columns; ++column) {
          for (std::size_t row = 0; row < part.rows; ++row) {
            values[part.own + column * part.own_rows + row] +=
                part.sign * stored[part.first + row * part.row_step + column * part.column_step];
          }
        }
      }
    }
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!known.contains(name)) {
      wrong += "\n  not of the model: \"" + name + "\" " + shape_text(tensor.shape);
    }
  }
  for (const double value : values) {
    if (wrong.empty() && !is_finite(static_cast<Scalar>(value))) {
      wrong += "\n  not finite: the sum of two biases";
    }
  }
  if (!wrong.empty()) {
    fail<std::runtime_error>("the tensors of the file are not those of the model:" + wrong);
  }

  auto parameters = model.parameters();
  for (std::size_t i = 0; i < values.size(); ++i) {
    parameters[static_cast<Index>(i)] = static_cast<Scalar>(values[i]);
  }
  if constexpr (requires { model.reset(); }) {
    model.reset();
  }
  if constexpr (requires { model.reset_optimizer(); }) {
    model.reset_optimizer();
  }
  if constexpr (requires { model.forget_rehearsed(); }) {
    model.forget_rehearsed();
  }
}

/// The same from a stream, to its end.
template <FlatModel Model>
void load_safetensors(std::istream& stream, Model& model, const SafetensorsOptions& options = {}) {
  std::vector<std::byte> bytes;
  std::array<char, 4096> some;
  while (stream.read(some.data(), some.size()), stream.gcount() > 0) {
    const auto* const begin = reinterpret_cast<const std::byte*>(some.data());
    bytes.insert(bytes.end(), begin, begin + stream.gcount());
  }
  if (stream.bad()) {
    fail<std::runtime_error>("cannot read the safetensors");
  }
  load_safetensors(std::span<const std::byte>(bytes), model, options);
}

/// The same from a file.
template <FlatModel Model>
void load_safetensors(const std::filesystem::path& path, Model& model,
                      const SafetensorsOptions& options = {}) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fail<std::runtime_error>("cannot read \"" + path.string() + "\"");
  }
  load_safetensors(file, model, options);
}

/// The weights of a model as the bytes of a file of safetensors, in the model's precision. Where the other
/// library adds two biases, ours is the first, and the second is 0.
template <FlatModel Model>
std::vector<std::byte> to_safetensors(const Model& model, const SafetensorsOptions& options = {}) {
  const auto parameters = model.parameters();
  std::vector<TensorToStore> tensors;
  for (const ExchangedModule& module : named_modules(model.network(), options, nullptr)) {
    for (const ExchangedTensor& tensor : module.tensors) {
      std::size_t size = 1;
      for (const std::uint64_t extent : tensor.shape) {
        size *= static_cast<std::size_t>(extent);
      }
      TensorToStore& stored = tensors.emplace_back(
          TensorToStore{.name = tensor.name, .shape = tensor.shape, .values = std::vector<double>(size)});
      for (const ExchangedPart& part : tensor.parts) {
        for (std::size_t column = 0; part.written && column < part.columns; ++column) {
          for (std::size_t row = 0; row < part.rows; ++row) {
            stored.values[part.first + row * part.row_step + column * part.column_step] =
                part.sign *
                static_cast<double>(parameters[static_cast<Index>(part.own + column * part.own_rows + row)]);
          }
        }
      }
    }
  }
  return write_safetensors(tensors, sizeof(typename Model::Scalar) == 8 ? Dtype::f64 : Dtype::f32,
                           options.metadata);
}

/// The same, to a stream.
template <FlatModel Model>
void save_safetensors(std::ostream& stream, const Model& model, const SafetensorsOptions& options = {}) {
  const std::vector<std::byte> bytes = to_safetensors(model, options);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream) {
    fail<std::runtime_error>("cannot write the safetensors");
  }
}

/// To a file, which is replaced as a whole or not at all.
template <FlatModel Model>
void save_safetensors(const std::filesystem::path& path, const Model& model,
                      const SafetensorsOptions& options = {}) {
  const std::vector<std::byte> bytes = to_safetensors(model, options);
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace eddy

#pragma once

// Not part of eddy.hpp: it needs nlohmann-json. With CMake: find_package(eddy COMPONENTS safetensors),
// eddy::safetensors.

#include <eddy/core/finite.hpp>
#include <eddy/core/flat_model.hpp>
#include <eddy/io/atomic_file.hpp>
#include <eddy/io/safetensors_format.hpp>
#include <eddy/io/safetensors_names.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace eddy {

/// What a tensor is that a file has more of a module than the model: with its name in the module.
inline std::string leftover_kind(std::string_view name) {
  const std::size_t layer = name.rfind("_l");
  const bool counted = layer != std::string_view::npos && layer + 2 < name.size() &&
                       name.find_first_not_of("0123456789", layer + 2) == std::string_view::npos;
  return name.ends_with("_reverse")          ? ", the other half of a bidirectional module"
         : name.starts_with("weight_hr")     ? ", a projection (proj_size)"
         : counted && !name.ends_with("_l0") ? ", a further layer"
                                             : "";
}

/// Whether a tensor is a part of a module: its name begins with that of the module. In a file of a module
/// without a name, it is one of those that are named as weights and biases are.
inline bool is_in_module(std::string_view name, const ExchangedModule& module, std::string_view separator) {
  if (!module.prefix.empty()) {
    return name.starts_with(module.prefix);
  }
  return name.find(separator) == std::string_view::npos &&
         (name.starts_with("weight") || name.starts_with("bias") || name.starts_with("kernel") ||
          name.starts_with("recurrent_kernel"));
}

/// Lists what a file has that is not of the model, as lines of a message: all of it, or what it has more of
/// the modules that are read.
inline std::string list_extra_tensors(const Safetensors& file, const std::vector<ExchangedModule>& modules,
                                      const std::set<std::string>& known, const SafetensorsOptions& options) {
  std::string list;
  for (const auto& entry : file.tensors) {
    const std::string& name = entry.first;
    const StoredTensor& tensor = entry.second;
    if (known.contains(name)) {
      continue;
    }
    const auto owner = std::find_if(modules.begin(), modules.end(), [&](const ExchangedModule& module) {
      return is_in_module(name, module, name_separator(options));
    });
    if (options.extra == ExtraTensors::ignore && owner == modules.end()) {
      continue;
    }
    list += "\n  not of the model: \"" + name + "\" " + tensor.type + " " + shape_text(tensor.shape);
    if (owner != modules.end()) {
      list +=
          ", in a module that is read" + leftover_kind(std::string_view(name).substr(owner->prefix.size()));
    }
  }
  return list;
}

/// Whether a file has the weights of a module and none of its biases, as that of `nn.RNN(…, bias=False)` or
/// of Keras's `use_bias=False`.
inline bool is_without_bias(const Safetensors& file, const ExchangedModule& module) {
  return std::all_of(module.tensors.begin(), module.tensors.end(), [&](const ExchangedTensor& tensor) {
    return file.tensors.contains(tensor.name) != tensor.bias;
  });
}

/// Takes the weights of a model from the bytes of a file of safetensors, whose values may be of another
/// precision. What was learned from stays with the weights that learned it: stream, optimizer and rehearsal
/// begin anew, as those of a new model do. Settings stay, and so does what is frozen. The biases of a module
/// that has none in the file are 0; from there on they learn.
///
/// Throws `std::runtime_error`, and has changed nothing, if the file is damaged, or with the list of all
/// tensors that are missing, too many, of another shape or type, or not finite in the model's precision.
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
    const bool without_bias = is_without_bias(file, module);
    for (const ExchangedTensor& tensor : module.tensors) {
      if (!known.insert(tensor.name).second) {
        fail("two modules have the tensor \"" + tensor.name + "\": expected different names");
      }
      const auto found = file.tensors.find(tensor.name);
      if (found == file.tensors.end()) {
        if (tensor.bias && without_bias) {
          continue;
        }
        wrong += "\n  missing: \"" + tensor.name + "\" " + shape_text(tensor.shape);
        continue;
      }
      const StoredTensor& stored = found->second;
      if (stored.shape != tensor.shape) {
        wrong += wrong_shape_line(tensor.name, stored, tensor);
        continue;
      }
      if (stored.dtype == Dtype::other) {
        wrong +=
            "\n  wrong dtype: \"" + tensor.name + "\" is " + stored.type + ", expected F64, F32, F16 or BF16";
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
  wrong += list_extra_tensors(file, modules, known, options);
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
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    fail<std::runtime_error>("cannot read \"" + path.string() + "\": it is a folder");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fail<std::runtime_error>("cannot read \"" + path.string() +
                             "\": " + std::generic_category().message(errno));
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

/// Writes the weights of a model to a stream.
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

#pragma once

#include <eddy/core/cxx20.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace eddy {

/// How files of a format begin, what such a file is, and how its weights become safetensors.
struct ForeignFormat {
  std::string_view beginning, what, advice;
};

/// The calls in Python that make safetensors of what other formats hold.
struct SafetensorsAdvice {
  static constexpr std::string_view torch =
      "safetensors.torch.save_file(torch.load(\"model.pt\", weights_only=True), \"model.safetensors\") in "
      "Python makes safetensors of a state_dict";
  static constexpr std::string_view numpy =
      "safetensors.numpy.save_file(dict(numpy.load(\"model.npz\")), \"model.safetensors\") in Python makes "
      "safetensors of it";
  static constexpr std::string_view array =
      "safetensors.numpy.save_file({\"weight\": numpy.load(\"weight.npy\")}, \"model.safetensors\") in "
      "Python "
      "makes safetensors of it";
  static constexpr std::string_view keras =
      "safetensors.numpy.save_file(tensors, \"model.safetensors\") in Python makes safetensors of a loaded "
      "model, with tensors[f\"{layer.name}/{weight.name}\"] = weight.numpy() for each weight";
  static constexpr std::string_view json =
      "the weights are in a file beside it, which safetensors.torch.save_file or safetensors.numpy.save_file "
      "in Python writes";
};

/// The formats in which weights come, and what a failed download leaves.
inline constexpr std::array foreign_formats = {
    ForeignFormat{"\x89HDF\r\n\x1a\n", "it is HDF5, as Keras's .h5", SafetensorsAdvice::keras},
    ForeignFormat{"\x80\x02", "it is a pickle, as old .pt files of PyTorch", SafetensorsAdvice::torch},
    ForeignFormat{"\x80\x03", "it is a pickle", SafetensorsAdvice::torch},
    ForeignFormat{"\x80\x04", "it is a pickle", SafetensorsAdvice::torch},
    ForeignFormat{"\x80\x05", "it is a pickle", SafetensorsAdvice::torch},
    ForeignFormat{"\x93NUMPY", "it is an array of NumPy, .npy", SafetensorsAdvice::array},
    ForeignFormat{"\x89\x65\x64\x64y\r\n\x1a", "it is a checkpoint of eddy", "eddy::load reads it"},
    ForeignFormat{"version https://git-lfs", "it is a pointer of Git LFS in place of the file",
                  "git lfs pull gets the file"},
    ForeignFormat{"GGUF", "it is GGUF, as of llama.cpp", "take the safetensors that it was made of"},
    ForeignFormat{"\x1f\x8b", "it is compressed by gzip", "gunzip unpacks it"},
    ForeignFormat{"\x28\xb5\x2f\xfd", "it is compressed by Zstandard", "unzstd unpacks it"},
    ForeignFormat{"BZh", "it is compressed by bzip2", "bunzip2 unpacks it"},
    ForeignFormat{"\xfd\x37zXZ", "it is compressed by xz", "unxz unpacks it"},
    ForeignFormat{"<!DOCTYPE", "it is a web page", "the file itself was not downloaded"},
    ForeignFormat{"<!doctype", "it is a web page", "the file itself was not downloaded"},
    ForeignFormat{"<html", "it is a web page", "the file itself was not downloaded"},
};

/// What a zip archive is of, by the name of its first file, which follows 30 bytes of a header.
inline ForeignFormat describe_zip(std::string_view text) {
  const std::string_view name = text.substr((std::min)(text.size(), std::size_t{30}), 100);
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (has(".npy")) {
    return {"PK", "it is a zip archive of NumPy, .npz", SafetensorsAdvice::numpy};
  }
  if (has(".json")) {
    return {"PK", "it is a zip archive of Keras, .keras", SafetensorsAdvice::keras};
  }
  if (has("data.pkl")) {
    return {"PK", "it is a zip archive of PyTorch, .pt or .pth", SafetensorsAdvice::torch};
  }
  return {"PK", "it is a zip archive, as .pt of PyTorch, .npz of NumPy or .keras", SafetensorsAdvice::torch};
}

/// What a file is that is no safetensors file, by its first bytes, and what to do about it; empty if that
/// cannot be told.
inline std::string describe_foreign(std::span<const std::byte> file) {
  const auto sentence = [](const ForeignFormat& format) {
    return std::string(format.what) + ": " + std::string(format.advice);
  };
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.empty()) {
    return "it is empty";
  }
  for (const ForeignFormat& format : foreign_formats) {
    if (text.starts_with(format.beginning)) {
      return sentence(format);
    }
  }
  if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06")) {
    return sentence(describe_zip(text));
  }
  const bool marked = text.starts_with("\xef\xbb\xbf");
  text.remove_prefix(marked ? 3 : 0);
  text.remove_prefix((std::min)(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('{') || text.starts_with('[')) {
    return text.substr(0, 4096).find("\"weight_map\"") == std::string_view::npos
               ? sentence({"{", "it is JSON", SafetensorsAdvice::json})
               : "it is JSON, the index of a model in several files: load those that it lists";
  }
  return marked ? "it is a text that begins with a byte order mark" : "";
}

}  // namespace eddy

#pragma once

// Not part of eddy.hpp: it needs nlohmann-json.

#include <eddy/core/error.hpp>
#include <eddy/io/foreign_files.hpp>
#include <eddy/io/little_endian.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

/// The types of values that eddy exchanges; half precision is read, not written. What has another type is
/// known by its name and size only.
enum class Dtype { f64, f32, f16, bf16, other };

/// Bytes of a number.
constexpr std::size_t size_of(Dtype dtype) { return dtype == Dtype::f64 ? 8 : dtype == Dtype::f32 ? 4 : 2; }

/// A type of the format, with the bits of a value.
struct StoredType {
  Dtype dtype;
  unsigned bits;
};

/// The types of the format by their names in a file; none if it has no such type.
inline std::optional<StoredType> stored_type(const std::string& name) {
  static const std::map<std::string, StoredType> types = {
      {"F64", {Dtype::f64, 64}},      {"F32", {Dtype::f32, 32}},      {"F16", {Dtype::f16, 16}},
      {"BF16", {Dtype::bf16, 16}},    {"BOOL", {Dtype::other, 8}},    {"U8", {Dtype::other, 8}},
      {"I8", {Dtype::other, 8}},      {"U16", {Dtype::other, 16}},    {"I16", {Dtype::other, 16}},
      {"U32", {Dtype::other, 32}},    {"I32", {Dtype::other, 32}},    {"U64", {Dtype::other, 64}},
      {"I64", {Dtype::other, 64}},    {"C64", {Dtype::other, 64}},    {"F8_E4M3", {Dtype::other, 8}},
      {"F8_E5M2", {Dtype::other, 8}}, {"F8_E8M0", {Dtype::other, 8}}, {"F6_E2M3", {Dtype::other, 6}},
      {"F6_E3M2", {Dtype::other, 6}}, {"F4", {Dtype::other, 4}}};
  const auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

/// 2⁻²⁴ · mantissa where the exponent is 0, else (1024 + mantissa) · 2^(exponent − 25) (IEEE 754 binary16).
constexpr double from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double value = exponent == 0 ? mantissa : 1024 + mantissa;
  if (exponent == 31) {
    value = mantissa ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  }
  for (int e = exponent == 0 ? 1 : exponent; e < 25; ++e) {
    value /= 2;
  }
  for (int e = 25; e < exponent; ++e) {
    value *= 2;
  }
  return bits >> 15 ? -value : value;
}

/// A tensor of a file, in rows; its bytes are those of the file that was read.
struct StoredTensor {
  Dtype dtype = Dtype::f32;  ///< the type of its numbers
  std::string type;          ///< as the file names it
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;

  /// The number of values; they and it are there unless the type is another.
  std::size_t size() const { return bytes.size() / size_of(dtype); }

  /// One of them, whatever its type.
  double operator[](std::size_t i) const {
    const std::byte* const at = bytes.data() + i * size_of(dtype);
    switch (dtype) {
      case Dtype::f64:
        return from_little_endian<double>(at);
      case Dtype::f32:
        return static_cast<double>(from_little_endian<float>(at));
      case Dtype::f16:
        return from_half(from_little_endian<std::uint16_t>(at));
      case Dtype::bf16:
      case Dtype::other:
        break;
    }
    const std::uint32_t upper = from_little_endian<std::uint16_t>(at);
    return static_cast<double>(std::bit_cast<float>(upper << 16));
  }
};

/// The tensors of a file by their names, and what else is known of it.
struct Safetensors {
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads the header as its JSON is parsed, and refuses whatever is not as it must be: nesting, repeated keys,
/// numbers that are no sizes.
class SafetensorsHeader {
 public:
  using Json = nlohmann::json;

  struct Entry {
    std::string name;
    std::string dtype;
    std::vector<std::uint64_t> shape, offsets;
    std::set<std::string> fields;
  };

  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;
  std::string reason;  ///< why it was refused

  bool null() { return refuse("a null"); }
  bool boolean(bool) { return refuse("a truth value"); }
  bool number_integer(Json::number_integer_t) { return refuse("a negative number"); }
  bool number_float(Json::number_float_t, const std::string&) { return refuse("a fraction"); }
  bool binary(Json::binary_t&) { return refuse("binary data"); }

  bool number_unsigned(Json::number_unsigned_t number) {
    if (place_ != Place::list) {
      return refuse("a number");
    }
    (field_ == "shape" ? entries.back().shape : entries.back().offsets).push_back(number);
    return true;
  }

  bool string(std::string& text) {
    if (place_ == Place::metadata) {
      metadata[field_] = text;
    } else if (place_ == Place::entry && field_ == "dtype") {
      entries.back().dtype = text;
    } else {
      return refuse("a text");
    }
    return true;
  }

  bool start_object(std::size_t) {
    if (place_ == Place::start) {
      place_ = Place::file;
    } else if (place_ == Place::file && name_ == "__metadata__") {
      place_ = Place::metadata;
    } else if (place_ == Place::file) {
      place_ = Place::entry;
      entries.push_back({.name = name_, .dtype = {}, .shape = {}, .offsets = {}, .fields = {}});
    } else {
      return refuse("an object");
    }
    return true;
  }

  bool end_object() {
    if (place_ == Place::entry && entries.back().fields.size() != 3) {
      return refuse_entry("lacks one of dtype, shape and data_offsets");
    }
    place_ = place_ == Place::file ? Place::end : Place::file;
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ != Place::entry || field_ == "dtype") {
      return refuse("a list");
    }
    place_ = Place::list;
    return true;
  }

  bool end_array() {
    place_ = Place::entry;
    return true;
  }

  bool key(std::string& key) {
    if (place_ == Place::file) {
      name_ = key;
      return names_.insert(key).second || refuse_entry("stands there twice");
    }
    field_ = key;
    if (place_ == Place::metadata) {
      return !metadata.contains(key) || refuse_entry("has the key \"" + key + "\" twice");
    }
    if (key != "dtype" && key != "shape" && key != "data_offsets") {
      return refuse_entry("has the unknown field \"" + key + "\"");
    }
    return entries.back().fields.insert(key).second || refuse_entry("has the field \"" + key + "\" twice");
  }

  template <class Exception>
  bool parse_error(std::size_t position, const std::string&, const Exception&) {
    reason = "its header is no JSON, from byte " + std::to_string(position) + " of it on";
    return false;
  }

 private:
  enum class Place { start, file, metadata, entry, list, end };

  bool refuse(const std::string& what) {
    reason = "its header has " + what + " where none belongs" +
             (name_.empty() ? std::string() : ", in \"" + name_ + "\"");
    return false;
  }
  bool refuse_entry(const std::string& why) {
    reason = "\"" + name_ + "\" " + why;
    return false;
  }

  Place place_ = Place::start;
  std::string name_, field_;
  std::set<std::string> names_;
};

/// Reads a file of safetensors (github.com/huggingface/safetensors, "Format"): 8 bytes with the length of the
/// header, little-endian; the header, JSON, with dtype, shape and range of each tensor; their values.
///
/// Throws `std::runtime_error` if anything is not as the format has it: a header or a range beyond the file,
/// ranges that overlap or leave holes, a shape that is not the range's, a key that stands there twice,
/// a dtype that it does not know. A file of another format is named, if it is one in which weights come. The
/// result refers to `file`; nothing is allocated that is not in proportion to it.
inline Safetensors parse_safetensors(std::span<const std::byte> file) {
  const auto refuse = [](const std::string& reason) {
    fail<std::runtime_error>("this is no safetensors file: " + reason);
  };
  const bool has_header =
      file.size() >= 8 && from_little_endian<std::uint64_t>(file.data()) <= file.size() - 8;
  if (!has_header || file.size() == 8 || file[8] != std::byte{'{'}) {
    if (const std::string other = describe_foreign(file); !other.empty()) {
      refuse(other);
    }
  }
  if (file.size() < 8) {
    refuse("it has " + std::to_string(file.size()) + " bytes, expected at least 8");
  }
  const std::uint64_t length = from_little_endian<std::uint64_t>(file.data());
  if (length > file.size() - 8) {
    refuse("its header claims " + std::to_string(length) + " bytes, but only " +
           std::to_string(file.size() - 8) + " follow");
  }
  const auto text = file.subspan(8, static_cast<std::size_t>(length));
  const auto values = file.subspan(8 + static_cast<std::size_t>(length));
  const char* const begin = reinterpret_cast<const char*>(text.data());
  if (text.empty() || *begin != '{') {
    refuse("its header does not begin with {");
  }
  SafetensorsHeader header;
  if (!nlohmann::json::sax_parse(begin, begin + text.size(), &header)) {
    refuse(header.reason);
  }

  Safetensors result{.tensors = {}, .metadata = std::move(header.metadata)};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (SafetensorsHeader::Entry& entry : header.entries) {
    const auto refuse_entry = [&](const std::string& reason) { refuse("\"" + entry.name + "\" " + reason); };
    const std::optional<StoredType> type = stored_type(entry.dtype);
    if (!type) {
      refuse_entry("has the dtype \"" + entry.dtype + "\", which the format does not know");
    }
    if (entry.offsets.size() != 2 || entry.offsets[0] > entry.offsets[1] ||
        entry.offsets[1] > values.size()) {
      refuse_entry("has a range that does not lie in the " + std::to_string(values.size()) +
                   " bytes of values");
    }
    const std::uint64_t size = entry.offsets[1] - entry.offsets[0];
    // The bits of the shape, as long as they can still be those of the file. A 0 makes it 0, wherever it is.
    const std::uint64_t most = 8 * std::uint64_t{values.size()};
    std::uint64_t bits = type->bits;
    const bool empty = std::find(entry.shape.begin(), entry.shape.end(), 0u) != entry.shape.end();
    for (const std::uint64_t extent : entry.shape) {
      bits = empty ? 0 : extent > most / bits ? most + 1 : bits * extent;
    }
    if (bits != 8 * size) {
      refuse_entry("has a shape of other than the " + std::to_string(size) + " bytes of its range");
    }
    ranges.emplace_back(entry.offsets[0], entry.offsets[1]);
    result.tensors[entry.name] = {
        .dtype = type->dtype,
        .type = std::move(entry.dtype),
        .shape = std::move(entry.shape),
        .bytes = values.subspan(static_cast<std::size_t>(entry.offsets[0]), static_cast<std::size_t>(size))};
  }
  std::sort(ranges.begin(), ranges.end());
  std::uint64_t end = 0;
  for (const auto& [first, last] : ranges) {
    if (first != end) {
      refuse((first < end ? "ranges overlap at byte " : "no tensor has the values from byte ") +
             std::to_string((std::min)(first, end)));
    }
    end = last;
  }
  if (end != values.size()) {
    refuse("no tensor has the values from byte " + std::to_string(end));
  }
  return result;
}

/// A tensor to be written, in rows.
struct TensorToStore {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<double> values;
};

/// Refuses a text that JSON cannot hold. What is no UTF-8 is left out by one way of writing it and replaced
/// by the other.
inline void require_utf8(const std::string& text) {
  using Handler = nlohmann::json::error_handler_t;
  const nlohmann::json json = text;
  const std::string replaced = json.dump(-1, ' ', false, Handler::replace);
  if (json.dump(-1, ' ', false, Handler::ignore) != replaced) {
    fail("the name " + replaced + " is not UTF-8, which safetensors are written in");
  }
}

/// The bytes of a file with these tensors, as F32 or F64, whose values begin at a multiple of 8 bytes.
inline std::vector<std::byte> write_safetensors(const std::vector<TensorToStore>& tensors, Dtype dtype,
                                                const std::map<std::string, std::string>& metadata) {
  if (dtype != Dtype::f32 && dtype != Dtype::f64) {
    fail("half precision is read, not written");
  }
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  for (const auto& [key, text] : metadata) {
    require_utf8(key);
    require_utf8(text);
  }
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::size_t end = 0;
  for (const TensorToStore& tensor : tensors) {
    const std::size_t begin = end;
    end += tensor.values.size() * size_of(dtype);
    require_utf8(tensor.name);
    if (tensor.name == "__metadata__") {
      fail("a tensor cannot have the name \"__metadata__\"");
    }
    if (header.contains(tensor.name)) {
      fail("two tensors would have the name \"" + tensor.name + "\"");
    }
    header[tensor.name] = {{"dtype", dtype == Dtype::f64 ? "F64" : "F32"},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::vector<std::byte> file(8 + text.size() + end);
  to_little_endian(std::uint64_t{text.size()}, file.data());
  std::byte* at = std::transform(text.begin(), text.end(), file.data() + 8,
                                 [](char letter) { return static_cast<std::byte>(letter); });
  for (const TensorToStore& tensor : tensors) {
    for (const double value : tensor.values) {
      if (dtype == Dtype::f64) {
        to_little_endian(value, at);
      } else {
        to_little_endian(static_cast<float>(value), at);
      }
      at += size_of(dtype);
    }
  }
  return file;
}

}  // namespace eddy

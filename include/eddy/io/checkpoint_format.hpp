#pragma once

#include <eddy/io/checkpoint_schema.hpp>
#include <eddy/io/checksum.hpp>
#include <eddy/io/little_endian.hpp>
#include <eddy/io/state.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy {

/// The format of a checkpoint, version 2. All numbers are little-endian.
///
///   offset      bytes  what
///   0           8      89 65 64 64 79 0d 0a 1a: "eddy" between bytes that a transfer as text would change
///   8           4      u32: the version, 2
///   12          4      u32: s, the length of the schema
///   16          8      u64: p, the length of the payload
///   24          s      the schema, ASCII: kinds, an empty line, runs of numbers
///   24 + s      p      the payload: these numbers, one after the other; IEEE 754, two's complement, bool as
///                      0 or 1
///   24 + s + p  4      u32: CRC-32 of all bytes before
///
/// A line of kinds says what the part at a path is, as "0.stream is Stream<LstmCell, TruncatedBptt>", or of a
/// container how many elements it has, as "1 is elements<3>". A line of numbers has their path, their type
/// and their count, as "0.trainer.parameters f32[4672]". Paths begin with the position of the object. The
/// schema of version 1 has the numbers only.
struct CheckpointFormat {
  /// How a file begins.
  static constexpr std::array<unsigned char, 8> magic = {0x89, 0x65, 0x64, 0x64, 0x79, 0x0d, 0x0a, 0x1a};
  /// The version that is written, and the oldest that is read.
  static constexpr std::uint32_t version = 2, oldest_version = 1;
  /// Bytes before the schema, and of the checksum at the end.
  static constexpr std::size_t header = 24, checksum = 4;
};

/// Shows all numbers of some objects to a visitor, with paths that begin with the position of the object.
template <class Visit, class... T>
void visit_objects(Visit& visit, T&... objects) {
  int position = 0;
  (visit_numbers(std::to_string(position++), objects, visit), ...);
}

/// What a checkpoint of some objects is like.
struct CheckpointShape {
  static constexpr bool shapes_only = true;

  void kind(const std::string& path, const std::string& text) { kinds += path + " is " + text + '\n'; }

  template <class Number>
  void operator()(const std::string& path, const Number*, std::size_t count) {
    numbers += path + ' ' + type_name<std::remove_cv_t<Number>>() + '[' + std::to_string(count) + "]\n";
  }

  std::string schema() const { return kinds + '\n' + numbers; }

  std::string kinds, numbers;
};

/// The length of the numbers of some objects in a file.
struct CheckpointPayload {
  static constexpr bool shapes_only = false;

  template <class Number>
  void operator()(const std::string&, const Number*, std::size_t count) {
    size += count * sizeof(Number);
  }

  std::uint64_t size = 0;
};

/// Writes numbers as they lie in a file.
template <class Sink>
struct NumberWriter {
  static constexpr bool shapes_only = false;

  template <class Number>
  void operator()(const std::string&, const Number* numbers, std::size_t count) {
    if constexpr (std::endian::native == std::endian::little) {
      sink(numbers, count * sizeof(Number));
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        std::array<std::byte, sizeof(Number)> bytes;
        to_little_endian(numbers[i], bytes.data());
        sink(bytes.data(), bytes.size());
      }
    }
  }

  Sink& sink;
};

/// Reads numbers as they lie in a file; as many bytes are there as the numbers take.
struct NumberReader {
  static constexpr bool shapes_only = false;

  template <class Number>
  void operator()(const std::string&, Number* numbers, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, next += sizeof(Number)) {
      if constexpr (std::is_same_v<Number, bool>) {
        numbers[i] = *next != std::byte{0};
      } else {
        numbers[i] = from_little_endian<Number>(next);
      }
    }
  }

  const std::byte* next;
};

/// Writes a checkpoint piece by piece, by write(data, size).
template <class Write, class... T>
void write_checkpoint(Write&& write, const T&... objects) {
  CheckpointShape shape;
  CheckpointPayload payload;
  visit_objects(shape, objects...);
  visit_objects(payload, objects...);
  const std::string schema = shape.schema();
  Checksum checksum;
  const auto sink = [&](const void* data, std::size_t size) {
    if (size > 0) {
      checksum.add(data, size);
      write(data, size);
    }
  };
  std::array<std::byte, CheckpointFormat::header> header;
  std::memcpy(header.data(), CheckpointFormat::magic.data(), CheckpointFormat::magic.size());
  to_little_endian(CheckpointFormat::version, header.data() + 8);
  to_little_endian(static_cast<std::uint32_t>(schema.size()), header.data() + 12);
  to_little_endian(payload.size, header.data() + 16);
  sink(header.data(), header.size());
  sink(schema.data(), schema.size());
  NumberWriter<decltype(sink)> numbers{sink};
  visit_objects(numbers, objects...);
  std::array<std::byte, CheckpointFormat::checksum> sum;
  to_little_endian(checksum.value(), sum.data());
  write(sum.data(), sum.size());
}

/// Bytes that come from a source which may end before it has as many as it promised: memory is taken only for
/// those that came.
class IncomingBytes {
 public:
  /// Appends `count` bytes by read(data, size), which returns how many it has read; false if there are fewer.
  template <class Read>
  bool take(Read& read, std::uint64_t count) {
    constexpr std::uint64_t least = 1 << 16;
    while (count > 0) {
      const std::size_t old = bytes_.size();
      const auto piece = static_cast<std::size_t>((std::min)(count, (std::max)(std::uint64_t{old}, least)));
      bytes_.resize(old + piece);
      const std::size_t came = read(reinterpret_cast<char*>(bytes_.data()) + old, piece);
      bytes_.resize(old + came);
      if (came < piece) {
        return false;
      }
      count -= piece;
    }
    return true;
  }

  const std::byte* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads a checkpoint by read(data, size), which returns how many bytes it has read, and refuses it unless
/// may_end() is true behind it. Returns what is wrong with it, and then has changed nothing; or nothing.
template <class Read, class MayEnd, class... T>
std::string read_checkpoint(Read&& read, MayEnd&& may_end, T&... objects) {
  using Format = CheckpointFormat;
  const auto ends = [](const IncomingBytes& bytes) {
    return "it is cut off, or empty: it ends after " + std::to_string(bytes.size()) + " bytes";
  };
  IncomingBytes bytes;
  const bool has_header = bytes.take(read, Format::header);
  if (!std::equal(Format::magic.begin(),
                  Format::magic.begin() + (std::min)(bytes.size(), Format::magic.size()),
                  reinterpret_cast<const unsigned char*>(bytes.data()))) {
    return "it is no checkpoint of eddy: it does not begin as one";
  }
  if (!has_header) {
    return ends(bytes);
  }
  const auto version = from_little_endian<std::uint32_t>(bytes.data() + 8);
  if (version < Format::oldest_version || version > Format::version) {
    return "it is of version " + std::to_string(version) + ", expected " +
           std::to_string(Format::oldest_version) + " to " + std::to_string(Format::version);
  }
  const std::uint64_t schema_size = from_little_endian<std::uint32_t>(bytes.data() + 12);
  const std::uint64_t payload_size = from_little_endian<std::uint64_t>(bytes.data() + 16);
  if (!bytes.take(read, schema_size) || !bytes.take(read, payload_size)) {
    return ends(bytes);
  }
  Checksum checksum;
  checksum.add(bytes.data(), bytes.size());
  if (!bytes.take(read, Format::checksum)) {
    return ends(bytes);
  }
  if (from_little_endian<std::uint32_t>(bytes.data() + bytes.size() - Format::checksum) != checksum.value()) {
    return "it is damaged: its checksum is wrong";
  }
  if (!may_end()) {
    return "it is damaged: there is more behind its end";
  }
  CheckpointShape shape;
  CheckpointPayload payload;
  visit_objects(shape, objects...);
  visit_objects(payload, objects...);
  const std::string_view schema(reinterpret_cast<const char*>(bytes.data()) + Format::header,
                                static_cast<std::size_t>(schema_size));
  if (const std::string difference = describe_difference(version, schema, shape.kinds, shape.numbers);
      !difference.empty()) {
    return difference;
  }
  if (payload_size != payload.size) {
    return "it is damaged: its numbers take " + std::to_string(payload_size) + " bytes, expected " +
           std::to_string(payload.size);
  }

  std::vector<std::byte> before;
  before.reserve(static_cast<std::size_t>(payload.size));
  const auto keep = [&](const void* data, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(data);
    before.insert(before.end(), begin, begin + size);
  };
  NumberWriter<decltype(keep)> writer{keep};
  visit_objects(writer, std::as_const(objects)...);
  NumberReader reader{bytes.data() + Format::header + static_cast<std::size_t>(schema_size)};
  visit_objects(reader, objects...);
  if (!(state_is_valid(objects) && ...)) {
    NumberReader back{before.data()};
    visit_objects(back, objects...);
    return "it holds a state that cannot have come about";
  }
  return "";
}

}  // namespace eddy

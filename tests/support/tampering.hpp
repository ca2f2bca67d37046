#pragma once

// Checkpoints that were tampered with by somebody who knows the format: their checksum is right.

#include <eddy/io/checkpoint_format.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace eddy::testing {

/// A run of numbers of a payload, as the schema lists them.
struct Run {
  static constexpr bool shapes_only = false;

  std::string path;
  std::size_t begin, count, size;  ///< its first byte in the payload, and the bytes of a number
};

/// All runs of numbers of some objects, in order.
struct Runs {
  static constexpr bool shapes_only = false;

  template <class Number>
  void operator()(const std::string& path, const Number*, std::size_t count) {
    all.push_back({path, next, count, sizeof(Number)});
    next += count * sizeof(Number);
  }

  std::vector<Run> all;
  std::size_t next = 0;
};

template <class... T>
std::vector<Run> runs_of(const T&... objects) {
  Runs runs;
  visit_objects(runs, objects...);
  return runs.all;
}

/// Where the payload of a checkpoint begins, and how long it is.
inline std::size_t payload_begin(const std::string& checkpoint) {
  return CheckpointFormat::header +
         from_little_endian<std::uint32_t>(reinterpret_cast<const std::byte*>(checkpoint.data()) + 12);
}
inline std::size_t payload_size(const std::string& checkpoint) {
  return checkpoint.size() - CheckpointFormat::checksum - payload_begin(checkpoint);
}

/// Gives a checkpoint the checksum of its other bytes.
inline void sign(std::string& checkpoint) {
  const std::size_t size = checkpoint.size() - CheckpointFormat::checksum;
  Checksum checksum;
  checksum.add(checkpoint.data(), size);
  to_little_endian(checksum.value(), reinterpret_cast<std::byte*>(checkpoint.data()) + size);
}

/// The checkpoint with other bytes from a place of its payload on.
inline std::string with_bytes(std::string checkpoint, std::size_t place, const void* bytes,
                              std::size_t count) {
  if (place + count > payload_size(checkpoint)) {
    throw std::out_of_range("the payload of the checkpoint is shorter");
  }
  std::memcpy(checkpoint.data() + payload_begin(checkpoint) + place, bytes, count);
  sign(checkpoint);
  return checkpoint;
}

/// The checkpoint of some objects with another number in the place of one that is found by the path of its
/// run, such as "0.trainer.update.4", and its position in that.
template <class Number, class... T>
std::string with_number(const std::string& checkpoint, const std::string& path, std::size_t index,
                        Number number, const T&... objects) {
  for (const Run& run : runs_of(objects...)) {
    if (run.path == path && index < run.count && run.size == sizeof(Number)) {
      std::byte bytes[sizeof(Number)];
      to_little_endian(number, bytes);
      return with_bytes(checkpoint, run.begin + index * run.size, bytes, sizeof bytes);
    }
  }
  throw std::out_of_range("the state has no number " + path + "[" + std::to_string(index) + "] of " +
                          std::to_string(sizeof(Number)) + " bytes");
}

}  // namespace eddy::testing

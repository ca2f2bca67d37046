#pragma once

#include <eddy/core/error.hpp>
#include <eddy/io/atomic_file.hpp>
#include <eddy/io/checkpoint_format.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>
#include <string>
#include <system_error>

namespace eddy {

/// Writes the state of objects to a stream or a file: all that has to be kept so that, loaded into objects
/// that were constructed alike, learning goes on as if it had never stopped, bit for bit.
///
///   eddy::save("model.eddy", model);                      eddy::load("model.eddy", model);
///   eddy::save("all.eddy", pipeline, alice, metric);      eddy::load("all.eddy", pipeline, alice, metric);
///
/// An object is whatever shows its state (`HasState`): models and the streams and batches that they made,
/// pipelines, mixtures, transforms, heads, detectors, metrics, `Random`; or numbers, and containers of any of
/// these, as a `std::vector` of streams, which has the same length where it is loaded.
/// Of a model that is its weights, what its optimizer keeps and counts, the optimizer's settings (they may
/// change while it learns), its stream with the hidden state, the window and the labels whose error still
/// waits, the windows kept for rehearsal, its random generator, and which layers are frozen. All other
/// settings are those of the program, which may change them from one run to the next as far as sizes stay.
///
/// A file is replaced as a whole or not at all (`AtomicFile`). Throws `std::runtime_error` if it cannot be
/// written. Costs a pass over the state; allocates nothing that grows with it but the schema.
template <class... T>
requires(sizeof...(T) > 0) void save(std::ostream& out, const T&... objects) {
  write_checkpoint(
      [&](const void* data, std::size_t size) {
        out.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
      },
      objects...);
  if (!out) {
    fail<std::runtime_error>("the checkpoint could not be written to the stream");
  }
}
/// The same, to a file.
template <class... T>
requires(sizeof...(T) > 0) void save(const std::filesystem::path& path, const T&... objects) {
  AtomicFile file(path);
  write_checkpoint([&](const void* data, std::size_t size) { file.write(data, size); }, objects...);
  file.commit();
}

/// Reads from a stream what is there, up to `size` bytes.
struct StreamReader {
  std::istream& in;
  std::size_t operator()(char* data, std::size_t size) const {
    in.read(data, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(in.gcount());
  }
};

/// What `load` does, without exceptions: returns what is wrong with the checkpoint, or nothing if it was
/// loaded.
template <class... T>
requires(sizeof...(T) > 0) std::string try_load(std::istream& in, T&... objects) {
  return read_checkpoint(
      StreamReader{in}, [] { return true; }, objects...);
}
/// The same, from a file.
template <class... T>
requires(sizeof...(T) > 0) std::string try_load(const std::filesystem::path& path, T&... objects) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return "it is a folder";
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return "it cannot be opened: " + std::generic_category().message(errno);
  }
  return read_checkpoint(
      StreamReader{in}, [&] { return in.peek() == std::ifstream::traits_type::eof(); }, objects...);
}

/// Gives objects the state that `save` wrote: they go on where those went on, bit for bit.
///
/// The objects were constructed with the same types and sizes, in the same order; the file says by name what
/// it is of (`HasKind`). Throws `std::runtime_error`, with the reason, if there is no checkpoint, if it is
/// cut off or damaged, or of other objects; then nothing has changed. Takes memory as the file has, twice,
/// for a while. After a checkpoint on a stream comes what was written after it.
template <class... T>
requires(sizeof...(T) > 0) void load(std::istream& in, T&... objects) {
  if (const std::string reason = try_load(in, objects...); !reason.empty()) {
    fail<std::runtime_error>("the checkpoint was not loaded: " + reason);
  }
}
/// The same, from a file.
template <class... T>
requires(sizeof...(T) > 0) void load(const std::filesystem::path& path, T&... objects) {
  if (const std::string reason = try_load(path, objects...); !reason.empty()) {
    fail<std::runtime_error>("the checkpoint \"" + path.string() + "\" was not loaded: " + reason);
  }
}

}  // namespace eddy

#pragma once
// The file of --checkpoint: three checkpoints of eddy in a row, of the length of the description, of its
// text, and of all that has a state. So the description can be read before there is a model to load.

#include "errors.hpp"
#include "settings.hpp"

#include <eddy/io/checkpoint.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace eddy_stream {

/// Replaces the file as a whole or not at all; write(out) writes the state.
template <class Write>
void write_checkpoint_file(const std::string& path, const std::string& description, Write&& write) {
  std::ostringstream out;
  const std::vector<char> text(description.begin(), description.end());
  eddy::save(out, std::uint64_t{text.size()});
  eddy::save(out, text);
  write(out);
  eddy::AtomicFile file(path);
  file.write(out.view().data(), out.view().size());
  file.commit();
}

/// Reads the description at construction, and the state when it is asked to. Throws `CheckpointError` with
/// what is wrong with the file.
class CheckpointFile {
 public:
  explicit CheckpointFile(const std::string& path) : path_(path), in_(path, std::ios::binary) {
    if (!in_) {
      throw CheckpointError("the checkpoint \"" + path + "\" cannot be opened: " + std::strerror(errno));
    }
    guarded([&] {
      std::uint64_t size = 0;
      eddy::load(in_, size);
      if (size > (std::min)(std::uint64_t{longest}, std::uint64_t{std::filesystem::file_size(path)})) {
        throw std::runtime_error("its description would take " + std::to_string(size) + " bytes");
      }
      std::vector<char> text(size);
      eddy::load(in_, text);
      description_ = Description::parse({text.data(), text.size()});
      check_length(std::filesystem::file_size(path));
    });
  }

  const Description& description() const { return description_; }

  template <class Read>
  void read(Read&& read_state) {
    guarded([&] {
      read_state(in_);
      if (in_.peek() != std::ifstream::traits_type::eof()) {
        throw std::runtime_error("something follows its end");
      }
    });
  }

 private:
  static constexpr std::size_t longest = std::size_t{1} << 26;  // of a description

  // The newest errors of each target take a number each in the file, and each input takes one at least: so no
  // more memory is asked for than the file gives reason to.
  void check_length(std::uint64_t size) const {
    const Columns& columns = description_.columns;
    const std::uint64_t numbers =
        std::uint64_t{columns.targets.size()} * static_cast<std::uint64_t>(description_.rolling) +
        columns.inputs.size();
    if (numbers > size / sizeof(double)) {
      throw std::runtime_error("it describes more than it holds");
    }
  }

  template <class Work>
  void guarded(Work&& work) const {
    try {
      work();
    } catch (const std::exception& error) {
      throw CheckpointError("the checkpoint \"" + path_ +
                            "\" is left as it is, and nothing learned: " + error.what());
    }
  }

  std::string path_;
  std::ifstream in_;
  Description description_;
};

}  // namespace eddy_stream

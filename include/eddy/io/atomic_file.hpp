#pragma once

#include <eddy/core/error.hpp>
#include <eddy/io/partial_file.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace eddy {

/// What a path names that is no regular file, as "a folder"; empty if it is one, or nothing is there.
inline std::string irregular_kind(const std::filesystem::file_status& status) {
  using std::filesystem::file_type;
  switch (status.type()) {
    case file_type::directory:
      return "a folder";
    case file_type::fifo:
      return "a named pipe";
    case file_type::socket:
      return "a socket";
    case file_type::character:
    case file_type::block:
      return "a device";
    case file_type::none:
    case file_type::not_found:
    case file_type::regular:
      return "";
    default:
      return "of another type";
  }
}

/// A file that is replaced as a whole or not at all. What is written goes to a new file beside it;
/// `commit()` brings that to the disk and gives it the name. Whenever program or machine stop, there is the
/// old file or the new one. Without `commit()` the old file stays, and the new one is removed.
///
/// The new file is named as `PartialName` says until then; what a crash leaves of it is removed by the next
/// writer. Several may write a file at once: each makes the whole file, and the last to commit wins. A link
/// is followed, also to where nothing is yet; other names of the same file (hard links) keep the old content.
/// Permissions are those of the old file. A folder, a pipe or a device is refused before anything is written.
/// All members throw `std::runtime_error` with what the system says.
class AtomicFile {
 public:
  /// Opens a new file beside `path`; throws if it cannot.
  explicit AtomicFile(const std::filesystem::path& path) : given_(path), path_(path) {
    follow_links();
    if (!path_.has_filename()) {
      refuse("it names no file");
    }
    remove_abandoned(path_);
    const PartialName name(path_);
    int descriptor = -1;
    for (int attempt = 0; descriptor < 0; ++attempt) {
      partial_ = path_;
      partial_.replace_filename(name.fresh());
      descriptor = create_exclusively(partial_, path_);
      check(descriptor >= 0 || (errno == EEXIST && attempt < 100));
    }
    file_ = stream_of(descriptor);
    if (!file_) {
      const int reason = errno;
      std::error_code none;
      std::filesystem::remove(partial_, none);
      refuse(std::generic_category().message(reason));
    }
  }

  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  ~AtomicFile() {
    if (file_) {
      std::fclose(file_);
    }
    if (!committed_) {
      std::error_code none;
      std::filesystem::remove(partial_, none);
    }
  }

  /// Appends bytes; throws if they cannot be written.
  void write(const void* data, std::size_t size) { check(std::fwrite(data, 1, size, file_) == size); }

  /// Makes what was written the file.
  void commit() {
    check(std::fflush(file_) == 0 && synchronize(file_));
#if defined(_WIN32)  // where an open file keeps its name
    check(std::fclose(std::exchange(file_, nullptr)) == 0);
#endif
    std::error_code error;
    std::filesystem::rename(partial_, path_, error);
    if (error) {
      refuse(error.message());
    }
    committed_ = true;
    if (file_) {
      std::fclose(std::exchange(file_, nullptr));  // its lock held others off until it had its name
    }
    synchronize_folder();
  }

 private:
  /// Finds the file that the path stands for, and refuses what is no file.
  void follow_links() {
    if (path_.empty()) {
      refuse("its path is empty");
    }
    constexpr int most = 40;  // as Linux
    std::error_code error;
    for (int links = 0;; ++links) {
      const auto status = std::filesystem::status(path_, error);
      if (const std::string kind = irregular_kind(status); !kind.empty()) {
        refuse("it is " + kind + ", expected a regular file");
      }
      if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path_, error))) {
        break;
      }
      if (links == most) {
        refuse("it is a link that leads back to itself");
      }
      const std::filesystem::path target = std::filesystem::read_symlink(path_, error);
      if (error) {
        refuse(error.message());
      }
      path_ = path_.parent_path() / target;
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      refuse(error.message());
    }
  }

  void check(bool succeeded) const {
    if (!succeeded) {
      refuse(std::generic_category().message(errno));
    }
  }
  [[noreturn]] void refuse(const std::string& reason) const {
    const std::string link = path_ == given_ ? "" : " (a link to \"" + path_.string() + "\")";
    fail<std::runtime_error>("cannot write \"" + given_.string() + "\"" + link + ": " + reason);
  }

#if defined(_WIN32)
  static std::FILE* stream_of(int descriptor) { return ::_fdopen(descriptor, "wb"); }
  static bool synchronize(std::FILE* file) { return ::_commit(::_fileno(file)) == 0; }
  void synchronize_folder() const {}
#else
  static std::FILE* stream_of(int descriptor) { return ::fdopen(descriptor, "wb"); }
  static bool synchronize(std::FILE* file) { return ::fsync(::fileno(file)) == 0; }

  /// The new name reaches the disk, too. Not every file system lets a folder be synchronised: then it does
  /// when the system sees fit.
  void synchronize_folder() const {
    const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
      ::fsync(descriptor);
      ::close(descriptor);
    }
  }
#endif

  std::filesystem::path given_, path_, partial_;
  std::FILE* file_ = nullptr;
  bool committed_ = false;
};

}  // namespace eddy

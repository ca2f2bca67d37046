#pragma once

#include <eddy/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#if defined(_WIN32)
#include <io.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

namespace eddy {

/// A file that is replaced as a whole or not at all. What is written goes to a file beside it, whose name
/// ends in ".partial"; `commit()` brings that to the disk and gives it the name. Whenever program or machine
/// stop, there is the old file or the new one; a crash may leave the partial file, which the next writer
/// overwrites. Without `commit()` the old file stays, and the partial one is removed.
///
/// One writer a file at a time. A link is followed; permissions are those of the old file. All members throw
/// `std::runtime_error` with what the system says.
class AtomicFile {
 public:
  /// Opens a new file beside `path`; throws if it cannot.
  explicit AtomicFile(const std::filesystem::path& path) : path_(path) {
    std::error_code none;
    if (std::filesystem::is_symlink(path, none)) {
      path_ = std::filesystem::weakly_canonical(path, none);
    }
    partial_ = path_;
    partial_ += ".partial";
#if defined(_WIN32)
    file_ = _wfopen(partial_.c_str(), L"wb");
#else
    file_ = std::fopen(partial_.c_str(), "wb");
#endif
    check(file_ != nullptr);
    const auto old = std::filesystem::status(path_, none);
    if (std::filesystem::is_regular_file(old)) {
      std::filesystem::permissions(partial_, old.permissions(), none);
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
    check(std::fclose(std::exchange(file_, nullptr)) == 0);
    std::error_code error;
    std::filesystem::rename(partial_, path_, error);
    if (error) {
      refuse(error.message());
    }
    committed_ = true;
    synchronize_folder();
  }

 private:
  void check(bool succeeded) const {
    if (!succeeded) {
      refuse(std::generic_category().message(errno));
    }
  }
  [[noreturn]] void refuse(const std::string& reason) const {
    fail<std::runtime_error>("cannot write \"" + path_.string() + "\": " + reason);
  }

#if defined(_WIN32)
  static bool synchronize(std::FILE* file) { return _commit(_fileno(file)) == 0; }
  void synchronize_folder() const {}
#else
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

  std::filesystem::path path_, partial_;
  std::FILE* file_ = nullptr;
  bool committed_ = false;
};

}  // namespace eddy

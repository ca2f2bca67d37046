#pragma once

#include <eddy/core/cxx20.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <sys/stat.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if __has_include(<sys/file.h>)
#include <sys/file.h>
#endif
#endif

namespace eddy {

/// The names of partial files: that of the file that they will become, cut off where it would be too long for
/// a file system, a dot, 16 hexadecimal digits, and ".partial".
struct PartialName {
  using String = std::filesystem::path::string_type;
  static constexpr std::size_t digits = 16, longest = 255;

  explicit PartialName(const std::filesystem::path& file) : beginning(file.filename().native()) {
    const std::size_t rest = 1 + digits + ending().size();
    if (beginning.size() + rest > longest) {
      std::size_t length = longest - rest;
      while (length > 0 && (static_cast<unsigned>(beginning[length]) & 0xc0u) == 0x80u) {
        --length;  // no half of a letter in UTF-8
      }
      beginning.resize(length);
    }
    beginning += String::value_type{'.'};
  }

  /// A name that nobody else uses. It differs between calls, threads, processes and runs.
  String fresh() const {
    static std::atomic<std::uint64_t> calls{0};
#if defined(_WIN32)
    const auto process = static_cast<std::uint64_t>(::_getpid());
#else
    const auto process = static_cast<std::uint64_t>(::getpid());
#endif
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    // The finalizer of SplitMix64 (Steele, Lea & Flood 2014) spreads what differs over all digits.
    std::uint64_t bits = static_cast<std::uint64_t>(now) + (process << 40) + calls++ * 0x9e3779b97f4a7c15u;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    bits ^= bits >> 31;
    String name = beginning;
    for (std::size_t digit = 0; digit < digits; ++digit, bits >>= 4) {
      name += static_cast<String::value_type>("0123456789abcdef"[bits & 15u]);
    }
    return name + ending();
  }

  /// Whether a name may be one of these.
  bool matches(const String& name) const {
    if (name.size() != beginning.size() + digits + ending().size() || !name.starts_with(beginning) ||
        !name.ends_with(ending())) {
      return false;
    }
    for (std::size_t i = 0; i < digits; ++i) {
      const auto letter = name[beginning.size() + i];
      if (!(letter >= '0' && letter <= '9') && !(letter >= 'a' && letter <= 'f')) {
        return false;
      }
    }
    return true;
  }

  String beginning;

 private:
  static String ending() {
    constexpr std::string_view text = ".partial";
    return {text.begin(), text.end()};
  }
};

#if defined(_WIN32)

/// Creates a file for writing that was not there before; -1, and errno says why, if it cannot.
inline int create_exclusively(const std::filesystem::path& path, const std::filesystem::path&) {
  return ::_wopen(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT,
                  _S_IREAD | _S_IWRITE);
}

/// Leaves partial files where they are: nothing tells whether somebody still writes them.
inline void remove_abandoned(const std::filesystem::path&) {}

#else

/// Takes the lock of an open file, which is held until it is closed, by whomever it was opened; waits for it,
/// or does not. False if it cannot be had, or the file system has no locks.
inline bool lock_file([[maybe_unused]] int descriptor, [[maybe_unused]] bool wait) {
#if defined(LOCK_EX) && defined(LOCK_NB)
  int result = -1;
  do {
    result = ::flock(descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  return result == 0;
#else
  return false;
#endif
}

/// Gives the lock of an open file back.
inline void unlock_file([[maybe_unused]] int descriptor) {
#if defined(LOCK_UN)
  ::flock(descriptor, LOCK_UN);
#endif
}

/// Creates a file for writing that was not there before, follows no link to it, and locks it. It gets the
/// permissions of the file that it will replace, if there is one. Returns -1, and errno says why, if it
/// cannot.
inline int create_exclusively(const std::filesystem::path& path, const std::filesystem::path& replaced) {
  struct stat old {};
  const bool is_new = ::stat(replaced.c_str(), &old) != 0;
  const mode_t mode = is_new ? 0666 : 0600;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (descriptor < 0) {
    return -1;
  }
  struct stat created {};
  lock_file(descriptor, true);
  if (::fstat(descriptor, &created) != 0 || created.st_nlink == 0) {
    ::close(descriptor);
    errno = EEXIST;  // somebody took it for abandoned before it was locked: another name, please
    return -1;
  }
  if (!is_new && ::fchmod(descriptor, old.st_mode & 07777) != 0) {
    errno = 0;  // not every file system has permissions
  }
  return descriptor;
}

/// Removes what crashed writers of a file have left beside it: regular files of ours, named as partial files
/// of it are, that nobody holds the lock of.
inline void remove_abandoned(const std::filesystem::path& file) {
  const PartialName name(file);
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!name.matches(entry->path().filename().native())) {
      continue;
    }
    struct stat found {};
    const std::filesystem::path& path = entry->path();
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
      continue;
    }
    if (::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == ::geteuid() &&
        lock_file(descriptor, false)) {
      ::unlink(path.c_str());
      unlock_file(descriptor);
    }
    ::close(descriptor);
  }
}

#endif

}  // namespace eddy

#pragma once
// Lines from a file descriptor, by large reads: no system call a line, and no waiting for a full buffer
// either.

#include "interruption.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy_stream {

/// Reads lines. One longer than a mebibyte comes cut off, to be refused.
class LineReader {
 public:
  static constexpr std::size_t longest = std::size_t{1} << 20;

  explicit LineReader(int descriptor)
      : descriptor_(descriptor), start_(::lseek(descriptor, 0, SEEK_CUR)), buffer_(longest) {}

  /// The next line without its end, valid until the next call. False at the end of the input, and when the
  /// program is to end: what has no line end by then is left. Calls pause() before it waits, and four times a
  /// second while it does.
  template <class Pause>
  bool next(std::string_view& line, Pause&& pause) {
    for (;;) {
      if (interrupted()) {
        return false;
      }
      const char* const begin = buffer_.data() + begin_;
      const auto* const found =
          static_cast<const char*>(std::memchr(begin + searched_, '\n', end_ - begin_ - searched_));
      if (found) {
        line = take(static_cast<std::size_t>(found - begin), 1);
        if (std::exchange(within_long_line_, false)) {
          continue;  // the rest of a line that was cut off
        }
        return true;
      }
      searched_ = end_ - begin_;
      if (searched_ == longest) {
        line = take(searched_, 0);
        if (!std::exchange(within_long_line_, true)) {
          return true;
        }
        continue;
      }
      if (!fill(pause)) {
        if (interrupted() || begin_ == end_ || within_long_line_) {
          return false;
        }
        line = take(end_ - begin_, 0);
        return true;
      }
    }
  }

  /// Goes back to where it began; false if the input is none that one can go back in.
  bool rewind() {
    if (start_ < 0 || ::lseek(descriptor_, start_, SEEK_SET) != start_) return false;
    begin_ = end_ = searched_ = 0;
    bytes_ = 0;
    within_long_line_ = false;
    return true;
  }

  std::int64_t bytes() const { return bytes_; }  ///< read so far, including what waits in the buffer

 private:
  std::string_view take(std::size_t length, std::size_t line_end) {
    std::string_view line(buffer_.data() + begin_, length);
    begin_ += length + line_end;
    searched_ = 0;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    return line;
  }

  // False at the end of the input, or if interrupted.
  template <class Pause>
  bool fill(Pause& pause) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    while (!wait(0)) {
      pause();
      if (interrupted()) return false;
      if (wait(250)) break;
    }
    for (;;) {
      if (interrupted()) return false;
      const ssize_t count = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
      if (count >= 0) {
        end_ += static_cast<std::size_t>(count);
        bytes_ += count;
        return count > 0;
      }
      if (errno == EAGAIN) {
        wait(250);
      } else if (errno != EINTR) {
        throw std::runtime_error(std::string("the input cannot be read: ") + std::strerror(errno));
      }
    }
  }

  // Whether there is something to read, or a signal, within so many milliseconds.
  bool wait(int milliseconds) const {
    pollfd waits[] = {{descriptor_, POLLIN, 0}, {interruption_descriptor(), POLLIN, 0}};
    return ::poll(waits, 2, milliseconds) != 0;
  }

  int descriptor_;
  off_t start_;  // -1: of a pipe
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0, searched_ = 0;
  std::int64_t bytes_ = 0;
  bool within_long_line_ = false;
};

/// The size of a regular file; -1 for a pipe, a terminal and the like.
inline std::int64_t size_of_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) ? std::int64_t{status.st_size} : -1;
}

}  // namespace eddy_stream

#pragma once
// What the user sees while the program runs, and at its end.

#include "track.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace forecast {

/// Time spent in one part of the program.
class Stopwatch {
 public:
  template <class Work>
  void time(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    spent_ += std::chrono::steady_clock::now() - start;
  }
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(spent_).count(); }

 private:
  std::chrono::steady_clock::duration spent_{};
};

inline std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// 12345678 as "12,345,678".
inline std::string grouped(double number) {
  std::string digits = formatted("%.0f", number);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

/// A line that rewrites itself ten times a second on a terminal; elsewhere, a plain line each tenth of the
/// way.
class Progress {
 public:
  Progress(std::size_t rows, bool shown)
      : rows_(rows), shown_(shown), terminal_(isatty(STDOUT_FILENO) != 0) {}

  void update(std::size_t done, double model_seconds, const std::vector<Track>& tracks) {
    if (!shown_ || !due(done)) return;
    const auto count = static_cast<double>(done);
    std::string line = formatted("%3.0f%%", 100 * count / static_cast<double>(rows_)) + "  " +
                       grouped(count) + " rows  " + grouped(model_seconds > 0 ? count / model_seconds : 0) +
                       "/s  MAE";
    for (const Track& track : tracks) {
      const std::string error = track.count() > 0 ? formatted("%.3f", track.mean_absolute_error()) : "-";
      const std::string entry = "  " + track.name() + " " + error;
      if (line.size() + entry.size() < width()) line += entry;
    }
    std::printf(terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
    if (terminal_ && done == rows_) std::printf("\n");
    std::fflush(stdout);
  }

 private:
  // A line that wraps could not be rewritten.
  [[nodiscard]] std::size_t width() const {
    winsize size{};
    if (!terminal_) return 1'000;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }

  bool due(std::size_t done) {
    if (done == rows_) return true;
    if (!terminal_) return done * 10 / rows_ != (done - 1) * 10 / rows_;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(100)) return false;
    last_ = now;
    return true;
  }

  std::size_t rows_;
  bool shown_, terminal_;
  std::chrono::steady_clock::time_point last_{};
};

/// The scores, a forecaster a line, the model's first.
inline void print_table(const std::vector<Track>& tracks) {
  std::size_t width = 0;
  for (const Track& track : tracks) width = (std::max)(width, track.name().size());
  const double model = tracks.front().mean_absolute_error();
  std::printf("\n%-*s %10s %10s %12s %8s\n", static_cast<int>(width), "", "MAE", "RMSE", "MAE / model",
              "rows");
  for (const Track& track : tracks)
    std::printf("%-*s %10.4g %10.4g %12.3f %8zu\n", static_cast<int>(width), track.name().c_str(),
                track.mean_absolute_error(), track.root_mean_squared_error(),
                track.mean_absolute_error() / model, track.count());
}

}  // namespace forecast

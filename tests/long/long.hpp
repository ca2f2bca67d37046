#pragma once

// What the parts of the program for long runs share.

#include <chrono>
#include <cstdint>
#include <string>

namespace eddy::testing {

/// How many samples of `all` a run takes: all of them, or a hundredth if it is to be quick.
std::int64_t samples(std::int64_t all);

/// Prints a line of the table, with what was measured, and counts the check as failed unless it holds.
void check(const std::string& what, const std::string& measured, bool holds);

/// A number with some digits.
std::string digits(double value, const char* format = "%.3g");

/// Bytes that lie on the heap, and how often any were asked for, since the program began.
std::int64_t heap_bytes();
std::int64_t heap_allocations();

/// Seconds since some moment.
inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The parts, each of which prints its lines.
void run_streams();
void run_scalers();
void run_detectors();
void run_clocks();
void run_silence();

}  // namespace eddy::testing

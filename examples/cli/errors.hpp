#pragma once
// How the program may end other than well; docs/eddy-stream.md lists the exit codes.

#include <stdexcept>

namespace eddy_stream {

enum ExitCode { finished = 0, failed = 1, misused = 2, refused_checkpoint = 3 };

/// A checkpoint that cannot be gone on from: damaged, or of other options.
struct CheckpointError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Options that do not fit the input: a column that is not there, two targets for a model of one.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Nobody reads the output any more, as after `| head`: no failure, but the end.
struct OutputClosed : std::runtime_error {
  OutputClosed() : std::runtime_error("the output was closed") {}
};

/// A line that is skipped, with the reason.
struct BadLine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace eddy_stream

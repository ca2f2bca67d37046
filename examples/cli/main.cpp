// Reads lines of CSV, predicts the next rows, and learns from each row as it comes; docs/eddy-stream.md.

#include "command_line.hpp"
#include "errors.hpp"
#include "interruption.hpp"
#include "session.hpp"
#include "text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

using namespace eddy_stream;

static int open_input(const std::string& path) {
  if (path == "-") return STDIN_FILENO;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::runtime_error(path + ": cannot be opened: " + std::strerror(errno));
  return descriptor;
}

static int complain(const std::exception& error, ExitCode code) {
  std::fprintf(stderr, "eddy-stream: %s\n", escaped(error.what(), "\n").c_str());
  return code;
}

int main(int argc, char** argv) try {
  Options options;
  CLI::App app;
  declare(app, options);
  try {
    app.parse(argc, argv);
    if (options.stride > options.window + options.horizon - 1) {
      throw CLI::ValidationError("--stride", "more than the window");
    }
    if (options.thousands == std::string(1, options.decimal)) {
      throw CLI::ValidationError("--thousands", "the same as --decimal");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? finished : misused;
  }
  catch_signals();
  try {
    Session(options, open_input(options.input), STDOUT_FILENO).run();
  } catch (const OutputClosed& closed) {
    std::fprintf(stderr, "eddy-stream: %s%s\n", closed.what(),
                 options.checkpoint.empty() ? "" : ": rows since the latest checkpoint are not kept");
  }
  return finished;
} catch (const UsageError& error) {
  return complain(error, misused);
} catch (const CheckpointError& error) {
  return complain(error, refused_checkpoint);
} catch (const std::exception& error) {
  return complain(error, failed);
}

// A program of its own: it takes the place of some calls of the system, to be killed at them.

#include "support/state.hpp"

#include <eddy/eddy.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::string calls;       ///< what was called, in order: s and S synchronise a file and a folder, r renames
int calls_to_live = -1;  ///< killed before the call after so many; never, if below 0

void note(char call) {
  if (calls_to_live == 0) {
    std::raise(SIGKILL);
  }
  --calls_to_live;
  calls += call;
}

}  // namespace

extern "C" int fsync(int descriptor) {
  struct stat what {};
  ::fstat(descriptor, &what);
  note(S_ISDIR(what.st_mode) ? 'S' : 's');
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
extern "C" int rename(const char* from, const char* to) noexcept {
  note('r');
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace eddy::testing {
namespace {

using Model = Lstm<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>>;

class Crash : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    save(path_, old_);
    calls.clear();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// What the partial files in the folder hold.
  std::vector<std::string> partial_files() {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() == ".partial") {
        all.push_back(contents(entry.path()));
      }
    }
    return all;
  }

  /// Lets another process replace the file, after `prepare()`; returns the signal that killed it, or 0.
  template <class Prepare>
  int replace(Prepare&& prepare) {
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit no_core{0, 0};
      ::setrlimit(RLIMIT_CORE, &no_core);
      prepare();
      save(path_, new_);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  /// Whether the file is the old one or the new one as a whole, can be loaded, and can be replaced again.
  ::testing::AssertionResult is(const Model& expected) {
    if (contents(path_) != saved(expected)) {
      return ::testing::AssertionFailure() << "the file is another";
    }
    Model model({.seed = 9});
    load(path_, model);
    if (saved(model) != saved(expected)) {
      return ::testing::AssertionFailure() << "the model is another";
    }
    save(path_, new_);
    if (contents(path_) != saved(new_) ||
        std::distance(std::filesystem::directory_iterator(folder_), {}) != 1) {
      return ::testing::AssertionFailure() << "it cannot be replaced again";
    }
    save(path_, old_);
    return ::testing::AssertionSuccess();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("eddy_crash_" + std::to_string(::getpid()));
  const std::filesystem::path path_ = folder_ / "model.eddy";
  const Model old_{{.seed = 1}}, new_{{.seed = 2}};
};

TEST_F(Crash, TheFileReachesTheDiskBeforeItsNameDoes) {
  save(path_, new_);
  EXPECT_EQ(calls, "srS");
}

/// The system kills a process that makes a file longer than it is allowed to; what fits was written.
TEST_F(Crash, AtAnyByteLeavesTheOldFile) {
  const std::size_t size = saved(new_).size();
  ASSERT_GT(size, 1000u);
  for (std::size_t bytes = 0; bytes < size; ++bytes) {
    const int signal = replace([&] {
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    ASSERT_EQ(signal, SIGXFSZ) << bytes;
    ASSERT_EQ(partial_files(), std::vector<std::string>{saved(new_).substr(0, bytes)});
    ASSERT_EQ(contents(path_), saved(old_));
  }
  EXPECT_TRUE(is(old_));
}

TEST_F(Crash, AtEveryStageLeavesTheOldFileOrTheNew) {
  const std::string stages = "srS";
  for (int survived = 0; survived <= 3; ++survived) {
    const int signal = replace([&] { calls_to_live = survived; });
    EXPECT_EQ(signal, survived < 3 ? SIGKILL : 0);
    EXPECT_TRUE(is(survived < 2 ? old_ : new_))
        << "killed after " << stages.substr(0, static_cast<std::size_t>(survived));
  }
}

TEST_F(Crash, ADiskThatIsFullIsReportedAndLeavesTheOldFile) {
  const int signal = replace([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      save(path_, new_);
    } catch (const std::runtime_error& error) {
      const bool named =
          std::string(error.what()).find("cannot write \"" + path_.string() + "\": File too large") !=
          std::string::npos;
      ::_exit(named && std::distance(std::filesystem::directory_iterator(folder_), {}) == 1 ? 0 : 1);
    }
    ::_exit(2);
  });
  EXPECT_EQ(signal, 0);
  EXPECT_TRUE(is(old_));
}

/// The file is whole whenever it is read, and neither of the writers fails.
TEST_F(Crash, TwoProcessesThatSaveAtOnceLeaveAWholeFile) {
  std::vector<pid_t> writers;
  for (const Model* model : {&old_, &new_}) {
    writers.push_back(::fork());
    if (writers.back() == 0) {
      for (int i = 0; i < 100; ++i) {
        save(path_, *model);  // an error ends the process
      }
      ::_exit(0);
    }
  }
  const std::string one = saved(old_), other = saved(new_);
  int broken = 0, status = 0;
  for (const pid_t writer : writers) {
    while (::waitpid(writer, &status, WNOHANG) == 0) {
      const std::string now = contents(path_);
      broken += now != one && now != other;
    }
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

/// Memory is taken for what came, whatever the header says is to come: here 2^32 bytes of schema, and 2^63 of
/// numbers.
TEST_F(Crash, ABombTakesNoMoreMemoryThanItsFile) {
  std::string bomb = saved(new_);
  bomb.replace(12, 4, "\xff\xff\xff\xff");
  std::string other = saved(new_);
  other[23] = 0x7f;
  EXPECT_EQ(replace([&] {
              const rlimit limit{std::size_t{1} << 30, std::size_t{1} << 30};
              ::setrlimit(RLIMIT_AS, &limit);
              Model model;
              for (const std::string& bytes : {bomb, other}) {
                if (try_load_from(bytes, model) !=
                    "it is cut off, or empty: it ends after " + std::to_string(bytes.size()) + " bytes") {
                  ::_exit(1);
                }
              }
            }),
            0);
}

}  // namespace
}  // namespace eddy::testing

// Files of checkpoints, and what an AtomicFile does with whatever is in its way.

#include "support/state.hpp"

#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#endif

namespace eddy::testing {
namespace {

using Small = Lstm<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>>;

class CheckpointFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// The message of the error that a call throws.
  template <class Call>
  static std::string error(Call&& call) {
    try {
      call();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  static std::ptrdiff_t files_in(const std::filesystem::path& folder) {
    return std::distance(std::filesystem::directory_iterator(folder), {});
  }
  static std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  /// What saving says after "eddy: cannot write "…"": "" if it succeeds.
  std::string refusal(const std::filesystem::path& path) {
    const std::string message = error([&] { save(path, Small()); });
    const std::string beginning = "eddy: cannot write \"" + path.string() + "\"";
    EXPECT_TRUE(message.empty() || message.starts_with(beginning)) << message;
    return message.empty() ? "" : message.substr(beginning.size());
  }

  // One for each process: CTest runs tests side by side.
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("eddy_checkpoint_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
  const std::filesystem::path path_ = folder_ / "model.eddy";
};

TEST_F(CheckpointFile, IsReadAsItWasWritten) {
  Small model({.seed = 1}), other({.seed = 2});
  save(path_, model);
  EXPECT_EQ(files_in(folder_), 1);
  load(path_.string().c_str(), other);
  EXPECT_EQ(saved(model), saved(other));
  save(path_, Small({.seed = 3}), 7);
  int number = 0;
  load(path_.string(), other, number);
  EXPECT_EQ(number, 7);
  EXPECT_EQ(saved(other), saved(Small({.seed = 3})));
}

TEST_F(CheckpointFile, ErrorsNameTheFile) {
  Small model;
  EXPECT_EQ(error([&] { load(path_, model); }),
            "eddy: the checkpoint \"" + path_.string() +
                "\" was not loaded: it cannot be opened: No such file or directory");
  EXPECT_EQ(error([&] { load(folder_, model); }),
            "eddy: the checkpoint \"" + folder_.string() + "\" was not loaded: it is a folder");
  EXPECT_EQ(
      error([&] { save(folder_ / "none" / "model.eddy", model); }),
      "eddy: cannot write \"" + (folder_ / "none" / "model.eddy").string() + "\": No such file or directory");
  EXPECT_NE(error([&] { save(folder_, model); }), "");
  EXPECT_TRUE(std::filesystem::is_directory(folder_));
}

TEST_F(CheckpointFile, WithSomethingBehindItsEndIsRefused) {
  Small model({.seed = 1}), other({.seed = 2});
  save(path_, model);
  std::ofstream(path_, std::ios::app) << '\n';
  EXPECT_EQ(try_load(path_, other), "it is damaged: there is more behind its end");
  EXPECT_EQ(saved(other), saved(Small({.seed = 2})));
}

TEST_F(CheckpointFile, LinksAreFollowedAndPermissionsStay) {
  using std::filesystem::perms;
  save(path_, Small({.seed = 1}));
  std::filesystem::permissions(path_, perms::owner_read | perms::owner_write);
  std::filesystem::create_symlink(path_, folder_ / "newest");
  save(folder_ / "newest", Small({.seed = 2}));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "newest"));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
  Small model;
  load(path_, model);
  EXPECT_EQ(saved(model), saved(Small({.seed = 2})));
}

TEST_F(CheckpointFile, AWriterThatGivesUpLeavesTheOldFile) {
  save(path_, Small({.seed = 1}));
  {
    AtomicFile file(path_);
    file.write("half", 4);
  }
  EXPECT_EQ(files_in(folder_), 1);
  Small model;
  load(path_, model);
  EXPECT_EQ(saved(model), saved(Small({.seed = 1})));
}

TEST_F(CheckpointFile, ALinkIsFollowedToWhereNothingIsYet) {
  namespace fs = std::filesystem;
  fs::create_directory(folder_ / "runs");
  fs::create_symlink("runs/first.eddy", folder_ / "newest");  // from the folder of the link on
  fs::create_symlink("newest", folder_ / "best");
  EXPECT_EQ(refusal(folder_ / "best"), "");
  EXPECT_TRUE(fs::is_symlink(folder_ / "best") && fs::is_symlink(folder_ / "newest"));
  EXPECT_EQ(contents(folder_ / "runs" / "first.eddy"), saved(Small()));
  EXPECT_EQ(files_in(folder_), 3);

  fs::create_symlink("nowhere/model.eddy", folder_ / "lost");
  EXPECT_EQ(refusal(folder_ / "lost"),
            " (a link to \"" + (folder_ / "nowhere/model.eddy").string() + "\"): No such file or directory");
  EXPECT_TRUE(fs::is_symlink(folder_ / "lost"));
}

TEST_F(CheckpointFile, ALoopOfLinksIsSaidToBeOne) {
  std::filesystem::create_symlink("second", folder_ / "first");
  std::filesystem::create_symlink("first", folder_ / "second");
  EXPECT_EQ(refusal(folder_ / "first"), ": it is a link that leads back to itself");
  std::filesystem::create_symlink("own", folder_ / "own");
  EXPECT_EQ(refusal(folder_ / "own"), ": it is a link that leads back to itself");
  EXPECT_EQ(files_in(folder_), 3);
}

TEST_F(CheckpointFile, PathsThatNameNoFileAreRefused) {
  EXPECT_EQ(refusal(""), ": its path is empty");
  EXPECT_EQ(refusal(folder_), ": it is a folder, expected a regular file");
  EXPECT_EQ(refusal(folder_ / "new" / ""), ": it names no file");
  std::filesystem::create_directory_symlink(folder_, folder_ / "link");
  EXPECT_NE(refusal(folder_ / "link").find("it is a folder"), std::string::npos);
  write(path_, "precious");
  EXPECT_EQ(refusal(path_ / "model.eddy"), ": Not a directory");
  EXPECT_EQ(refusal(folder_ / std::string(256, 'n')), ": File name too long");
  EXPECT_EQ(contents(path_), "precious");
  EXPECT_EQ(files_in(folder_), 2);
}

TEST_F(CheckpointFile, NamesMayBeAsLongAsTheSystemLetsThem) {
  std::string letters;
  while (letters.size() < 254) {
    letters += "\xc3\xb6";  // of two bytes each: where a name is cut off, none may be cut apart
  }
  for (const std::string& name : {std::string(255, 'n'), letters, 'n' + letters, std::string("a")}) {
    EXPECT_EQ(refusal(folder_ / name), "") << name;
    EXPECT_EQ(contents(folder_ / name), saved(Small()));
    const PartialName partial(folder_ / name);
    const auto fresh = partial.fresh();
    EXPECT_LE(fresh.size(), 255u);
    EXPECT_TRUE(partial.matches(fresh)) << fresh;
    EXPECT_NE(partial.fresh(), fresh);
    EXPECT_NE(fresh[fresh.size() - 26] & 0xc0, 0xc0) << "half a letter";
  }
  EXPECT_EQ(files_in(folder_), 4);
}

/// Somebody else's file is not ours to overwrite, whatever its name, and not a link to it either.
TEST_F(CheckpointFile, NothingBesideTheFileIsTouched) {
  write(folder_ / "victim", "precious");
  for (const char* name :
       {"model.eddy.partial", "model.eddy.0123456789abcde.partial", "model.eddy.0123456789abcdefg.partial",
        "model.eddy.0123456789ABCDEF.partial", "model.eddy.0123456789abcdeg.partial",
        "model.eddyx0123456789abcdef.partial", "other.eddy.0123456789abcdef.partial"}) {
    write(folder_ / name, "theirs");
  }
  std::filesystem::create_symlink("victim", folder_ / "model.eddy.0123456789abcdef.partial");
  std::filesystem::create_directory(folder_ / "model.eddy.1123456789abcdef.partial");
  const auto files = files_in(folder_);
  EXPECT_EQ(refusal(path_), "");
  EXPECT_EQ(files_in(folder_), files + 1);
  EXPECT_EQ(contents(folder_ / "victim"), "precious");
  EXPECT_EQ(contents(folder_ / "model.eddy.partial"), "theirs");
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(path_)));
}

TEST_F(CheckpointFile, WhatACrashLeftIsRemovedAndWhatIsBeingWrittenStays) {
  write(folder_ / "model.eddy.0123456789abcdef.partial", "half a model");
  {
    AtomicFile first(path_);
    EXPECT_EQ(files_in(folder_), 1) << "the first writer removes it";
    first.write("first", 5);
    AtomicFile second(path_);
    EXPECT_EQ(files_in(folder_), 2) << "the second one leaves that of the first";
    second.write("second", 6);
    second.commit();
    EXPECT_EQ(contents(path_), "second");
    first.commit();
  }
  EXPECT_EQ(contents(path_), "first");
  EXPECT_EQ(files_in(folder_), 1);
}

TEST_F(CheckpointFile, SeveralWritersAtOnceEachLeaveAWholeFile) {
  std::vector<std::string> whole;
  for (int seed = 0; seed < 3; ++seed) {
    whole.push_back(saved(Small({.seed = static_cast<std::uint64_t>(seed)})));
  }
  save(path_, Small({.seed = 0}));
  std::atomic<int> failed{0}, running{3};
  std::vector<std::thread> writers;
  for (int seed = 0; seed < 3; ++seed) {
    writers.emplace_back([&, seed] {
      for (int i = 0; i < 40; ++i) {
        try {
          save(path_, Small({.seed = static_cast<std::uint64_t>(seed)}));
        } catch (const std::exception&) {
          ++failed;
        }
      }
      --running;
    });
  }
  int broken = 0;
  while (running > 0) {
    const std::string now = contents(path_);
    broken += now != whole[0] && now != whole[1] && now != whole[2];
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(files_in(folder_), 1);
}

#if !defined(_WIN32)

/// The permissions of a file, as chmod has them.
unsigned mode_of(const std::filesystem::path& path) {
  struct stat found {};
  ::stat(path.c_str(), &found);
  return found.st_mode & 07777u;
}

TEST_F(CheckpointFile, PermissionsAreThoseOfTheOldFileOrOfAnyNewOne) {
  const mode_t before = ::umask(027);
  EXPECT_EQ(refusal(path_), "");
  EXPECT_EQ(mode_of(path_), 0640u);
  for (const unsigned mode : {0600u, 0666u, 0400u}) {
    ::chmod(path_.c_str(), mode);
    EXPECT_EQ(refusal(path_), "");
    EXPECT_EQ(mode_of(path_), mode);
  }
  ::umask(before);
}

TEST_F(CheckpointFile, WhatIsNoRegularFileIsRefusedAndStays) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0666), 0);
  EXPECT_EQ(refusal(folder_ / "pipe"), ": it is a named pipe, expected a regular file");
  EXPECT_TRUE(std::filesystem::is_fifo(folder_ / "pipe"));
  std::filesystem::create_symlink("pipe", folder_ / "link");
  EXPECT_EQ(refusal(folder_ / "link"), ": it is a named pipe, expected a regular file");

  // A device of its own, where it may make one: a fault must not replace one of the system's.
  const std::filesystem::path device = folder_ / "device";
  if (::mknod(device.c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0) {
    EXPECT_EQ(refusal(device), ": it is a device, expected a regular file");
    EXPECT_TRUE(std::filesystem::is_character_file(device));
    std::filesystem::remove(device);
  }

  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder_ / "socket").string();
  ASSERT_LT(name.size(), sizeof address.sun_path);
  name.copy(address.sun_path, name.size());
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(refusal(folder_ / "socket"), ": it is a socket, expected a regular file");
  ::close(listener);
  EXPECT_EQ(files_in(folder_), 3) << "nothing is left beside them";
}

/// A pipe of the old name of the partial file once made a writer hang.
TEST_F(CheckpointFile, APipeOrAFolderBesideItIsNoObstacle) {
  ASSERT_EQ(::mkfifo((folder_ / "model.eddy.partial").c_str(), 0666), 0);
  ASSERT_EQ(::mkfifo((folder_ / "model.eddy.0123456789abcdef.partial").c_str(), 0666), 0);
  EXPECT_EQ(refusal(path_), "");
  EXPECT_EQ(files_in(folder_), 3);
}

TEST_F(CheckpointFile, APartialFileIsCreatedWhereNothingIsOnly) {
  write(folder_ / "file", "precious");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0666), 0);
  std::filesystem::create_symlink("file", folder_ / "link");
  std::filesystem::create_symlink("gone", folder_ / "dangling");
  for (const char* const name : {"file", "pipe", "link", "dangling"}) {
    EXPECT_EQ(create_exclusively(folder_ / name, path_), -1) << name;
    EXPECT_EQ(errno, EEXIST) << name;
  }
  EXPECT_EQ(contents(folder_ / "file"), "precious");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "gone"));
  const int created = create_exclusively(folder_ / "new", path_);
  ASSERT_GE(created, 0);
  EXPECT_NE(::fcntl(created, F_GETFD) & FD_CLOEXEC, 0) << "programs that are started do not inherit it";
  ::close(created);
}

TEST_F(CheckpointFile, OtherNamesOfAFileKeepItsOldContent) {
  write(path_, "old");
  std::filesystem::create_hard_link(path_, folder_ / "backup");
  EXPECT_EQ(refusal(path_), "");
  EXPECT_EQ(contents(folder_ / "backup"), "old");
}

#endif

}  // namespace
}  // namespace eddy::testing

#if defined(__unix__) || defined(__APPLE__)
#include "../../examples/cli/line_reader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using eddy_stream::LineReader;

/// What is read of a text that comes in pieces of some size; cut-off lines are told by their length.
std::vector<std::string> lines_of(const std::string& text, std::size_t piece) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  std::thread writer([&] {
    for (std::size_t i = 0; i < text.size(); i += piece) {
      const std::size_t size = (std::min)(piece, text.size() - i);
      for (std::size_t done = 0; done < size;) {
        const auto count = ::write(ends[1], text.data() + i + done, size - done);
        if (count <= 0) break;
        done += static_cast<std::size_t>(count);
      }
    }
    ::close(ends[1]);
  });
  std::vector<std::string> lines;
  LineReader reader(ends[0]);
  std::string_view line;
  while (reader.next(line, [] {})) {
    lines.push_back(line.size() >= LineReader::longest ? std::to_string(line.size()) : std::string(line));
  }
  writer.join();
  ::close(ends[0]);
  return lines;
}

TEST(CliLineReader, LinesAreTheSameHoweverTheyCome) {
  const std::string text = "one\ntwo\r\n\nlast without an end";
  const std::vector<std::string> expected{"one", "two", "", "last without an end"};
  for (const std::size_t piece : std::vector<std::size_t>{1, 2, 3, 7, 100})
    EXPECT_EQ(lines_of(text, piece), expected) << piece;
  EXPECT_TRUE(lines_of("", 1).empty());
}

TEST(CliLineReader, ALineAcrossBuffersIsWhole) {
  const std::string wide(LineReader::longest / 3, 'x');
  const auto lines = lines_of(wide + "1\n" + wide + "2\n" + wide + "3\n" + wide + "4\n", 50'000);
  ASSERT_EQ(lines.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(lines[i], wide + std::to_string(i + 1));
}

TEST(CliLineReader, ALineTooLongComesOnceAndSpoilsNoOther) {
  const std::string endless(3 * LineReader::longest + 5, 'x');
  EXPECT_EQ(lines_of("a\n" + endless + "\nb\n", 1 << 16),
            (std::vector<std::string>{"a", std::to_string(LineReader::longest), "b"}));
}

TEST(CliLineReader, GoesBackToWhereItBegan) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  std::fputs("before\na\nb\nc without an end", file);
  std::fflush(file);
  ASSERT_EQ(::lseek(::fileno(file), 7, SEEK_SET), 7);
  LineReader reader(::fileno(file));
  std::string_view line;
  for (int lines = 0; lines < 3; ++lines) {
    for (const char* const expected : {"a", "b", "c without an end"}) {
      ASSERT_TRUE(reader.next(line, [] {}));
      EXPECT_EQ(line, expected);
      if (lines == 0 && line == "b") break;
    }
    if (lines > 0) {
      EXPECT_FALSE(reader.next(line, [] {}));
    }
    ASSERT_TRUE(reader.rewind());
    EXPECT_EQ(reader.bytes(), 0);
  }
  std::fclose(file);
}

TEST(CliLineReader, APipeDoesNotGoBack) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(LineReader(ends[0]).rewind());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(CliLineReader, PausesBeforeItWaits) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "a\nb\n", 4), 4);
  LineReader reader(ends[0]);
  std::string_view line;
  int pauses = 0;
  const auto pause = [&] {
    ++pauses;
    ASSERT_EQ(::write(ends[1], "c\n", 2), 2);
  };
  ASSERT_TRUE(reader.next(line, pause));
  ASSERT_TRUE(reader.next(line, pause));
  EXPECT_EQ(pauses, 0);
  ASSERT_TRUE(reader.next(line, pause));
  EXPECT_EQ(line, "c");
  EXPECT_EQ(pauses, 1);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
#endif

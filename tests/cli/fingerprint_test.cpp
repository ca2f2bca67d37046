#include "../../examples/cli/fingerprint.hpp"

#include "../../examples/cli/replay.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace {

using eddy_stream::Fingerprint;
using eddy_stream::Replay;

std::vector<std::string> lines(std::size_t count) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) lines.push_back(std::to_string(i * i) + ",a row of some length");
  return lines;
}

Fingerprint of(const std::vector<std::string>& lines) {
  Fingerprint fingerprint;
  for (const std::string& line : lines) fingerprint.add(line);
  return fingerprint;
}

/// How many lines are passed over before one is found to be of another input; -1 if none is.
int passed(const std::vector<std::string>& input, const Fingerprint& known) {
  Replay replay;
  replay.start(known);
  for (std::size_t i = 0; i < input.size() && replay.is_on(); ++i) {
    if (!replay.pass(input[i])) return static_cast<int>(i);
  }
  return -1;
}

TEST(CliFingerprint, TheSameLinesAreKnown) {
  EXPECT_EQ(passed(lines(1000), of(lines(300))), -1);
  EXPECT_EQ(passed(lines(200), of(lines(300))), -1);  // cut short
  EXPECT_EQ(passed(lines(5), of({})), -1);
}

TEST(CliFingerprint, AnyOtherByteIsFoundByTheLastLine) {
  const auto known = lines(300);
  for (std::size_t line = 0; line < known.size(); line += 23) {
    for (std::size_t byte = 0; byte < known[line].size(); ++byte) {
      auto other = known;
      other[line][byte] = static_cast<char>(other[line][byte] ^ 1);
      const int found = passed(other, of(known));
      EXPECT_GE(found, static_cast<int>(line));
      EXPECT_LE(found, static_cast<int>(known.size()));
    }
  }
  auto moved = known;
  moved[7] = known[7] + known[8];
  moved[8] = "";
  EXPECT_GT(passed(moved, of(known)), 0);
}

TEST(CliFingerprint, AShorterInputIsComparedAtPowersOfTwo) {
  for (const std::size_t line : {0u, 1u, 3u, 40u, 127u}) {
    auto other = lines(200);
    other[line] += ' ';
    EXPECT_GE(passed(other, of(lines(1000))), static_cast<int>(line)) << line;
  }
}

TEST(CliFingerprint, ALineThatDiffersIsFoundWhereItIsTheFirst) {
  auto other = lines(200);
  other[0] = "x";
  EXPECT_EQ(passed(other, of(lines(100))), 0);
}

}  // namespace

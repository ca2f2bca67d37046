// What a checkpoint of the program holds is checked when it is read: with the right checksum it may hold
// anything.

#include "../../examples/cli/position.hpp"

#include "../support/state.hpp"
#include "../support/tampering.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace eddy_stream;
using eddy::testing::saved;
using eddy::testing::try_load_from;
using eddy::testing::with_bytes;
using eddy::testing::with_number;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr double infinity = std::numeric_limits<double>::infinity();

Options options() {
  Options options;
  options.horizon = 3;
  options.rolling = 5;
  return options;
}

Position lived() {
  Position position(2, options());
  position.rows = 12;
  position.lessons = 9;
  position.expected.assign(6, 0.5);
  position.newest = {1, std::numeric_limits<double>::quiet_NaN()};
  position.scores[0].add(1, 2, 3);
  return position;
}

template <class Number>
void refuses(const std::string& path, std::size_t index, Number number) {
  const Position there = lived();
  Position here(2, options());
  const std::string before = saved(here);
  EXPECT_NE(try_load_from(with_number(saved(there), path, index, number, there), here), "")
      << path << ' ' << number;
  EXPECT_EQ(saved(here), before) << path;
}

TEST(CliPosition, IsReadAsItWasWritten) {
  const Position there = lived();
  Position here(2, options());
  EXPECT_EQ(try_load_from(saved(there), here), "");
  EXPECT_EQ(saved(here), saved(there));
}

TEST(CliPosition, CountsThatCannotBeAreRefused) {
  for (const std::int64_t rows : {std::int64_t{-1}, std::int64_t{-7}, least, std::int64_t{8}, -(least + 1)}) {
    refuses("0.rows", 0, rows);  // 8 are fewer than it has learned from
  }
  for (const std::int64_t lessons : {std::int64_t{-1}, least, std::int64_t{13}})
    refuses("0.lessons", 0, lessons);
}

TEST(CliPosition, PredictionsAreFiniteOrMissing) {
  refuses("0.expected", 5, infinity);
  refuses("0.persistent", 0, -infinity);
  refuses("0.newest", 1, infinity);
}

TEST(CliPlace, PlacesOutsideALineAreRefused) {
  Place there(3);
  there.read.add("1,2,3");
  there.kinds = {Kind::numbers, Kind::text, Kind::undecided};
  const auto refuses_place = [&](const std::string& path, std::size_t index, auto number) {
    Place here(3);
    EXPECT_NE(try_load_from(with_number(saved(there), path, index, number, there), here), "")
        << path << ' ' << +number;
  };
  for (const std::int64_t place : {std::int64_t{3}, std::int64_t{-2}, std::int64_t{1}, least}) {
    refuses_place("0.layout.places", 0, place);  // 1 is the place of the second column
  }
  for (const std::int64_t fields :
       {std::int64_t{2}, std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40}) {
    refuses_place("0.layout.fields", 0, fields);
  }
  for (const std::int64_t lines : {std::int64_t{-1}, least, -(least + 1)})
    refuses_place("0.read.lines", 0, lines);
  refuses_place("0.bad", 0, std::int64_t{-1});
  refuses_place("0.kinds", 2, std::int8_t{3});
  refuses_place("0.kinds", 0, std::int8_t{-1});
  Place here(3);
  EXPECT_EQ(try_load_from(saved(there), here), "");
  EXPECT_EQ(here.kinds, there.kinds);
}

/// Whatever numbers stand in it, it is refused or safe to go on from.
TEST(CliPosition, IsSafeToGoOnFromWhateverItHolds) {
  std::mt19937_64 random(11);
  const Position there = lived();
  const std::string checkpoint = saved(there);
  int taken = 0;
  for (int i = 0; i < 600; ++i) {
    const std::uint64_t choices[] = {random(), 0, ~std::uint64_t{0}, random() % 20, std::uint64_t{1} << 63};
    std::string hostile = checkpoint;
    for (int edit = 0; edit < 1 + i % 3; ++edit) {
      const std::uint64_t number = choices[random() % 5];
      hostile = with_bytes(hostile, random() % (eddy::testing::payload_size(checkpoint) / 8) * 8, &number,
                           sizeof number);
    }
    Position here(2, options());
    if (!try_load_from(hostile, here).empty()) continue;
    ++taken;
    ASSERT_LT(static_cast<std::size_t>(here.rows % 3), 3u);
    for (Scores& scores : here.scores) {
      for (int row = 0; row < 12; ++row) scores.add(row, row + 1, row - 1);
      scores.line();
      scores.table("x");
    }
  }
  EXPECT_GT(taken, 20);
  EXPECT_LT(taken, 580);
}

}  // namespace

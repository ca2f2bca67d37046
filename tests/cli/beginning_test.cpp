#include "../../examples/cli/beginning.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace eddy_stream;

/// What becomes of lines: a letter each, r for a row and d for a description; a blank where they were taken.
std::string fates(const std::vector<std::string>& lines, bool seeks_target, std::size_t fields = 3) {
  Beginning beginning(',', NumberFormat());
  beginning.start(fields, true, seeks_target);
  std::string fates;
  const auto take = [&] {
    for (const WaitingLine& line : beginning.take()) fates += line.describes_rows ? 'd' : 'r';
  };
  for (const std::string& line : lines) {
    if (!beginning.is_on()) break;
    if (beginning.add(line, 1)) {
      take();
      fates += ' ';
    }
  }
  beginning.end();
  take();
  return fates;
}

TEST(CliBeginning, ARowOfUnitsIsNoRow) {
  for (const bool seeks_target : {false, true}) {
    EXPECT_EQ(fates({",degC,%", "12:00:00,20,50"}, seeks_target), "dr ");
    EXPECT_EQ(fates({"TS,degC,%", ",Avg,Smp", "12:00:00,20,50"}, seeks_target), "ddr ");
    EXPECT_EQ(fates({"\"s, UTC\",\"degC\",", "12:00:00,20,50"}, seeks_target), "dr ");
  }
}

TEST(CliBeginning, ARowWithoutNumbersIsARow) {
  EXPECT_EQ(fates({"2024-01-01,?,", "2024-01-02,20,50"}, false), "r ");  // it has a date
  EXPECT_EQ(fates({"good,?,", "good,20,50"}, false), "rr ");             // text where there is text
  EXPECT_EQ(fates({",,", "1,20,50"}, false), "r r ");                    // nothing describes nothing
  EXPECT_EQ(fates({"1,20,50"}, false), "r ");
  EXPECT_EQ(fates({"a,b,c"}, false), "r");  // nothing below it
  EXPECT_EQ(fates({"a,b,c", "a,b,c", "a,b,c", "a,b,c", "a,b,c"}, false), "rrrrr ");
}

TEST(CliBeginning, WhatIsNoRowDecidesNothing) {
  EXPECT_EQ(fates({"1,2", "\"a", "", "x,degC,%", "x,1,2"}, false), "r r r dr ");
  EXPECT_EQ(fates({"x,degC,%", "1,2", "x,1,2"}, false), "drr ");
}

TEST(CliBeginning, WaitsForTheFirstColumnThatMayBePredicted) {
  EXPECT_EQ(fates({",50,1", ",51,1", "20,50,1"}, true), "rrr ");
  EXPECT_EQ(fates({"x,50,1"}, true), "r ");
  EXPECT_EQ(fates({",50,1"}, false), "r ");
  const std::vector<std::string> empty(150, ",50,1");
  EXPECT_EQ(fates(empty, true), std::string(100, 'r') + ' ');
}

TEST(CliBeginning, RowsWithNumbersSayWhatColumnsHold) {
  Beginning beginning(',', NumberFormat());
  beginning.start(4, true, true);
  EXPECT_FALSE(beginning.add("x,%,,", 1));
  EXPECT_FALSE(beginning.add(",5,,?", 2));
  EXPECT_TRUE(beginning.add("Y,x,,-", 3) || beginning.add("Y,5,,-", 4));
  EXPECT_EQ(beginning.kinds(),
            (std::vector<Kind>{Kind::text, Kind::numbers, Kind::undecided, Kind::undecided}));
  EXPECT_EQ(beginning.example(0), "Y");
  EXPECT_EQ(beginning.example(1), "");
}

}  // namespace

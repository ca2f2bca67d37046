#include "../../examples/cli/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace {

using eddy_stream::Content;
using eddy_stream::NumberFormat;
using Numbers = std::vector<std::pair<std::string, double>>;

void expect_numbers(const NumberFormat& format, const Numbers& numbers) {
  for (const auto& [text, number] : numbers) {
    double value = 0;
    EXPECT_EQ(format.read(text, value), Content::number) << text;
    EXPECT_EQ(value, number) << text;
  }
}

void expect_none(const NumberFormat& format, Content content, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    double value = 0;
    EXPECT_EQ(format.read(text, value), content) << text;
    EXPECT_TRUE(std::isnan(value)) << text;
  }
}

TEST(CliNumbers, AreReadFromTheFirstToTheLastCharacter) {
  const NumberFormat format;
  expect_numbers(format, {{"1.5", 1.5},
                          {" +2e3 ", 2000},
                          {"-0.25", -0.25},
                          {".5", .5},
                          {"7.", 7},
                          {"1e-400", 0},
                          {"4000000000.25", 4000000000.25},
                          {"\t1700000000000\t", 1.7e12}});
  expect_none(format, Content::text,
              {"x", "1x", "1 2", "--1", "+-1", "0x10", "inf", "-inf", "1e999", "1,5", "1.5.2", "20,39",
               "1,234", "$5", "5%", std::string("1\0", 2)});
}

TEST(CliNumbers, WhatIsMissingIsNotANumberAndNoText) {
  const NumberFormat format;
  expect_none(format, Content::missing, {"", "  ", "NaN", "nan", "-nan", "NA", "N/A", "null", "NULL"});
  expect_none(format, Content::marker,
              {"?", " - ", "--", ".", "None", "none", "n/a", "#N/A", "<NA>", "NaT", "Null", "MM", "***",
               "\\N", "1.#QNAN"});
}

TEST(CliNumbers, TheUserNamesWhatElseIsMissing) {
  const NumberFormat format({}, {"-999", "calm", " bad "});
  expect_none(format, Content::missing, {"-999", "-999.00", " -9.99e2", "calm", "bad"});
  expect_none(format, Content::text, {"Calm", "cal"});
  expect_numbers(format, {{"-998.9", -998.9}, {"999", 999}});
}

TEST(CliNumbers, SignsAreThoseThatWereAskedFor) {
  const NumberFormat german({',', "."}), english({'.', ","}), swiss({'.', "'"}), french({',', "\u202F"});
  expect_numbers(german, {{"1.234,5", 1234.5},
                          {"20,39", 20.39},
                          {"-1.000.000", -1e6},
                          {"+7", 7},
                          {"1234,5", 1234.5},
                          {"1,5e3", 1500},
                          {",5", .5}});
  expect_numbers(english,
                 {{"1,234.5", 1234.5}, {"999", 999}, {"-12,345,678", -12345678}, {"1,234e2", 123400}});
  expect_numbers(swiss, {{"1'234.5", 1234.5}});
  expect_numbers(french, {{"1\u202F234,5", 1234.5}});
  expect_numbers(NumberFormat({',', ""}), {{"20,39", 20.39}, {"5", 5}});
}

TEST(CliNumbers, ThousandsAreGroupsOfThree) {
  expect_none(NumberFormat({',', "."}), Content::text,
              {"20.39", "1.23.456", ".123", "1.2345", "1234.567", "1..234", "1.234.", "1,234.567"});
  expect_none(NumberFormat({'.', ","}), Content::text, {"20,39", "1,23", "1.234,567", ",5", "12,34,567"});
  expect_none(NumberFormat({',', ""}), Content::text, {"20.39", "1.234,5", "1,2,3"});
}

TEST(CliNumbers, WhatElseATextMayBeIsSaidWithTheOptionThatReadsIt) {
  const NumberFormat format;
  EXPECT_EQ(format.resemblance("20,39"), R"(a number with a decimal comma (--decimal ","))");
  EXPECT_EQ(format.resemblance("1,234.5"), R"(a number with thousands separators (--thousands ","))");
  EXPECT_EQ(
      format.resemblance("1,234"),
      R"(a number with a decimal comma (--decimal ",") or with thousands separators (--thousands ","))");
  EXPECT_EQ(format.resemblance("1.234,5"),
            R"(a number with a decimal comma and thousands separators (--decimal "," --thousands "."))");
  EXPECT_EQ(format.resemblance("12'345.5"),
            R"(a number with thousands separators (--decimal "." --thousands "'"))");
  EXPECT_EQ(NumberFormat({',', ""}).resemblance("20.39"), R"(a number with a decimal point (--decimal "."))");
  for (const char* const text : {"", "x", ",", "12 km", "2024-01-01", "1.2.3"})
    EXPECT_EQ(format.resemblance(text), "") << text;
}

}  // namespace

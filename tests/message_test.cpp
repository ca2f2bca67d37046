#include <eddy/core/message.hpp>
#include <eddy/core/random.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>

namespace eddy {
namespace {

template <class Number>
std::string text(Number value) {
  return Message(value).c_str();
}

TEST(Message, WholeNumbersLookAsToStringHasThem) {
  using Wide = std::numeric_limits<std::int64_t>;
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{7}, std::int64_t{-10}, Wide::max(), Wide::min()}) {
    EXPECT_EQ(text(value), std::to_string(value));
  }
  EXPECT_EQ(text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(text(std::numeric_limits<int>::min()), "-2147483648");
}

TEST(Message, NumbersLookAsPrintfHasThem) {
  const auto printed = [](const char* format, double value) {
    char characters[64];
    std::snprintf(characters, sizeof characters, format, value);
    return std::string(characters);
  };
  for (const double value : {0.0, 0.1, -2.5, 1e-3, 4e-5, 0.0004, 1e-10, 4e-7, 0.9999996, -999999.9999999,
                             1e6 + 0.25, 1e9, 123456789012345.0, 2.5e18, -1e300, 1e-300}) {
    EXPECT_EQ(text(value), value == 4e-5 ? "0.00004" : printed("%.10g", value));
  }
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.uniform(1000);
    EXPECT_EQ(text(value), std::abs(value) < 1e-4 ? text(value) : printed("%.10g", value));
  }
  EXPECT_EQ(text(0.3f), "0.3");
}

TEST(Message, WhatIsNotFiniteIsNamed) {
  EXPECT_EQ(text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(text(-std::numeric_limits<float>::infinity()), "-inf");
  EXPECT_EQ(text(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(Message, PiecesFollowOneAnotherUntilTheRoomIsFull) {
  EXPECT_STREQ(Message("x has ", 4, " values, expected ", std::string("3")).c_str(),
               "x has 4 values, expected 3");
  EXPECT_STREQ(Message().c_str(), "");
  const std::string full(255, 'a');
  EXPECT_EQ(Message(std::string(300, 'a'), 1).c_str(), full);
}

}  // namespace
}  // namespace eddy

#include <eddy/core/message.hpp>
#include <eddy/core/random.hpp>

#include <gtest/gtest.h>

#include <cstdint>
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

TEST(Message, NumbersLookAsToStringHasThem) {
  for (const double value :
       {0.0, 0.1, -2.5, 1e-3, 0.0000004, 0.9999996, -999999.9999999, 1e6 + 0.25, 123456789012345.0}) {
    EXPECT_EQ(text(value), std::to_string(value));
  }
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.uniform(1000);
    EXPECT_EQ(text(value), std::to_string(value));
  }
  EXPECT_EQ(text(0.3f), std::to_string(0.3f));
}

TEST(Message, WhatToStringHasNoRoomForIsSaidInPowersOfTen) {
  EXPECT_EQ(text(2.5e18), "2.500000e+18");
  EXPECT_EQ(text(-1e300).substr(0, 2), "-1") << text(-1e300);
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

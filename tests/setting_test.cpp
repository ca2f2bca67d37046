#include <eddy/core/setting.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace eddy {
namespace {

std::string refusal(double value, const Range& range) {
  try {
    check_setting("epsilon", value, range);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Setting, BoundsAreInTheRangeUnlessTheyAreOpen) {
  EXPECT_EQ(refusal(0, at_least(0)), "");
  EXPECT_EQ(refusal(0, above(0)), "eddy: epsilon is 0, expected more than 0");
  EXPECT_EQ(refusal(1, from_to(0, 1)), "");
  EXPECT_EQ(refusal(1, from_below(0, 1)), "eddy: epsilon is 1, expected at least 0 and less than 1");
  EXPECT_EQ(refusal(0, between(0, 1)), "eddy: epsilon is 0, expected more than 0 and less than 1");
  EXPECT_EQ(refusal(-1e-10, at_least(0)), "eddy: epsilon is -1e-10, expected at least 0");
  EXPECT_EQ(refusal(1, between(0, 2)), "");
}

TEST(Setting, WhatIsNotFiniteIsRefusedWhateverTheRange) {
  EXPECT_EQ(refusal(std::numeric_limits<double>::quiet_NaN(), Range()),
            "eddy: epsilon is nan, expected a finite number");
  EXPECT_EQ(refusal(std::numeric_limits<double>::infinity(), at_least(0)),
            "eddy: epsilon is inf, expected at least 0");
}

}  // namespace
}  // namespace eddy

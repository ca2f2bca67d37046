#if defined(__unix__) || defined(__APPLE__)
#include "../../examples/cli/complaints.hpp"

#include <gtest/gtest.h>

namespace {

using eddy_stream::BadShare;

/// Adds good lines and then bad ones; returns how often it is said that most of a thousand were bad.
int add(BadShare& share, int good, int bad) {
  int said = 0;
  for (int i = 0; i < good; ++i) said += share.add(false) ? 1 : 0;
  for (int i = 0; i < bad; ++i) said += share.add(true) ? 1 : 0;
  return said;
}

TEST(CliBadShare, AFewLinesCountAsAWhole) {
  BadShare share;
  EXPECT_FALSE(share.mostly_bad());
  add(share, 5, 5);
  EXPECT_FALSE(share.mostly_bad());
  add(share, 0, 1);
  EXPECT_TRUE(share.mostly_bad());
}

TEST(CliBadShare, OfManyLinesAnyThousandCounts) {
  BadShare share;
  EXPECT_EQ(add(share, 1500, 499), 0);
  EXPECT_FALSE(share.mostly_bad());
  EXPECT_EQ(add(share, 1, 900), 0);  // the third thousand is not yet full
  EXPECT_FALSE(share.mostly_bad());
  EXPECT_EQ(add(share, 100, 0), 1);
  EXPECT_TRUE(share.mostly_bad());
  add(share, 5000, 0);
  EXPECT_TRUE(share.mostly_bad());
}

}  // namespace
#endif

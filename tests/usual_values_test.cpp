#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <gtest/gtest.h>

#include <cmath>

template class eddy::UsualValues<16>;
template class eddy::UsualValues<32>;

namespace eddy::testing {
namespace {

TEST(UsualValues, LeaveNormalValuesAsTheyAre) {
  UsualValues<> usual;
  Random random(1);
  int bounded = 0;
  for (int t = 0; t < 100000; ++t) {
    const double value = 1e6 + random.normal();
    bounded += usual.add(value) != value;
  }
  // The quartiles of 32 (at first of 8) values tell the deviation to some 20%, and a normal value is never 5
  // of them away.
  EXPECT_LE(bounded, 2);
}

TEST(UsualValues, BoundOneWildValueWhereverItComes) {
  for (const double wild : {1e3, -1e9, 1e300, -1e308}) {
    for (const int when : {0, 1, 7, 8, 20, 31, 32, 500}) {
      UsualValues<> usual;
      Random random(2);
      for (int t = 0; t < 600; ++t) {
        const double value = t == when ? wild : random.normal(), counts = usual.add(value);
        if (t != when || t >= UsualValues<>::known) {
          EXPECT_LT(std::abs(counts), 20) << wild << " at " << when << ", now " << t;
        }
        if (usual.has_all() && usual.count() >= UsualValues<>::known) {
          for (int i = 0; i < usual.count(); ++i) {
            EXPECT_LT(std::abs(usual.bounded(i)), 20) << wild << " at " << when << ", now " << t;
          }
        }
      }
    }
  }
}

TEST(UsualValues, BearThreeOfAHundredWildValues) {
  UsualValues<> usual(30);
  Random random(3);
  for (int t = 0; t < 20000; ++t) {
    EXPECT_LT(std::abs(usual.add(t % 33 == 20 ? -999 : random.normal())), 40);
  }
}

// Once a quarter of 32 values is new; a new scale shows itself in some of the values only.
TEST(UsualValues, FollowANewLevelOrScaleSoon) {
  for (const double level : {0.0, 1e6}) {
    for (const double scale : {1e6, 1e-6}) {
      UsualValues<> usual;
      Random random(4);
      for (int t = 0; t < 1000; ++t) {
        usual.add(random.normal());
      }
      int last = 0;
      for (int t = 1; t <= 200; ++t) {
        const double value = level + scale * random.normal();
        last = usual.add(value) != value ? t : last;
      }
      EXPECT_LE(last, 24) << level << " " << scale;
    }
  }
}

TEST(UsualValues, LearnWhatIsRareButRegular) {
  UsualValues<> usual(200);
  int believed = 0;
  for (int t = 1; believed == 0 && t < 10000; ++t) {
    const double value = t % 20 == 0 ? 1000 : 0.001 * (t % 7);
    believed = usual.add(value) == 1000 ? t : 0;
  }
  EXPECT_GT(believed, 100);
  EXPECT_LT(believed, 1000);  // 5% of the values: each doubles what counts, and 20 values take 7% of it
}

// Zeros and, one time in a thousand, a one: as the errors of a good classifier.
TEST(UsualValues, BelieveTheSecondOfWhatNeverVaries) {
  UsualValues<> usual;
  int believed = 0;
  for (int t = 1; t <= 10000; ++t) {
    believed += usual.add(t % 1000 == 0 ? 1 : 0) == 1;
  }
  EXPECT_EQ(believed, 9);
  EXPECT_LE(usual.add(1e200), 2);  // which is new
}

TEST(UsualValues, GoOnFromTheirStateAndRefuseAWrongOne) {
  UsualValues<> usual, other;
  Random random(5);
  for (int t = 0; t < 300; ++t) {
    if (t == 20 || t == 100) {
      copy_state(usual, other);
    }
    const double value = t % 40 == 0 ? 1e5 : random.normal(), counts = usual.add(value);
    if (t >= 20) {
      ASSERT_EQ(other.add(value), counts);
    }
  }
  EXPECT_TRUE(usual.state_is_valid());
  usual.reset();
  UsualValues<> fresh;
  EXPECT_EQ(saved(usual).size(), saved(fresh).size());
  for (int t = 0; t < 50; ++t) {
    const double value = random.normal();
    ASSERT_EQ(usual.add(value), fresh.add(value));
  }
}

}  // namespace
}  // namespace eddy::testing

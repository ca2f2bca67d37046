#include "support/state.hpp"

#include <eddy/streaming/past_labels.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

template class eddy::PastLabels<float>;
template class eddy::PastLabels<double>;

namespace eddy::testing {
namespace {

TEST(PastLabels, AreFoundByTheirStep) {
  PastLabels<double> labels(4);
  EXPECT_EQ(labels.at(1), 0);
  for (int step = 1; step <= 6; ++step) {
    labels.partial_fit(step, 10 * step);
  }
  EXPECT_EQ(labels.newest(), 6);
  for (int step = 3; step <= 6; ++step) {
    EXPECT_EQ(labels.at(step), 10 * step);
  }
  EXPECT_EQ(labels.at(1), 30);
  EXPECT_EQ(labels.at(9), 60);
}

TEST(PastLabels, HoldTheLastWhereOneIsMissing) {
  PastLabels<double> labels(8);
  labels.partial_fit(2, 20);
  labels.partial_fit(3, std::nan(""));
  labels.partial_fit(5, 50);
  EXPECT_EQ(labels.at(1), 20);
  EXPECT_EQ(labels.at(3), 20);
  EXPECT_EQ(labels.at(4), 20);
  labels.partial_fit(4, 40);  // comes after all
  EXPECT_EQ(labels.at(4), 40);
  EXPECT_EQ(labels.at(5), 50);
}

TEST(PastLabels, SurviveAGapLongerThanTheyAre) {
  PastLabels<double> labels(3);
  labels.partial_fit(1, 10);
  labels.partial_fit(100, 20);
  EXPECT_EQ(labels.at(99), 10);
  EXPECT_EQ(labels.at(100), 20);
  labels.partial_fit(50, 99);
  EXPECT_EQ(labels.at(50), 10);
}

TEST(PastLabels, KnowTheSeasonBefore) {
  PastLabels<double> labels(16);
  for (int step = 1; step <= 12; ++step) {
    labels.partial_fit(step, step);
  }
  EXPECT_EQ(labels.season_before(13, 7), 6);
  EXPECT_EQ(labels.season_before(19, 7), 12);
  EXPECT_EQ(labels.season_before(20, 7), 6);  // 13 is not known yet
  EXPECT_EQ(labels.season_before(12, 7), 5);
  EXPECT_EQ(labels.season_before(13, 14), 12);  // no season yet
}

TEST(PastLabels, GoOnFromTheirState) {
  PastLabels<float> labels(4), other(4);
  for (int step = 1; step <= 6; ++step) {
    labels.partial_fit(step, static_cast<float>(step));
  }
  copy_state(labels, other);
  EXPECT_EQ(other.at(4), 4);
  EXPECT_EQ(other.newest(), 6);
  EXPECT_THROW(PastLabels<float>(0), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing

#include "support/state.hpp"

#include <eddy/core/history.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::History<float, 2, 3>;
template class eddy::History<double>;

namespace eddy::testing {
namespace {

using SmallHistory = History<double, 2, 3>;

void take_steps(SmallHistory& history, int steps) {
  for (int step = 0; step < steps; ++step) {
    double* const column = history.advance();
    column[0] = static_cast<double>(history.time());
    column[1] = -column[0];
  }
}

TEST(History, HoldsTheNewestSteps) {
  SmallHistory history;
  EXPECT_FALSE(history.holds(0));
  EXPECT_FALSE(history.holds(1));
  take_steps(history, 5);
  EXPECT_FALSE(history.holds(2));
  EXPECT_FALSE(history.holds(6));
  for (int step = 3; step <= 5; ++step) {
    ASSERT_TRUE(history.holds(step));
    EXPECT_EQ(history.column(step)[0], step);
    EXPECT_EQ(history.column(step)[1], -step);
  }
}

TEST(History, ForgetsStepsButNotTime) {
  SmallHistory history;
  take_steps(history, 5);
  history.reset();
  EXPECT_EQ(history.time(), 5);
  EXPECT_FALSE(history.holds(5));
  take_steps(history, 1);
  EXPECT_TRUE(history.holds(6));
  EXPECT_FALSE(history.holds(5));
}

TEST(History, NamesASizeThatCannotBe) {
  EXPECT_THROW(History<double>(2, 0), std::invalid_argument);
  EXPECT_THROW(History<double>(0, 2), std::invalid_argument);
  EXPECT_THROW(SmallHistory(3, 3), std::invalid_argument);
}

TEST(History, GoesOnFromItsState) {
  SmallHistory history, other;
  take_steps(history, 4);
  copy_state(history, other);
  EXPECT_EQ(other.time(), 4);
  EXPECT_FALSE(other.holds(1));
  EXPECT_EQ(other.column(2)[1], -2);
}

}  // namespace
}  // namespace eddy::testing

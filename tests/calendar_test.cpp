#include "support/numeric.hpp"

#include <eddy/preprocessing/calendar.hpp>

#include <gtest/gtest.h>

template class eddy::Calendar<float>;
template class eddy::Calendar<double>;

namespace eddy::testing {
namespace {

using namespace std::chrono;
static_assert(Transform<Calendar<float>>);

/// How many turns a pair of sin and cos stands for, in [0, 1).
double turns(double sin, double cos) {
  const double angle = std::atan2(sin, cos) / (2 * std::numbers::pi);
  return angle < -1e-12 ? angle + 1 : angle;
}

struct Turns {
  double day, week, year;
};

template <class Time>
Turns turns_of(Time time) {
  Calendar<double> calendar;
  const auto values = calendar.transform(time);
  return {turns(values(0), values(1)), turns(values(2), values(3)), turns(values(4), values(5))};
}

TEST(Calendar, TellsTheTimeOfDayWeekAndYear) {
  // 2016-08-28 18:00 was a Sunday, in a leap year day 240, counted from 0.
  const Turns sunday = turns_of(sys_days(2016y / August / 28) + 18h);
  EXPECT_NEAR(sunday.day, 0.75, 1e-12);  // rounding
  EXPECT_NEAR(sunday.week, 6.75 / 7, 1e-12);
  EXPECT_NEAR(sunday.year, 240.75 / 366, 1e-12);

  const Turns monday = turns_of(sys_days(2001y / January / 1));
  EXPECT_NEAR(monday.day, 0, 1e-12);
  EXPECT_NEAR(monday.week, 0, 1e-12);
  EXPECT_NEAR(monday.year, 0, 1e-12);

  // 1969-12-31 23:00 was a Wednesday.
  const Turns before = turns_of(sys_seconds(-1h));
  EXPECT_NEAR(before.day, 23.0 / 24, 1e-12);
  EXPECT_NEAR(before.week, (2 + 23.0 / 24) / 7, 1e-12);
  EXPECT_NEAR(before.year, (364 + 23.0 / 24) / 365, 1e-12);
}

TEST(Calendar, TakesSecondsAndFinerClocksAlike) {
  const sys_seconds time = sys_days(2016y / August / 28) + 18h + 5min + 3s;
  Calendar<double> calendar;
  const Vector<double, 6> expected = calendar.transform(time);
  EXPECT_EQ(calendar.transform(time_point_cast<milliseconds>(time)), expected);
  EXPECT_EQ(calendar.transform(time.time_since_epoch().count()), expected);
  EXPECT_EQ(calendar.transform(Vector<double, 1>(static_cast<double>(time.time_since_epoch().count()))),
            expected);
  EXPECT_LT(worst_error(Calendar<float>().transform(time), expected), 1e-7);  // one rounding to float
}

TEST(Calendar, HasNoDateForWhatIsNoTime) {
  Calendar<float> calendar;
  EXPECT_TRUE(all_are_nan(calendar.transform(not_a_number<double>)));
  EXPECT_TRUE(all_are_nan(calendar.transform(1e300)));
  EXPECT_TRUE(all_are_finite(calendar.transform(9e11)));
  EXPECT_TRUE(all_are_finite(calendar.transform(-9e11)));
}

}  // namespace
}  // namespace eddy::testing

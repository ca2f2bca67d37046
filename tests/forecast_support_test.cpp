// The support headers of examples/forecast.cpp. What needs libcsv and date is tested where EDDY_HAS_LIBCSV
// says that they are there.

#include "../examples/support/baselines.hpp"
#include "../examples/support/calendar.hpp"
#include "../examples/support/running_scaler.hpp"
#include "../examples/support/track.hpp"

#ifdef EDDY_HAS_LIBCSV
#include "../examples/support/csv.hpp"
#include "../examples/support/features.hpp"
#endif

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace forecast {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Of a date as `2016-08-28`, alone or followed by ` 12:30`.
Time time_of(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  std::sscanf(text.c_str(), "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

TEST(Calendar, WritesWhatATimeIs) { EXPECT_EQ(time_text(time_of("2016-08-28 12:30")), "2016-08-28 12:30"); }

TEST(Calendar, KnowsWeekdaysAndTheShareOfDayAndYearGone) {
  EXPECT_EQ(weekday(time_of("2001-01-22")), 0u);  // a Monday
  EXPECT_EQ(weekday(time_of("2016-08-28 23:59")), 6u);
  EXPECT_EQ(weekday(time_of("1969-12-31")), 2u);  // before the epoch
  EXPECT_DOUBLE_EQ(time_of_day(time_of("2001-01-22 18:00")), 0.75);
  EXPECT_DOUBLE_EQ(time_of_year(time_of("2016-01-01")), 0.0);
  EXPECT_DOUBLE_EQ(time_of_year(time_of("2016-12-31")), 365.0 / 366);
  EXPECT_DOUBLE_EQ(time_of_year(time_of("2015-12-31")), 364.0 / 365);
}

TEST(Calendar, FeaturesFollowTheCadence) {
  using namespace std::chrono;
  for (const seconds cadence : {seconds(weeks(1)), seconds(days(1)), seconds(hours(1))}) {
    const CalendarFeatures calendar(cadence);
    std::vector<double> features;
    calendar.append(time_of("2016-08-28 06:00"), features);
    EXPECT_EQ(features.size(), calendar.size());
    EXPECT_EQ(features.size(), cadence > days(1) ? 2u : cadence == days(1) ? 9u : 13u);
    for (std::size_t i = 0; i + 1 < features.size(); i += i == 0 && features.size() > 2 ? 9 : 2) {
      EXPECT_NEAR(std::hypot(features[i], features[i + 1]), 1, 1e-12);
    }
    if (features.size() > 2) {
      EXPECT_EQ(std::vector<double>(features.begin() + 2, features.begin() + 9),
                (std::vector<double>{0, 0, 0, 0, 0, 0, 1}));
    }
  }
}

TEST(Autoregression, FindsTheCoefficientsOfItsHorizon) {
  // A sine obeys y_t = 2 cos(ω) y_{t−1} − y_{t−2}: it is predicted exactly, at any horizon.
  std::vector<double> y(300);
  for (std::size_t t = 0; t < y.size(); ++t) y[t] = 3 + std::sin(0.7 * static_cast<double>(t));
  for (const std::size_t horizon : {1u, 3u}) {
    Autoregression model(2, 0, horizon, 0.9, 1e-9);
    for (std::size_t now = 0; now + horizon < y.size(); ++now) {
      const double prediction = model.step(y, now, Eigen::VectorXd());
      // By then the made-up past before the first value is forgotten, 0.9^200 < 1e-9, and the ridge is as
      // small.
      if (now > 200) {
        EXPECT_NEAR(prediction, y[now + horizon], 1e-6) << horizon;
      }
    }
  }
}

TEST(Autoregression, NeverLooksAhead) {
  std::mt19937 random(3);
  std::vector<double> one(80), other(80);
  for (std::size_t i = 0; i < one.size(); ++i) other[i] = one[i] = static_cast<double>(random() % 100);
  for (std::size_t i = 60; i < one.size(); ++i) other[i] = nan;
  Autoregression a(5, 1, 4), b(5, 1, 4);
  for (std::size_t now = 0; now < 60; ++now) {
    const Eigen::VectorXd x = Eigen::VectorXd::Constant(1, one[now]);
    ASSERT_EQ(a.step(one, now, x), b.step(other, now, x));
  }
}

TEST(SeasonalNaive, RepeatsTheNewestKnownSeason) {
  std::vector<double> y(30);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i);
  EXPECT_EQ(seasonal_naive(y, 20, 1, 7), 14);
  EXPECT_EQ(seasonal_naive(y, 20, 7, 7), 20);
  EXPECT_EQ(seasonal_naive(y, 20, 8, 7), 14);
  EXPECT_EQ(seasonal_naive(y, 6, 1, 7), 0);
  EXPECT_TRUE(std::isnan(seasonal_naive(y, 5, 1, 7)));
}

TEST(RunningScaler, HasTheMomentsOfWhatItSaw) {
  RunningScaler scaler(2);
  for (const double x : {1.0, 2.0, 3.0, 4.0}) scaler.observe(Eigen::Vector2d(x, 1e9 + x));
  for (const Eigen::Index column : {0, 1}) {
    EXPECT_NEAR(scaler.deviation(column), std::sqrt(1.25), 1e-6);  // 1e9 leaves seven digits
    EXPECT_NEAR(scaler.restore(scaler.scale(3.7 + (column == 0 ? 0 : 1e9), column), column),
                3.7 + (column == 0 ? 0 : 1e9), 1e-6);
  }
  EXPECT_DOUBLE_EQ(scaler.mean(0), 2.5);
}

TEST(RunningScaler, ClipsAndSurvivesWhatIsNotANumber) {
  RunningScaler scaler;
  EXPECT_EQ(scaler.scale(5), 5);  // nothing seen: as it is
  scaler.observe(nan);
  scaler.observe(std::numeric_limits<double>::infinity());
  for (const double x : {-1.0, 1.0}) scaler.observe(x);
  EXPECT_DOUBLE_EQ(scaler.mean(), 0);
  EXPECT_DOUBLE_EQ(scaler.deviation(), 1);
  EXPECT_EQ(scaler.scale(nan), 0);
  EXPECT_EQ(scaler.scale(1e6), RunningScaler::clip);
  EXPECT_EQ(scaler.scale(-1e6), -RunningScaler::clip);
}

TEST(Track, ScoresOnlyWhatWasPredicted) {
  Track track("x", 4);
  EXPECT_TRUE(std::isnan(track.mean_absolute_error()));
  track.predict(1, 3);
  track.predict(2, 1);
  track.predict(9, 1);  // beyond the end
  for (std::size_t row = 0; row < 4; ++row) track.settle(row, 2, row != 2);
  EXPECT_EQ(track.count(), 1u);
  EXPECT_DOUBLE_EQ(track.mean_absolute_error(), 1);
}

#ifdef EDDY_HAS_LIBCSV

CsvTable table_of(const std::string& text, BadRow bad_row = no_bad_rows) {
  std::istringstream in(text);
  return read_csv(in, "f.csv", std::move(bad_row));
}

std::string complaint(const std::string& text, const std::string& column = "") {
  try {
    const CsvTable table = table_of(text);
    if (!column.empty())
      for (const CsvRow& row : table.rows) static_cast<void>(table.number(row, table.column(column)));
  } catch (const CsvError& error) {
    return error.what();
  }
  return "";
}

TEST(Csv, ReadsQuotesLineEndsAndAByteOrderMark) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    std::ostringstream text;
    text << "\xEF\xBB\xBF"
         << "a,\"b, c\"" << end << "1,\"x \"\"y\"\"\"" << end << end << "+2.5e1, z ";
    const CsvTable table = table_of(text.str());
    EXPECT_EQ(table.columns, (std::vector<std::string>{"a", "b, c"}));
    ASSERT_EQ(table.rows.size(), 2u);
    EXPECT_EQ(table.rows[0][1].text, "x \"y\"");
    EXPECT_EQ(table.number(table.rows[1], 0), 25);
    EXPECT_EQ(table.rows[1][1].text, "z");
    EXPECT_EQ(table.rows[1][1].line, 4u);
  }
}

TEST(Csv, NamesFileLineAndColumnOfABadCell) {
  EXPECT_EQ(complaint("a,x\n1,2\n1,abc\n", "x"), "f.csv:3: column \"x\": \"abc\" is not a number");
  EXPECT_EQ(complaint("a,x\r\n1,2\r\n\r\n1,2 3\r\n", "x"), "f.csv:4: column \"x\": \"2 3\" is not a number");
  EXPECT_EQ(complaint("a,x\n1,\n", "x"), "f.csv:2: column \"x\": is empty");
  EXPECT_EQ(complaint("a,x\n1,NaN\n", "x"), "f.csv:2: column \"x\": \"NaN\" is not a finite number");
  EXPECT_EQ(complaint("a,x\n1,-inf\n", "x"), "f.csv:2: column \"x\": \"-inf\" is not a finite number");
  EXPECT_EQ(complaint("a,x\n1,1e999\n", "x"), "f.csv:2: column \"x\": \"1e999\" is not a finite number");
  EXPECT_EQ(complaint("a,x\n1,2\n", "y"), "f.csv:1: no column \"y\"; the columns are: a, x");
}

TEST(Csv, CountsLinesInsideQuotedCells) {
  EXPECT_EQ(complaint("\"a\nb\",x\n\"1\n\n2\",3\n\"4\n5\",no\n", "x"),
            "f.csv:7: column \"x\": \"no\" is not a number");
}

TEST(Csv, NamesTheLineOfAMisshapenRow) {
  EXPECT_EQ(complaint("a,b\n1,2\n\n1,2,3\n"), "f.csv:4: 3 cells where the header has 2");
  EXPECT_EQ(complaint("a,b\n1\n"), "f.csv:2: 1 cell where the header has 2");
  EXPECT_EQ(complaint("a,b\n1,2\n1,2\"3\n"),
            "f.csv:3: a quotation mark inside a cell (quote the cell, and double the mark)");
  EXPECT_EQ(complaint("a,b\n1,2\n1,\"2\n3,4\n"), "f.csv:3: a quoted cell starts here and never ends");
  EXPECT_EQ(complaint("a,a\n1,2\n"), "f.csv:1: column \"a\" appears twice");
  EXPECT_EQ(complaint(""), "f.csv: is empty");
  EXPECT_EQ(complaint("\n\n"), "f.csv: is empty");
  EXPECT_EQ(complaint("a,b\n"), "f.csv: no rows below the header");
}

TEST(Csv, SkipsBadRowsAndGoesOnWhereAsked) {
  std::vector<std::string> complaints;
  const CsvTable table = table_of("a,b\n1,2\n1\n3,x\"y\n5,6\n7,8,9\n10,11",
                                  [&](const CsvError& error) { complaints.emplace_back(error.what()); });
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.number(table.rows[1], 0), 5);
  EXPECT_EQ(table.rows[2][1].line, 7u);
  ASSERT_EQ(complaints.size(), 3u);
  EXPECT_EQ(complaints[1].substr(0, 8), "f.csv:4:");
  EXPECT_EQ(complaints[2], "f.csv:6: 3 cells where the header has 2");
}

/// Cells of a column, as they are read; nothing if no form reads them.
std::vector<std::string> times_of(const std::vector<std::string_view>& cells, bool named = false) {
  std::vector<std::string> times;
  if (auto format = TimeFormat::of(cells, named)) {
    for (const std::string_view cell : cells) {
      const auto time = format->read(cell);
      times.push_back(time ? time_text(*time) : "");
    }
  }
  return times;
}

TEST(TimeFormat, ReadsTheUsualForms) {
  for (const char* const text : {"2024-02-13 15:04",
                                 "2024/02/13 15:04:05",
                                 "2024-02-13T15:04:05Z",
                                 "2024-02-13t15:04:05z",
                                 "2024-02-13T15:04:05.250Z",
                                 "2024-02-13 15:04:05,250",
                                 "2024-02-13T15:04:05.123456789",
                                 "2024-02-13T15:04:05+02:00",
                                 "2024-02-13T15:04:05-0130",
                                 "2024-02-13 15:04:05 +0000",
                                 "2024-02-13 15:04:05 UTC",
                                 "13.02.2024 15:04",
                                 "13.2.2024 15:04:05",
                                 "13/02/2024 15:04",
                                 "02/13/2024 03:04:05 PM",
                                 "2/13/2024 3:04 pm",
                                 "02/13/24 15:04",
                                 "13.02.24 15:04",
                                 "20240213T150405Z",
                                 "20240213 1504",
                                 "20240213150405",
                                 "13-Feb-2024 15:04",
                                 "13 February 2024 15:04",
                                 "Feb 13, 2024 3:04 PM",
                                 "13/Feb/2024:15:04:05 +0000",
                                 "Tue, 13 Feb 2024 15:04:05 GMT",
                                 "Tue Feb 13 15:04:05 2024",
                                 "Tue Feb 13 15:04:05 UTC 2024"}) {
    EXPECT_EQ(times_of({text}), std::vector<std::string>{"2024-02-13 15:04"}) << text;
  }
  for (const char* const text : {"2024-02-13", "13.02.2024", "20240213", "02/13/2024", "2024-044"}) {
    EXPECT_EQ(times_of({text}), std::vector<std::string>{"2024-02-13 00:00"}) << text;
  }
}

TEST(TimeFormat, RefusesWhatIsNoDate) {
  for (const char* const text : {"",
                                 "2016",
                                 "2016-08-32",
                                 "2015-02-29",
                                 "2016-08/28",
                                 "2016-08-28 24:00",
                                 "2016-08-28 12:60",
                                 "2016-08-28 12:30:61",
                                 "-016-08-28",
                                 "2016-08-28x",
                                 "12.5",
                                 "1.2.3",
                                 "24-01-01",
                                 "12:30",
                                 "99999999",
                                 "13/13/2024",
                                 "02/13/2024 13:04 PM",
                                 "192.168.10.12",
                                 "2024 week 7",
                                 "abc"})
    EXPECT_TRUE(times_of({text}, true).empty()) << text;
}

TEST(TimeFormat, TellsDayFromMonthByTheOtherCells) {
  EXPECT_EQ(times_of({"01/02/2024", "13/02/2024"}),
            (std::vector<std::string>{"2024-02-01 00:00", "2024-02-13 00:00"}));
  EXPECT_EQ(times_of({"01/02/2024", "01/13/2024"}),
            (std::vector<std::string>{"2024-01-02 00:00", "2024-01-13 00:00"}));
  // Both are possible: time passes as slowly as it can.
  EXPECT_EQ(times_of({"01/02/2024 23:50", "02/02/2024 00:00"}).back(), "2024-02-02 00:00");
  EXPECT_EQ(times_of({"02/01/2024 23:50", "02/02/2024 00:00"}).back(), "2024-02-02 00:00");
}

TEST(TimeFormat, ReadsTimeSince1970) {
  for (const std::string ticks : {"", ".5", "000", "000000", "000000000"}) {
    EXPECT_EQ(times_of({"1707836640" + ticks, "1707836700" + ticks}, true),
              (std::vector<std::string>{"2024-02-13 15:04", "2024-02-13 15:05"}));
  }
  // Unless somebody says so, a number is only taken for a time if it goes on as one.
  EXPECT_EQ(times_of({"1707836640", "1707836700", "1707836760"}).size(), 3u);
  EXPECT_TRUE(times_of({"1707836640", "1707836700"}).empty());
  EXPECT_TRUE(times_of({"1707836640", "1707836700", "1707836641"}).empty());
  EXPECT_TRUE(times_of({"4", "5", "6"}, true).empty());
  EXPECT_EQ(times_of({"2024010122", "2024010123", "2024010200"}).back(), "2024-01-02 00:00");
}

TEST(TimeFormat, KeepsTheOrderWhenClocksAreSetBack) {
  EXPECT_EQ(times_of({"2024-10-27T01:30:00+02:00", "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00"}),
            (std::vector<std::string>{"2024-10-27 01:30", "2024-10-27 02:30", "2024-10-27 03:30"}));
}

TEST(TimeFormat, LetsOneCellInTenBeOfAnotherForm) {
  std::vector<std::string_view> cells(10, "2024-02-13 15:04");
  cells[4] = "2024-02-13";  // midnight, as some write it
  cells[5] = "unknown";
  const auto times = times_of(cells);
  ASSERT_EQ(times.size(), 10u);
  EXPECT_EQ(times[4], "2024-02-13 00:00");
  EXPECT_EQ(times[5], "");
  EXPECT_EQ(times[6], "2024-02-13 15:04");
  cells[6] = "x";
  EXPECT_TRUE(times_of(cells).empty());
}

Series series_of(const std::string& text, const Options& options = {}) {
  return read_series(table_of(text), options);
}

TEST(Series, SecondsSince1970AreTheDateAndNotTheTarget) {
  const Series series = series_of("when,load\n1707836640,5\n1707836700,6\n");
  EXPECT_EQ(series.target_name, "load");
  EXPECT_TRUE(series.input_names.empty());
  EXPECT_EQ(series.cadence(), std::chrono::seconds(60));
  // What somebody names is theirs.
  Options options;
  options.target = "when";
  EXPECT_EQ(series_of("when,load\n1707836640,5\n1707836700,6\n", options).target_name, "when");
}

TEST(Series, SaysWhatLooksLikeATimeInNoKnownForm) {
  const Series series = series_of("when,load\n2024 week 01 day 1,5\n2024 week 01 day 2,6\n");
  EXPECT_FALSE(series.has_times());
  EXPECT_EQ(series.remark,
            "column \"when\": \"2024 week 01 day 1\" looks like a time, but in no form that is known: there "
            "is no calendar");
  EXPECT_EQ(series_of("when,load\n2024-01-01,5\nx,6\n2024-01-03,5\n",
                      [] {
                        Options options;
                        options.date = "none";
                        return options;
                      }())
                .remark,
            "");
  EXPECT_EQ(series_of("name,load\na b,5\nc,6\n").remark, "");
}

Series days_of(std::size_t rows, std::size_t known) {
  Series series;
  series.input_names = {"x"};
  std::mt19937 random(5);
  for (std::size_t row = 0; row < rows; ++row) {
    series.times.push_back(time_of("2015-01-01") + std::chrono::days(row));
    const auto y = static_cast<double>(random() % 100), x = static_cast<double>(random() % 100);
    series.target.push_back(row <= known ? y : nan);
    series.inputs.push_back({row <= known ? x : nan});
  }
  return series;
}

TEST(Features, NeverLookAheadExceptAtTheDate) {
  constexpr std::size_t rows = 800, now_last = 780;
  for (const std::size_t horizon : {1u, 9u}) {
    const Series all = days_of(rows, rows), past = days_of(rows, now_last);
    Features a(all, horizon, 7), b(past, horizon, 7);
    for (std::size_t now = 0; now <= now_last; ++now) {
      const Eigen::VectorXf x = a.at(now);
      ASSERT_EQ(static_cast<std::size_t>(x.size()), a.size());
      ASSERT_TRUE(x.allFinite());
      ASSERT_EQ(x, b.at(now));
    }
  }
}

TEST(Features, RememberHowUnusualTheDateWasAYearBefore) {
  Series series = days_of(800, 800);
  for (std::size_t row = 0; row < series.size(); ++row) series.target[row] = row == 100 ? 0 : 10;
  Features features(series, 1, 7);
  for (std::size_t now = 0; now < 500; ++now) {
    const Eigen::VectorXf x = features.at(now);
    EXPECT_EQ(x[2] < -1, now + 1 == 100 + 366) << now;  // the same date; 2016 is a leap year
    EXPECT_EQ(x[3] < -1, now + 1 == 100 + 364) << now;  // the same weekday
  }
}

#endif  // EDDY_HAS_LIBCSV

}  // namespace
}  // namespace forecast

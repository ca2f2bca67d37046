#include "../../examples/cli/columns.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace eddy_stream;
using Numbers = std::vector<std::size_t>;

const std::vector<std::string> names{"date", "riders", "rain", "7"};
const std::vector<Kind> kinds{Kind::text, Kind::numbers, Kind::undecided, Kind::numbers};

TEST(CliColumns, WhatIsMissingDecidesNothing) {
  EXPECT_EQ(kinds_of({"2024-01-01", "5", "", "?", "NaN", "5,5"}, NumberFormat()),
            (std::vector<Kind>{Kind::text, Kind::numbers, Kind::undecided, Kind::undecided, Kind::undecided,
                               Kind::text}));
}

TEST(CliColumns, WithoutOptionsTheFirstNumberIsPredictedFromAllThatIsNoText) {
  const Columns columns = choose_columns({}, names, kinds);
  EXPECT_EQ(columns.targets, Numbers{1});
  EXPECT_EQ(columns.inputs, (Numbers{1, 2, 3}));
}

TEST(CliColumns, ANameGoesBeforeANumber) {
  Options options;
  options.targets = {"7", "2"};
  options.inputs = {"none"};
  const Columns columns = choose_columns(options, names, kinds);
  EXPECT_EQ(columns.targets, (Numbers{3, 1}));
  EXPECT_EQ(columns.inputs, (Numbers{3, 1}));
}

TEST(CliColumns, AnUndecidedColumnIsNotPredictedUnlessItIsNamed) {
  EXPECT_EQ(choose_columns({}, {"a", "b"}, {Kind::undecided, Kind::numbers}).targets, Numbers{1});
  EXPECT_THROW(choose_columns({}, {"a", "b"}, {Kind::undecided, Kind::text}), BadLine);
  Options options;
  options.targets = {"a"};
  EXPECT_EQ(choose_columns(options, {"a", "b"}, {Kind::undecided, Kind::numbers}).targets, Numbers{0});
}

TEST(CliColumns, ATargetIsAnInputWhateverItShows) {
  Options options;
  options.targets = {"date"};
  EXPECT_EQ(choose_columns(options, names, kinds).inputs, (Numbers{0, 1, 2, 3}));
}

TEST(CliColumns, TheForecasterHasItsTargetsByItself) {
  Options options;
  options.model = "forecaster";
  EXPECT_EQ(choose_columns(options, names, kinds).inputs, (Numbers{2, 3}));
}

TEST(CliColumns, WhatIsNotThereOrTwiceIsRefused) {
  for (const std::vector<std::string>& wanted :
       {std::vector<std::string>{"wind"}, {"0"}, {"5"}, {"riders", "2"}}) {
    Options options;
    options.targets = wanted;
    EXPECT_THROW(choose_columns(options, names, kinds), UsageError) << wanted.back();
  }
  Options options;
  options.targets = {"x"};
  EXPECT_THROW(choose_columns(options, {"x", "x", "y", "z"}, kinds), UsageError);
  EXPECT_THROW(choose_columns({}, {"a"}, {Kind::text}), BadLine);
}

}  // namespace

#include "../../examples/cli/columns.hpp"

#include "../../examples/cli/settings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace eddy_stream;
using Numbers = std::vector<std::size_t>;

const std::vector<std::string> names{"date", "riders", "rain", "7"};
const std::vector<std::string_view> row{"2024-01-01", "5", "", "1"};

TEST(CliColumns, WithoutOptionsTheFirstNumberIsPredictedFromAllNumbers) {
  const Columns columns = choose_columns({}, names, row);
  EXPECT_EQ(columns.targets, Numbers{1});
  EXPECT_EQ(columns.inputs, (Numbers{1, 2, 3}));
}

TEST(CliColumns, ANameGoesBeforeANumber) {
  Options options;
  options.targets = {"7", "2"};
  options.inputs = {"none"};
  const Columns columns = choose_columns(options, names, row);
  EXPECT_EQ(columns.targets, (Numbers{3, 1}));
  EXPECT_EQ(columns.inputs, (Numbers{3, 1}));
}

TEST(CliColumns, TheForecasterHasItsTargetsByItself) {
  Options options;
  options.model = "forecaster";
  EXPECT_EQ(choose_columns(options, names, row).inputs, (Numbers{2, 3}));
}

TEST(CliColumns, WhatIsNotThereOrTwiceIsRefused) {
  for (const std::vector<std::string>& wanted :
       {std::vector<std::string>{"wind"}, {"0"}, {"5"}, {"riders", "2"}}) {
    Options options;
    options.targets = wanted;
    EXPECT_THROW(choose_columns(options, names, row), UsageError) << wanted.back();
  }
  Options options;
  options.targets = {"x"};
  EXPECT_THROW(choose_columns(options, {"x", "x", "y", "z"}, row), UsageError);
  EXPECT_THROW(choose_columns({}, {"a"}, {"text"}), BadLine);
}

TEST(CliSettings, ADescriptionIsReadAsItWasWritten) {
  Columns columns = choose_columns({}, {"a b", "", "c"}, {"1", "2", "3"});
  const Description description{settings_of({}, columns), columns};
  const Description again = Description::parse(description.text());
  EXPECT_EQ(again.settings, description.settings);
  EXPECT_EQ(again.columns, description.columns);
}

TEST(CliSettings, ADifferenceIsNamed) {
  const Columns columns = choose_columns({}, names, row);
  Options options;
  EXPECT_EQ(difference(settings_of({}, columns), settings_of(options, columns)), "");
  options.hidden = 5;
  options.seed = 9;
  EXPECT_EQ(difference(settings_of({}, columns), settings_of(options, columns)),
            "--hidden 16 instead of 5, --seed 1 instead of 9");
}

}  // namespace

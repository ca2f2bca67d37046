#include "../../examples/cli/settings.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace eddy_stream;

Columns columns() { return {{"a b", "", "c"}, {2}, {0, 1, 2}, {}}; }

TEST(CliSettings, ADescriptionIsReadAsItWasWritten) {
  const Description description{settings_of({}, columns()), columns(), 500};
  const Description again = Description::parse(description.text());
  EXPECT_EQ(again.settings, description.settings);
  EXPECT_EQ(again.columns, description.columns);
  EXPECT_EQ(again.rolling, 500);
}

TEST(CliSettings, ADescriptionThatCannotBeIsRefused) {
  const std::string good = Description{settings_of({}, columns()), columns(), 500}.text();
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t place = text.find(from);
    EXPECT_NE(place, text.npos) << from;
    return text.replace(place, from.size(), to);
  };
  for (const std::string& text :
       {std::string(), std::string("\n\n"), changed("rolling 500", "rolling 2000000000"),
        changed("rolling 500", "rolling 0"), changed("rolling 500", "rolling -5"),
        changed("rolling 500", "rolling 5x"), changed("rolling 500", "rolling"),
        changed("rolling 500", "rolling 99999999999999999999999"), changed("rolling 500\n", ""),
        changed("target 2", "target 3"), changed("target 2", "target -1"), changed("target 2\n", ""),
        changed("target 2", "target 2\ntarget 2"), changed("input 1", "input 0"),
        changed("input 1", "input 18446744073709551615"), changed("version 2", "version 1"),
        changed("version 2\n", ""), changed("name c", "nome c"), changed("name c\n", "")}) {
    EXPECT_THROW(Description::parse(text), std::runtime_error) << text;
  }
}

TEST(CliSettings, ADifferenceIsNamed) {
  Options options;
  EXPECT_EQ(difference(settings_of({}, columns()), settings_of(options, columns())), "");
  options.hidden = 5;
  options.seed = 9;
  EXPECT_EQ(difference(settings_of({}, columns()), settings_of(options, columns())),
            "--hidden 16 instead of 5, --seed 1 instead of 9");
}

}  // namespace

#include "../../examples/cli/layout.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace eddy_stream;
using Names = std::vector<std::string>;
using Fields = std::vector<std::string_view>;

std::optional<Names> header(const Fields& fields, const Names& known) {
  return as_header(fields, known, NumberFormat());
}

TEST(CliLayout, ColumnsAreFoundByTheirNames) {
  const Layout layout({"a", "b", "c"}, {"c", "x", "a"});
  Fields storage;
  EXPECT_EQ(layout.fields(), 3u);
  EXPECT_EQ(layout.arranged({"3", "9", "1"}, storage), (Fields{"1", "", "3"}));
  EXPECT_TRUE(layout.has(0));
  EXPECT_FALSE(layout.has(1));
  EXPECT_FALSE(layout.takes(1));
  EXPECT_TRUE(layout.state_is_valid());
  EXPECT_EQ(Layout({"x", "y", "x"}, {"x", "x", "y"}).arranged({"1", "2", "3"}, storage),
            (Fields{"1", "3", "2"}));
}

TEST(CliLayout, AHeaderHasWordsAndKnownNames) {
  const Names known{"temp", "hum", "7"};
  EXPECT_EQ(header({"temp", "hum", "7"}, known), known);
  EXPECT_EQ(header({"\xEF\xBB\xBFtemp", "hum", "7"}, known), known);
  EXPECT_TRUE(header({"hum", "co2", "temp", "wind"}, known));
  EXPECT_TRUE(header({"temp", "hum"}, known));
}

TEST(CliLayout, ARowIsNoHeader) {
  const Names known{"temp", "hum", "7"};
  for (const Fields& fields : {Fields{"1", "2", "7"},
                               {"temp", "2", "7"},
                               {"7", "7", "7"},
                               {"x", "y", "z"},
                               {"", "", ""},
                               {"error", "temp", "y", "z"},
                               {"NaN", "?", "7"},
                               {}}) {
    EXPECT_FALSE(header(fields, known)) << (fields.empty() ? "" : fields.front());
  }
}

}  // namespace

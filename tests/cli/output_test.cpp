#if defined(__unix__) || defined(__APPLE__)
#include "../../examples/cli/output.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <string_view>

namespace {

using namespace eddy_stream;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// The header and one row of it.
std::string written(const Options& options, std::string_view kept) {
  const Columns columns{{"the \"name\"", "y"}, {1}, {1}, {0}};
  RowWriter writer(columns, options);
  std::string text;
  const double expected[] = {missing};
  writer.header(text);
  writer.row(text, 12, {kept, "0.1"}, {0.1}, expected, {-2e-7});
  return text;
}

TEST(CliOutput, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(written({}, "a,\"b\""),
            "row,\"the \"\"name\"\"\",y,y.expected,y.ahead\n12,\"a,\"\"b\"\"\",0.1,,-2e-07\n");
}

TEST(CliOutput, JsonIsJsonWhateverTheTextHolds) {
  Options options;
  options.output = "jsonl";
  for (const std::string& kept : {std::string("plain"), std::string("\"\\\x01\t\x7f"),
                                  std::string("\xc3\xa4 \xe2\x82\xac"), std::string("\xf0\x9f\x98\x80")}) {
    const auto row = nlohmann::json::parse(written(options, kept));
    EXPECT_EQ(row["the \"name\""], kept);
    EXPECT_EQ(row["row"], 12);
    EXPECT_EQ(row["y"], 0.1);
    EXPECT_TRUE(row["y.expected"].is_null());
    EXPECT_EQ(row["y.ahead"], -2e-7);
  }
  // Not UTF-8: a stray byte, an overlong form, half of a surrogate pair, beyond Unicode, one cut off.
  for (const char* const kept :
       {"\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    EXPECT_TRUE(nlohmann::json::accept(written(options, kept))) << kept;
  }
}

}  // namespace
#endif

#include "../../examples/cli/fields.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using eddy_stream::BadLine;
using eddy_stream::Fields;

std::vector<std::string> split(std::string_view line, char separator = ',') {
  Fields fields(separator);
  const auto& views = fields.split(line);
  return {views.begin(), views.end()};
}
using Words = std::vector<std::string>;

TEST(CliFields, ASeparatorDividesTwoFieldsHoweverEmpty) {
  EXPECT_EQ(split("a,b"), (Words{"a", "b"}));
  EXPECT_EQ(split("a,,b,"), (Words{"a", "", "b", ""}));
  EXPECT_EQ(split(","), (Words{"", ""}));
  EXPECT_EQ(split("a,b;c", ';'), (Words{"a,b", "c"}));
}

TEST(CliFields, QuotesHoldSeparatorsAndDoubledQuotes) {
  EXPECT_EQ(split(R"("a,b",c)"), (Words{"a,b", "c"}));
  EXPECT_EQ(split(R"("",x,"say ""yes""")"), (Words{"", "x", "say \"yes\""}));
  EXPECT_EQ(split(R"(5" pipe,1)"), (Words{"5\" pipe", "1"}));
}

TEST(CliFields, QuotesThatDoNotMatchAreBad) {
  EXPECT_THROW(split(R"("a,b)"), BadLine);
  EXPECT_THROW(split(R"("a"b,c)"), BadLine);
}

TEST(CliFields, ALineDoesNotRememberTheOneBefore) {
  Fields fields(',');
  EXPECT_THROW(fields.split(R"(a,"b)"), BadLine);
  EXPECT_EQ(fields.split("c,d").size(), 2u);
}

TEST(CliFields, NumbersAreReadFromTheFirstToTheLastCharacter) {
  for (const auto& [text, number] : std::vector<std::pair<std::string, double>>{
           {"1.5", 1.5}, {" +2e3 ", 2000}, {"-0.25", -0.25}, {".5", .5}, {"7.", 7}}) {
    double value = 0;
    EXPECT_TRUE(eddy_stream::read_number(text, value)) << text;
    EXPECT_EQ(value, number) << text;
  }
  for (const char* const text : {"x", "1x", "1 2", "--1", "+-1", "0x10", "inf", "-inf", "1e999", "1,5"}) {
    double value = 0;
    EXPECT_FALSE(eddy_stream::read_number(text, value)) << text;
  }
}

TEST(CliFields, MissingValuesAreNotANumberAndNotBad) {
  for (const char* const text : {"", "  ", "NaN", "nan", "NA", "N/A", "null"}) {
    double value = 0;
    EXPECT_TRUE(eddy_stream::read_number(text, value)) << text;
    EXPECT_TRUE(std::isnan(value)) << text;
  }
}

}  // namespace

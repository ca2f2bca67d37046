#include "../../examples/cli/fields.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
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

}  // namespace

#include "../../examples/cli/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy_stream::escaped;
using eddy_stream::in_quotes;

TEST(CliText, WhatIsPrintableStays) {
  for (const char* const text : {"", "plain", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "a\\x00"}) {
    EXPECT_EQ(escaped(text), text);
  }
}

TEST(CliText, WhatATerminalObeysIsEscaped) {
  EXPECT_EQ(escaped(std::string("\0a\x1b[31m\x7f\r", 9)), "\\x00a\\x1b[31m\\x7f\\x0d");
  EXPECT_EQ(escaped("\xc2\x9b"), "\\xc2\\x9b");           // CSI in one character
  EXPECT_EQ(escaped("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // from right to left
  EXPECT_EQ(escaped("\xe2\x80\xa8"), "\\xe2\\x80\\xa8");  // a line separator
  EXPECT_EQ(escaped("a\nb"), "a\\x0ab");
  EXPECT_EQ(escaped("a\nb", "\n"), "a\nb");
}

TEST(CliText, WhatIsNotUtf8IsEscapedByteByByte) {
  EXPECT_EQ(escaped("\xe9t\xe9"), "\\xe9t\\xe9");
  EXPECT_EQ(escaped("\xe2\x82"), "\\xe2\\x82");
  EXPECT_EQ(escaped("\xc0\xaf\xed\xa0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");
}

TEST(CliText, ALongFieldIsCutBetweenTwoCharacters) {
  std::string euros;
  for (int i = 0; i < 20; ++i) euros += "\xe2\x82\xac";
  EXPECT_EQ(in_quotes(euros), '"' + euros.substr(0, 42) + "…\"");
  EXPECT_EQ(in_quotes("x" + euros), "\"x" + euros.substr(0, 39) + "…\"");
  EXPECT_EQ(in_quotes(euros.substr(0, 39)), '"' + euros.substr(0, 39) + '"');
}

}  // namespace

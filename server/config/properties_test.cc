#include "server/config/properties.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

ConfigMap parse(std::string_view text) {
  const auto parsed = parse_properties(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : ConfigMap{};
}

TEST(Properties, KeyEndsAtEqualsColonOrBlank) {
  EXPECT_EQ(
      parse("a=1\nb:2\nc 3\nd = 4\ne : 5\nf\t6\ng = = 7\nh"),
      (ConfigMap{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", "6"}, {"g", "= 7"}, {"h", ""}}));
}

TEST(Properties, CommentsAndEmptyLinesAreSkipped) {
  EXPECT_EQ(parse("# a=1\n  ! b=2\n\n \t\f\nc=3 # not a comment\n"), (ConfigMap{{"c", "3 # not a comment"}}));
}

TEST(Properties, CommentIsNotContinued) { EXPECT_EQ(parse("# comment \\\na=1\n"), (ConfigMap{{"a", "1"}})); }

TEST(Properties, BackslashJoinsTheNextLineWithoutItsIndent) {
  EXPECT_EQ(parse("list=a,\\\n    b,\\\r\n\tc\n"), (ConfigMap{{"list", "a,b,c"}}));
  EXPECT_EQ(parse("a=1\\\\\nb=2"), (ConfigMap{{"a", "1\\"}, {"b", "2"}}));
  EXPECT_EQ(parse("a=1\\"), (ConfigMap{{"a", "1"}}));
  EXPECT_EQ(parse("a=1\\\n# 2\nb=3"), (ConfigMap{{"a", "1# 2"}, {"b", "3"}}));
}

TEST(Properties, EveryLineEndIsOne) {
  EXPECT_EQ(parse("a=1\rb=2\r\nc=3\n"), (ConfigMap{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
}

TEST(Properties, EscapesStandForTheirCharacter) {
  EXPECT_EQ(parse(R"(a\=b\:c\ d=\t\n\r\f\\\q)"), (ConfigMap{{"a=b:c d", "\t\n\r\f\\q"}}));
  EXPECT_EQ(parse(R"(a=\u0041\u00e9\u20AC\ud83d\ude00)"), (ConfigMap{{"a", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"}}));
  EXPECT_EQ(parse(R"(a=\ud83dx)"), (ConfigMap{{"a", "\xef\xbf\xbdx"}}));
}

TEST(Properties, ValueKeepsItsTrailingBlanks) { EXPECT_EQ(parse("a=  1  "), (ConfigMap{{"a", "1  "}})); }

TEST(Properties, KeyGivenTwiceHasItsLastValue) { EXPECT_EQ(parse("a=1\na=2"), (ConfigMap{{"a", "2"}})); }

TEST(Properties, MalformedUnicodeEscapeNamesItsLine) {
  const auto parsed = parse_properties("a=1\nb=\\u12g4\n");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "Malformed \\uxxxx encoding in line 2");
  EXPECT_FALSE(parse_properties("a=\\u12"));
}

TEST(Properties, OverrideReplacesWhatTheFileSays) {
  ConfigMap config = {{"a", "1"}};
  EXPECT_TRUE(apply_override(config, "a=2"));
  EXPECT_TRUE(apply_override(config, "b = x=y "));
  EXPECT_TRUE(apply_override(config, "c="));
  EXPECT_EQ(config, (ConfigMap{{"a", "2"}, {"b", "x=y"}, {"c", ""}}));
  EXPECT_FALSE(apply_override(config, "a"));
  EXPECT_FALSE(apply_override(config, "=1"));
}

}  // namespace
}  // namespace muir::server

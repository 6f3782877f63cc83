#include "wire/codec/utf8.h"

#include <gtest/gtest.h>

namespace muir::wire {
namespace {

TEST(Utf8, IsLeftAloneWhereItIsValid) {
  const std::string_view text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  EXPECT_EQ(replace_invalid_utf8(text), text);
}

// As `new String(bytes, UTF_8)` of Java does: one replacement for each maximal part of a sequence.
TEST(Utf8, GetsAReplacementForWhatIsNot) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"\x80", "\uFFFD"},                                // A continuation without a lead.
      {"a\xE2\x82", "a\uFFFD"},                          // Cut off.
      {"\xE2\x82z", "\uFFFDz"},                          // Interrupted.
      {"\xC0\xAF", "\uFFFD\uFFFD"},                      // Overlong.
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // A surrogate.
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // Beyond U+10FFFF.
  };
  for (const auto& [invalid, replaced] : cases) EXPECT_EQ(replace_invalid_utf8(invalid), replaced);
}

}  // namespace
}  // namespace muir::wire

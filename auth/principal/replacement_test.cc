#include "auth/principal/replacement.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace muir::auth {
namespace {

std::string replaced(const std::string& text, const char* pattern, const char* replacement,
                     Occurrences occurrences = Occurrences::all) {
  return replace_matches(text, re2::RE2(pattern), replacement, occurrences);
}

// What Java 17 answers to the same.
TEST(Replacement, IsJavas) {
  EXPECT_EQ(replaced("banana", "a", "o"), "bonono");
  EXPECT_EQ(replaced("banana", "a", "o", Occurrences::first), "bonana");
  EXPECT_EQ(replaced("banana", "x", "o"), "banana");
  EXPECT_EQ(replaced("abc", "x*", "-"), "-a-b-c-");
  EXPECT_EQ(replaced("abc", "x*", "-", Occurrences::first), "-abc");
  EXPECT_EQ(replaced("abc", ".*", "<$0>"), "<abc><>");
  EXPECT_EQ(replaced("abc", "(a)(b)", "$2$1"), "bac");
  EXPECT_EQ(replaced("abc", "(a)", "$12"), "a2bc") << "there is no group 12, but a group 1";
  EXPECT_EQ(replaced("abc", "(x)?b", "[$1]"), "a[]c");
  EXPECT_EQ(replaced("abc", "b", "\\$\\\\"), "a$\\c");
}

TEST(Replacement, IsSoundWhereJavaWouldNotThrow) {
  for (const char* sound : {"", "x", "$0", "$1", "\\$", "$12", "a\\/b"})
    EXPECT_TRUE(is_sound_replacement(sound, 1)) << sound;
  for (const char* unsound : {"$", "$x", "$2", "x\\", "${name}", "\\\\$"})
    EXPECT_FALSE(is_sound_replacement(unsound, 1)) << unsound;
}

}  // namespace
}  // namespace muir::auth

#include "wire/codec/base64.h"

#include <gtest/gtest.h>

namespace muir::wire {
namespace {

// RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    const auto decoded = from_base64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(as_text(*decoded), plain);
  }
}

TEST(Base64, RefusesWhatIsNot) {
  for (const std::string_view text : {"Zg", "Zg=", "Z===", "Zm9*", "Zm 9"}) EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace muir::wire

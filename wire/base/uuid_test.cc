#include "wire/base/uuid.h"

#include <gtest/gtest.h>

namespace muir {
namespace {

TEST(Uuid, TextIsUrlSafeBase64WithoutPadding) {
  EXPECT_EQ(kMetadataTopicId.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
  EXPECT_EQ(Uuid::from_halves(~0ull, ~0ull).to_string(), "_____________________w");
}

TEST(Uuid, ParseUndoesToString) {
  for (int i = 0; i < 100; ++i) {
    const Uuid id = Uuid::random();
    const auto parsed = Uuid::parse(id.to_string());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, id);
  }
}

TEST(Uuid, ParseRefusesWhatIsNotSixteenBytes) {
  EXPECT_FALSE(Uuid::parse(""));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAQA"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAA+Q"));
}

TEST(Uuid, RandomIsNeverTakenForAnOption) {
  for (int i = 0; i < 1000; ++i) EXPECT_NE(Uuid::random().to_string().front(), '-');
}

}  // namespace
}  // namespace muir

#include "server/metadata/scram_shapes.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "server/metadata/metadata_changes.h"
#include "server/metadata/scram_image.h"

namespace muir::server {
namespace {

constexpr std::uint64_t kChance = 0x1234'5678'9abc'def0;

wire::UserScramCredentialRecord credential(std::string_view user, std::int32_t iterations, ByteView salt,
                                           std::int8_t mechanism = 1) {
  wire::UserScramCredentialRecord record;
  record.name = user;
  record.mechanism = mechanism;
  record.iterations = iterations;
  record.salt = salt;
  return record;
}

TEST(ScramShapes, AreThoseOfTheUsersThatThereAre) {
  const OwnedBytes salt(16, std::byte{0xff});
  ScramImage image;
  MetadataChanges changes;
  EXPECT_EQ(image.shapes().choose(1, kChance), auth::ScramShape());

  ASSERT_TRUE(image.apply(credential("alice", 8192, salt), changes));
  EXPECT_EQ(image.shapes().choose(1, kChance), (auth::ScramShape{8192, 16}));
  EXPECT_EQ(image.shapes().choose(2, kChance), auth::ScramShape()) << "nobody has one by the other mechanism";

  // A new password replaces the old one.
  ASSERT_TRUE(image.apply(credential("alice", 4096, as_bytes("13aumosavd84f0jdxikksjxj1z")), changes));
  EXPECT_EQ(image.shapes().choose(1, kChance), (auth::ScramShape{4096, auth::ScramShape::kKafkasSalt}));

  wire::RemoveUserScramCredentialRecord removal;
  removal.name = "alice";
  removal.mechanism = 1;
  ASSERT_TRUE(image.apply(removal, changes));
  EXPECT_EQ(image, ScramImage());
}

TEST(ScramShapes, AStrangerKeepsHisWhenUsersComeWithTheSame) {
  ScramShapes shapes;
  for (int i = 0; i < 10; ++i) shapes.add(1, {4096, 16});
  shapes.add(1, {8192, 16});
  int changed = 0;
  constexpr int kStrangers = 1000;
  std::uint64_t chance = kChance;
  ScramShapes later = shapes;
  later.add(1, {8192, 16});
  for (int i = 0; i < kStrangers; ++i) {
    chance = chance * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    if (shapes.choose(1, chance) != later.choose(1, chance)) ++changed;
  }
  // From one in eleven to two in twelve.
  EXPECT_LT(changed, kStrangers / 8);
  EXPECT_GT(changed, kStrangers / 40);
}

}  // namespace
}  // namespace muir::server

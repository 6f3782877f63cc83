#include "auth/sasl/made_up_credential.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

const OwnedBytes kSecret(32, std::byte{7});

ScramCredential made_up(const std::string& user, const ScramShape& shape) {
  return made_up_credential(ScramMechanism::sha_256, kSecret, user, shape);
}

// The shape of which of these each of `count` users gets.
std::map<ScramShape, int> shares(const std::map<ScramShape, std::size_t>& real, int count) {
  std::map<ScramShape, int> made;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t chance = chance_of(ScramMechanism::sha_256, kSecret, "user-" + std::to_string(i));
    const ScramShape* best = nullptr;
    double most = 0;
    for (const auto& [shape, users] : real) {
      const double wanted = wants(shape, users, chance);
      if (best == nullptr || wanted > most) best = &shape, most = wanted;
    }
    ++made[*best];
  }
  return made;
}

TEST(MadeUpCredential, HasTheShapeThatItIsToHave) {
  for (const ScramShape shape : {ScramShape{4096, 16}, ScramShape{8192, 1}, ScramShape{16384, 200}, ScramShape{}}) {
    for (int i = 0; i < 200; ++i) {
      const auto credential = made_up("user-" + std::to_string(i), shape);
      EXPECT_EQ(shape_of(credential.salt, credential.iterations), shape) << as_text(credential.salt);
    }
  }
}

TEST(MadeUpCredential, IsTheSameEachTimeAndAnotherForAnother) {
  const ScramShape shape{4096, 16};
  EXPECT_EQ(made_up("alice", shape), made_up("alice", shape));
  EXPECT_NE(made_up("alice", shape).salt, made_up("bob", shape).salt);
  EXPECT_NE(made_up("alice", shape).salt,
            made_up_credential(ScramMechanism::sha_256, OwnedBytes(32), "alice", shape).salt);
}

// A number of 130 bits has 26 digits in base 36 in two cases of five, then beginning with a one, and mostly 25 else.
TEST(MadeUpCredential, SaltsOfKafkasShapeAreSpreadAsKafkas) {
  std::map<std::size_t, int> lengths;
  for (int i = 0; i < 2000; ++i) {
    const auto salt = made_up("user-" + std::to_string(i), {}).salt;
    ++lengths[salt.size()];
    EXPECT_TRUE(salt.size() != 26 || salt.front() == std::byte{'1'});
  }
  EXPECT_NEAR(lengths[26], 2000 * 0.405, 120);
  EXPECT_NEAR(lengths[25], 2000 * 0.578, 120);
}

TEST(MadeUpCredential, ShapesGoToMadeUpUsersAsOftenAsToRealOnes) {
  const auto made = shares({{{4096, 16}, 70}, {{8192, 16}, 20}, {{4096, ScramShape::kKafkasSalt}, 10}}, 5000);
  EXPECT_NEAR((made.at({4096, 16})), 3500, 200);
  EXPECT_NEAR((made.at({8192, 16})), 1000, 150);
  EXPECT_NEAR((made.at({4096, ScramShape::kKafkasSalt})), 500, 120);
}

}  // namespace
}  // namespace muir::auth

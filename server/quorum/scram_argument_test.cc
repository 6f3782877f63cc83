#include "server/quorum/scram_argument.h"

#include <gtest/gtest.h>

#include "wire/codec/base64.h"

namespace muir::server {
namespace {

TEST(ScramArgument, MakesACredentialOfAPassword) {
  const auto user = parse_scram_argument(
      " SCRAM-SHA-256=[name=alice,password=\"pencil\",salt=W22ZaJ0SNY7soEsUEjb6gQ==,iterations=4096] ");

  ASSERT_TRUE(user) << user.error();
  EXPECT_EQ(user->name, "alice");
  EXPECT_EQ(user->mechanism, auth::ScramMechanism::sha_256);
  // As Kafka's tool makes them of the same salt (RFC 7677's example has the same password).
  EXPECT_EQ(wire::to_base64(user->credential.stored_key), "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
  EXPECT_EQ(wire::to_base64(user->credential.server_key), "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST(ScramArgument, DefaultsAreKafkas) {
  const auto one = parse_scram_argument("SCRAM-SHA-512=[name=bob,password=a]");
  const auto two = parse_scram_argument("SCRAM-SHA-512=[name=bob,password=a]");

  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->credential.iterations, 4096);
  EXPECT_EQ(one->credential.stored_key.size(), 64u);
  EXPECT_NE(one->credential.salt, two->credential.salt);
}

TEST(ScramArgument, RefusesInKafkasWords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"SCRAM-SHA-256", "Failed to find equals sign in SCRAM argument"},
      {"SCRAM-SHA-1=[name=a,password=b]", "The add-scram mechanism SCRAM-SHA-1 is not supported."},
      {"SCRAM-SHA-256=name=a]", "Expected configuration string to start with ["},
      {"SCRAM-SHA-256=[name=a", "Expected configuration string to end with ]"},
      {"SCRAM-SHA-256=[name]", "No equals sign found in SCRAM component: name"},
      {"SCRAM-SHA-256=[password=a]", "You must supply 'name' to add-scram"},
      {"SCRAM-SHA-256=[name=a]", "You must supply one of 'password' or 'saltedpassword' to add-scram"},
      {"SCRAM-SHA-256=[name=a,saltedpassword=AAAA]", "You must supply 'salt' with 'saltedpassword' to add-scram"},
      {"SCRAM-SHA-256=[name=a,password=b,x=1]", "Unknown SCRAM configurations: x"},
      {"SCRAM-SHA-256=[name=a,password=b,iterations=1]",
       "The 'iterations' value must be >= 4096 for add-scram using SCRAM-SHA-256"},
      {"SCRAM-SHA-256=[name=a,password=b,iterations=16385]",
       "The 'iterations' value must be <= 16384 for add-scram using SCRAM-SHA-256"},
      {"SCRAM-SHA-256=[name=a,password=b,iterations=x]", "Failed to parse iterations count: x"},
      {"SCRAM-SHA-256=[name=a,password=b,salt=?]", "Failed to decode given salt: ?"},
  };
  for (const auto& [argument, sentence] : cases) {
    const auto user = parse_scram_argument(argument);
    ASSERT_FALSE(user) << argument;
    EXPECT_EQ(user.error(), sentence);
  }
}

}  // namespace
}  // namespace muir::server

#include "server/controller/alter_user_scram_credentials.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/sasl/scram_credential.h"
#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using Request = wire::AlterUserScramCredentialsRequest;

struct ScramRequests : ::testing::Test {
  static Request::ScramCredentialUpsertion set(std::string_view user, std::int8_t mechanism = 1,
                                               std::int32_t iterations = 4096) {
    static const OwnedBytes salt(16, std::byte{1}), salted_password(32, std::byte{2});
    return {.name = user,
            .mechanism = mechanism,
            .iterations = iterations,
            .salt = salt,
            .salted_password = salted_password};
  }
  static Request::ScramCredentialDeletion remove(std::string_view user, std::int8_t mechanism = 1) {
    return {.name = user, .mechanism = mechanism};
  }
  std::vector<std::string> alter(std::vector<Request::ScramCredentialDeletion> deletions,
                                 std::vector<Request::ScramCredentialUpsertion> upsertions) {
    Request request;
    request.deletions = std::move(deletions);
    request.upsertions = std::move(upsertions);
    std::vector<std::string> results;
    for (const auto& result :
         world.run(world.controller.alter_user_scram_credentials(world.context(0), request)).results) {
      results.push_back(
          fmt::format("{}: {} {}", result.user, name(result.error_code), result.error_message.value_or("null")));
    }
    return results;
  }
  const ScramCredential* stored(const std::string& user, std::int8_t mechanism = 1) const {
    const auto* found = world.controller.image().scram.all().find(ScramKey{mechanism, user});
    return found == nullptr ? nullptr : &**found;
  }
  using Lines = std::vector<std::string>;

  ControllerFixture world;
};

TEST_F(ScramRequests, SetAndRemoveACredential) {
  EXPECT_EQ(alter({}, {set("alice", 1), set("bob", 2, 16384)}), (Lines{"alice: NONE null", "bob: NONE null"}));

  ASSERT_NE(stored("alice"), nullptr);
  ASSERT_NE(stored("bob", 2), nullptr);
  EXPECT_EQ(stored("bob", 2)->iterations, 16384);
  const auto expected = auth::scram_credential(auth::ScramMechanism::sha_256, OwnedBytes(32, std::byte{2}),
                                               OwnedBytes(16, std::byte{1}), 4096);
  EXPECT_EQ(stored("alice")->stored_key, expected.stored_key);
  EXPECT_EQ(stored("alice")->server_key, expected.server_key);

  EXPECT_EQ(alter({remove("alice")}, {}), (Lines{"alice: NONE null"}));
  EXPECT_EQ(stored("alice"), nullptr);
}

TEST_F(ScramRequests, AreRefusedInKafkasWords) {
  EXPECT_EQ(alter({}, {set("")}), (Lines{": UNACCEPTABLE_CREDENTIAL Username must not be empty"}));
  EXPECT_EQ(alter({}, {set("a", 3)}), (Lines{"a: UNSUPPORTED_SASL_MECHANISM Unknown SCRAM mechanism"}));
  EXPECT_EQ(alter({}, {set("a", 1, 4095)}), (Lines{"a: UNACCEPTABLE_CREDENTIAL Too few iterations"}));
  EXPECT_EQ(alter({}, {set("a", 1, 16385)}), (Lines{"a: UNACCEPTABLE_CREDENTIAL Too many iterations"}));
  EXPECT_EQ(alter({remove("a")}, {}),
            (Lines{"a: RESOURCE_NOT_FOUND Attempt to delete a user credential that does not exist"}));
}

TEST_F(ScramRequests, AUserStandsInARequestOnce) {
  const std::string twice = "DUPLICATE_RESOURCE A user credential cannot be altered twice in the same request";
  EXPECT_EQ(alter({}, {set("a", 1), set("b"), set("a", 2)}), (Lines{"b: NONE null", "a: " + twice}));
  EXPECT_EQ(alter({remove("b")}, {set("b", 2)}), (Lines{"b: " + twice}));
  EXPECT_NE(stored("b"), nullptr) << "nothing of it was done";
}

TEST_F(ScramRequests, AFailureOfOneUserIsNoneOfAnother) {
  EXPECT_EQ(
      alter({remove("nobody")}, {set("a")}),
      (Lines{"a: NONE null", "nobody: RESOURCE_NOT_FOUND Attempt to delete a user credential that does not exist"}));
}

}  // namespace
}  // namespace muir::server

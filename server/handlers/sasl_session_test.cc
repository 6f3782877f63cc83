#include "server/handlers/sasl_session.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

using wire::ApiKey;

// Proves whoever it is told to.
class FakeExchange final : public auth::SaslExchange {
 public:
  explicit FakeExchange(std::string user, std::optional<std::int64_t> expires_at_ms = {}) {
    identity_ = {std::move(user), expires_at_ms, false};
  }
  auth::SaslStep evaluate(ByteView) override { return auth::SaslStep::success({}); }
};

class SaslSessionTest : public testing::Test {
 protected:
  SaslSession session(std::chrono::milliseconds max_reauth = {}) {
    auto config = std::make_shared<SaslListenerConfig>();
    config->enabled = {"PLAIN", "SCRAM-SHA-256"};
    config->mechanisms["PLAIN"].max_reauth = max_reauth;
    config->mechanisms["SCRAM-SHA-256"];
    return SaslSession(std::move(config));
  }

  void begin(SaslSession& sasl, std::string user, std::optional<std::int64_t> expires_at_ms = {},
             std::int16_t version = 1) {
    sasl.begin("PLAIN", version, std::make_unique<FakeExchange>(std::move(user), expires_at_ms), clock_.now());
  }

  std::optional<std::int64_t> log_in(SaslSession& sasl, const std::string& user,
                                     std::optional<std::int64_t> expires_at_ms = {}) {
    begin(sasl, user, expires_at_ms);
    return sasl.complete({"User", user}, clock_);
  }

  bool serves(const SaslSession& sasl, ApiKey key) const { return sasl.refusal(key, clock_.now()).empty(); }

  ManualClock clock_;
};

TEST_F(SaslSessionTest, ServesWhatALoginNeedsAndNothingElse) {
  SaslSession sasl = session();
  EXPECT_TRUE(serves(sasl, ApiKey::API_VERSIONS));
  EXPECT_TRUE(serves(sasl, ApiKey::SASL_HANDSHAKE));
  EXPECT_FALSE(serves(sasl, ApiKey::SASL_AUTHENTICATE));
  EXPECT_FALSE(serves(sasl, ApiKey::METADATA));

  sasl.versions_told();
  EXPECT_FALSE(serves(sasl, ApiKey::API_VERSIONS));
  EXPECT_TRUE(serves(sasl, ApiKey::SASL_HANDSHAKE));

  begin(sasl, "alice");
  EXPECT_TRUE(serves(sasl, ApiKey::SASL_AUTHENTICATE));
  EXPECT_TRUE(serves(sasl, ApiKey::API_VERSIONS)) << "with an error";
  EXPECT_FALSE(serves(sasl, ApiKey::METADATA));

  ASSERT_EQ(sasl.complete({"User", "alice"}, clock_), 0);
  EXPECT_TRUE(serves(sasl, ApiKey::METADATA));
  EXPECT_FALSE(sasl.takes_handshake(clock_.now())) << "a session without an end is not begun again";
}

TEST_F(SaslSessionTest, OldHandshakeIsFollowedByBareTokens) {
  SaslSession sasl = session();
  begin(sasl, "alice", {}, 0);
  EXPECT_TRUE(sasl.expects_raw_token());

  SaslSession newer = session();
  begin(newer, "alice", {}, 1);
  EXPECT_FALSE(newer.expects_raw_token());
  EXPECT_TRUE(newer.expects_token());
}

TEST_F(SaslSessionTest, ExpiredSessionTakesOnlyAnotherLogin) {
  SaslSession sasl = session(std::chrono::seconds(5));
  ASSERT_EQ(log_in(sasl, "alice"), 5000);
  clock_.advance(std::chrono::milliseconds(4999));
  EXPECT_TRUE(serves(sasl, ApiKey::METADATA));

  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(serves(sasl, ApiKey::METADATA));
  ASSERT_TRUE(serves(sasl, ApiKey::SASL_HANDSHAKE));
  ASSERT_TRUE(sasl.takes_handshake(clock_.now()));

  EXPECT_EQ(sasl.what(), "re-authentication");
  ASSERT_EQ(log_in(sasl, "alice"), 5000);
  EXPECT_TRUE(serves(sasl, ApiKey::METADATA));
}

TEST_F(SaslSessionTest, LogsInAgainAtMostOnceASecond) {
  SaslSession sasl = session(std::chrono::seconds(5));
  ASSERT_TRUE(log_in(sasl, "alice"));
  ASSERT_TRUE(sasl.takes_handshake(clock_.now()));
  ASSERT_TRUE(log_in(sasl, "alice"));
  EXPECT_FALSE(sasl.takes_handshake(clock_.now()));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(sasl.takes_handshake(clock_.now()));
}

TEST_F(SaslSessionTest, PrincipalAndMechanismStay) {
  SaslSession sasl = session(std::chrono::seconds(5));
  ASSERT_TRUE(log_in(sasl, "alice"));
  EXPECT_TRUE(sasl.may_change_to("PLAIN"));
  EXPECT_FALSE(sasl.may_change_to("SCRAM-SHA-256"));

  EXPECT_FALSE(log_in(sasl, "bob"));
  EXPECT_EQ(sasl.principal()->name, "alice");
}

TEST_F(SaslSessionTest, NothingIsServedAfterTheMechanismChanged) {
  SaslSession sasl = session(std::chrono::seconds(5));
  ASSERT_TRUE(log_in(sasl, "alice"));
  sasl.begin("SCRAM-SHA-256", 1, nullptr, clock_.now());
  EXPECT_FALSE(serves(sasl, ApiKey::SASL_AUTHENTICATE));
  EXPECT_FALSE(serves(sasl, ApiKey::METADATA));
}

TEST_F(SaslSessionTest, TokenEndsTheSessionBeforeTheSettingDoes) {
  SaslSession sasl = session(std::chrono::seconds(5));
  EXPECT_EQ(log_in(sasl, "alice", clock_.wall_ms() + 2000), 2000);
  SaslSession later = session(std::chrono::seconds(5));
  EXPECT_EQ(log_in(later, "alice", clock_.wall_ms() + 20'000), 5000);
  SaslSession past = session();
  EXPECT_EQ(log_in(past, "alice", clock_.wall_ms() - 1), 0);
  EXPECT_FALSE(serves(past, ApiKey::METADATA));
}

}  // namespace
}  // namespace muir::server

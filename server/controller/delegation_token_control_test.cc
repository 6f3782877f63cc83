#include "server/controller/delegation_token_control.h"

#include <string>

#include <gtest/gtest.h>

#include "auth/sasl/delegation_token.h"
#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

constexpr std::int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs;
constexpr std::int64_t kNow = 1'700'000'000'000;

struct TokenRequests : ::testing::Test {
  static ControllerSettings with_tokens() {
    ControllerSettings settings = ControllerFixture::settings();
    settings.delegation_tokens.secret_key = "swordfish";
    return settings;
  }

  ControllerRequest from(const auth::Principal& sender, std::int64_t wall_ms = kNow) {
    ControllerRequest context = world.context(3);
    context.principal = &sender;
    context.wall_ms = wall_ms;
    return context;
  }

  wire::CreateDelegationTokenResponse create(const auth::Principal& sender, std::int64_t max_lifetime_ms = -1,
                                             std::vector<std::string_view> renewers = {}) {
    wire::CreateDelegationTokenRequest request;
    request.max_lifetime_ms = max_lifetime_ms;
    for (const auto name : renewers) {
      auto& renewer = request.renewers.emplace_back();
      renewer.principal_type = "User";
      renewer.principal_name = name;
    }
    return world.run(world.controller.create_delegation_token(from(sender), request));
  }
  std::pair<ErrorCode, std::int64_t> renew(const auth::Principal& sender, ByteView hmac, std::int64_t period_ms = -1,
                                           std::int64_t wall_ms = kNow) {
    wire::RenewDelegationTokenRequest request;
    request.hmac = hmac;
    request.renew_period_ms = period_ms;
    const auto response = world.run(world.controller.renew_delegation_token(from(sender, wall_ms), request));
    return {response.error_code, response.expiry_timestamp_ms};
  }
  std::pair<ErrorCode, std::int64_t> expire(const auth::Principal& sender, ByteView hmac, std::int64_t period_ms,
                                            std::int64_t wall_ms = kNow) {
    wire::ExpireDelegationTokenRequest request;
    request.hmac = hmac;
    request.expiry_time_period_ms = period_ms;
    const auto response = world.run(world.controller.expire_delegation_token(from(sender, wall_ms), request));
    return {response.error_code, response.expiry_timestamp_ms};
  }
  const DelegationToken* token(std::string_view id) const {
    const auto* found = world.controller.image().delegation_tokens.all().find(id);
    return found == nullptr ? nullptr : &**found;
  }
  using End = std::pair<ErrorCode, std::int64_t>;

  ControllerFixture world{with_tokens()};
  const auth::Principal alice{"User", "alice"}, bob{"User", "bob"}, carol{"User", "carol"};
};

TEST_F(TokenRequests, ATokenIsARecordAndAnHmac) {
  const auto made = create(alice, -1, {"bob"});

  ASSERT_EQ(made.error_code, ErrorCode::NONE);
  EXPECT_EQ(as_text(made.hmac), as_text(auth::token_hmac("swordfish", made.token_id)));
  const DelegationToken* stored = token(made.token_id);
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(*stored,
            (DelegationToken{"User:alice", "User:alice", {"User:bob"}, kNow, kNow + 7 * kDayMs, kNow + kDayMs}));
}

TEST_F(TokenRequests, TimesNeverPassTheTokensEnd) {
  EXPECT_EQ(create(alice, kHourMs).expiry_timestamp_ms, kNow + kHourMs);
  const auto made = create(alice, 2 * kDayMs);
  EXPECT_EQ(made.max_timestamp_ms, kNow + 2 * kDayMs);

  EXPECT_EQ(renew(alice, made.hmac, kHourMs), (End{ErrorCode::NONE, kNow + kHourMs}));
  EXPECT_EQ(renew(alice, made.hmac, 1000 * kDayMs), (End{ErrorCode::NONE, kNow + kDayMs}));
  EXPECT_EQ(renew(alice, made.hmac, -1, kNow + kDayMs), (End{ErrorCode::NONE, kNow + 2 * kDayMs}));
  EXPECT_EQ(expire(alice, made.hmac, INT64_MAX), (End{ErrorCode::NONE, kNow + 2 * kDayMs}));
  EXPECT_EQ(expire(alice, made.hmac, 5), (End{ErrorCode::NONE, kNow + 5}));
  EXPECT_EQ(token(made.token_id)->expiration_timestamp, kNow + 5);
}

TEST_F(TokenRequests, OnlyOwnerAndRenewersMoveIt) {
  const auto made = create(alice, -1, {"bob"});

  EXPECT_EQ(renew(carol, made.hmac), (End{ErrorCode::DELEGATION_TOKEN_OWNER_MISMATCH, 0}));
  EXPECT_EQ(expire(carol, made.hmac, -1), (End{ErrorCode::DELEGATION_TOKEN_OWNER_MISMATCH, 0}));
  EXPECT_EQ(renew(bob, made.hmac).first, ErrorCode::NONE);
  EXPECT_EQ(expire(bob, made.hmac, -1), (End{ErrorCode::NONE, kNow}));
  EXPECT_EQ(token(made.token_id), nullptr);
  EXPECT_EQ(renew(alice, made.hmac), (End{ErrorCode::DELEGATION_TOKEN_NOT_FOUND, 0}));
}

// Kafka's order: renewing looks at the time first, ending at the sender.
TEST_F(TokenRequests, AnEndedTokenCanOnlyBeRemoved) {
  const auto made = create(alice, kHourMs);
  const std::int64_t later = kNow + kHourMs + 1;

  EXPECT_EQ(renew(carol, made.hmac, -1, later), (End{ErrorCode::DELEGATION_TOKEN_EXPIRED, 0}));
  EXPECT_EQ(expire(carol, made.hmac, 1, later), (End{ErrorCode::DELEGATION_TOKEN_OWNER_MISMATCH, 0}));
  EXPECT_EQ(expire(alice, made.hmac, 1, later), (End{ErrorCode::DELEGATION_TOKEN_EXPIRED, 0}));
  EXPECT_EQ(expire(alice, made.hmac, -1, later), (End{ErrorCode::NONE, later}));
}

TEST_F(TokenRequests, TheSweepRemovesWhatHasEndedAndNothingElse) {
  const auto ended = create(alice, kHourMs), kept = create(alice);
  auto sweep = world.controller.sweep_expired_tokens(from(alice, kNow + kHourMs + 1));

  EXPECT_EQ(sweep.records.size(), 1u);
  world.append(std::move(sweep.records));
  EXPECT_EQ(token(ended.token_id), nullptr);
  EXPECT_NE(token(kept.token_id), nullptr);
}

TEST_F(TokenRequests, WhatIsRolledBackIsNotFound) {
  auto decision = world.controller.create_delegation_token(from(alice), {});
  world.append(std::move(decision.records), false);
  wire::RenewDelegationTokenRequest renewal;
  renewal.hmac = decision.response.hmac;
  const auto answer = [&] { return world.controller.renew_delegation_token(from(bob), renewal).response.error_code; };
  ASSERT_EQ(answer(), ErrorCode::DELEGATION_TOKEN_OWNER_MISMATCH);

  world.controller.rollback();
  EXPECT_EQ(answer(), ErrorCode::DELEGATION_TOKEN_NOT_FOUND);
}

TEST_F(TokenRequests, RenewersAreUsers) {
  wire::CreateDelegationTokenRequest request;
  request.renewers.emplace_back().principal_type = "Group";
  const auto response = world.run(world.controller.create_delegation_token(from(alice), request));
  EXPECT_EQ(response.error_code, ErrorCode::INVALID_PRINCIPAL_TYPE);
  EXPECT_EQ(response.principal_name, "alice");
}

TEST(TokenRequestsWithoutASecret, AreRefused) {
  ControllerFixture world;
  const ControllerRequest context = world.context(3);
  EXPECT_EQ(world.run(world.controller.create_delegation_token(context, {})).error_code,
            ErrorCode::DELEGATION_TOKEN_AUTH_DISABLED);
  EXPECT_EQ(world.run(world.controller.renew_delegation_token(context, {})).error_code,
            ErrorCode::DELEGATION_TOKEN_AUTH_DISABLED);
  EXPECT_EQ(world.run(world.controller.expire_delegation_token(context, {})).error_code,
            ErrorCode::DELEGATION_TOKEN_AUTH_DISABLED);
}

}  // namespace
}  // namespace muir::server

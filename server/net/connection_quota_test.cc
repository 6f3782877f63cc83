#include "server/net/connection_quota.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

constexpr Instant kNow{std::chrono::hours{1}};

TEST(ConnectionQuota, StopsAcceptingAtTheMaximumUntilOneCloses) {
  ConnectionQuota quota({.connections_max = 2});
  EXPECT_TRUE(quota.opened("10.0.0.1", kNow));
  EXPECT_TRUE(quota.opened("10.0.0.2", kNow));
  EXPECT_EQ(quota.may_accept_at(kNow), Instant::max());

  quota.closed("10.0.0.1");

  EXPECT_EQ(quota.may_accept_at(kNow), kNow);
}

TEST(ConnectionQuota, RefusesAnAddressThatHasTooMany) {
  ConnectionQuota quota({.connections_per_ip_max = 1, .per_ip_overrides = {{"10.0.0.9", 0}}});
  EXPECT_TRUE(quota.opened("10.0.0.1", kNow));
  EXPECT_FALSE(quota.opened("10.0.0.1", kNow));
  EXPECT_TRUE(quota.opened("10.0.0.2", kNow));
  EXPECT_FALSE(quota.opened("10.0.0.9", kNow));
  EXPECT_EQ(quota.size(), 2);

  quota.closed("10.0.0.1");
  EXPECT_TRUE(quota.opened("10.0.0.1", kNow));
}

TEST(ConnectionQuota, AcceptsSoManyASecond) {
  ConnectionQuota quota({.creation_rate_max = 3});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(quota.may_accept_at(kNow), kNow);
    quota.opened("10.0.0.1", kNow);
  }
  EXPECT_EQ(quota.may_accept_at(kNow), kNow + std::chrono::seconds{1});
  EXPECT_EQ(quota.may_accept_at(kNow + std::chrono::seconds{1}), kNow + std::chrono::seconds{1});
}

TEST(ConnectionQuota, HoldsToNewLimitsFromThenOn) {
  ConnectionQuota quota({.connections_max = 1});
  quota.opened("10.0.0.1", kNow);
  EXPECT_EQ(quota.may_accept_at(kNow), Instant::max());
  quota.set_limits({.connections_max = 2});
  EXPECT_EQ(quota.may_accept_at(kNow), kNow);
  quota.opened("10.0.0.1", kNow);
  quota.set_limits({.connections_max = 1});
  EXPECT_EQ(quota.size(), 2);
  EXPECT_EQ(quota.may_accept_at(kNow), Instant::max());
}

TEST(ConnectionQuota, HoldsUpAddressesThatComeTooOften) {
  ConnectionQuota quota({});
  quota.set_ip_rates({{{"10.0.0.1", 1}}, INT32_MAX});
  const Instant now{std::chrono::hours{1}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(quota.throttle_time("10.0.0.1", now).count(), 0) << i;
  EXPECT_GT(quota.throttle_time("10.0.0.1", now).count(), 0);
  EXPECT_EQ(quota.throttle_time("10.0.0.2", now).count(), 0);
  EXPECT_EQ(quota.size(), 0) << "who is held up is not open";
}

}  // namespace
}  // namespace muir::server

#include "server/config/group_config.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

BrokerConfig broker(const ConfigMap& changes = {}) {
  auto given = BrokerConfig::embedded_default();
  for (const auto& [key, value] : changes) given[key] = value;
  auto config = BrokerConfig::load(given);
  EXPECT_TRUE(config) << config.error().message;
  return config ? *config : BrokerConfig{};
}

TEST(GroupConfig, InheritsTheBrokersKeysAndHasAllOfItsOwn) {
  const auto resolved = resolve_group_configs({}, broker({{"group.consumer.heartbeat.interval.ms", "6000"}}));
  EXPECT_EQ(resolved.size(), 17u);
  EXPECT_EQ(resolved.at("consumer.heartbeat.interval.ms"), "6000");
  EXPECT_EQ(resolved.at("share.auto.offset.reset"), "latest");
}

TEST(GroupConfig, StoredValueOutsideTheBrokersBoundsIsBentIntoThem) {
  const auto resolved = resolve_group_configs(
      {{"consumer.session.timeout.ms", "1"}, {"streams.num.standby.replicas", "9"}, {"share.isolation.level", "x"}},
      broker());
  EXPECT_EQ(resolved.at("consumer.session.timeout.ms"), "45000");
  EXPECT_EQ(resolved.at("streams.num.standby.replicas"), "2");
  EXPECT_EQ(resolved.at("share.isolation.level"), "read_uncommitted");
}

TEST(GroupConfig, SessionMustOutlastTheHeartbeat) {
  const auto lax = broker({{"group.consumer.min.session.timeout.ms", "100"}});
  const auto result = validate_group_configs({{"consumer.session.timeout.ms", "5000"}}, lax);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms");
}

}  // namespace
}  // namespace muir::server

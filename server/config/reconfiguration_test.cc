#include "server/config/reconfiguration.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

BrokerConfig with(const ConfigMap& dynamic) {
  const auto config = BrokerConfig::load(BrokerConfig::embedded_default());
  EXPECT_TRUE(config);
  const auto changed = config->would_be(dynamic, {});
  EXPECT_TRUE(changed) << changed.error().message;
  return changed ? *changed : BrokerConfig{};
}

std::string refusal(const ConfigMap& current, const ConfigMap& next) {
  const auto result = check_reconfiguration(with(current), with(next));
  return result ? "" : result.error().message;
}

TEST(Reconfiguration, NothingIsRefusedWhereNothingChanges) {
  EXPECT_EQ(refusal({{"num.io.threads", "100"}}, {{"num.io.threads", "100"}}), "");
}

TEST(Reconfiguration, PoolsGrowAndShrinkByAFactorOfTwo) {
  EXPECT_EQ(refusal({}, {{"num.io.threads", "16"}}), "");
  EXPECT_EQ(refusal({}, {{"num.io.threads", "4"}}), "");
  EXPECT_EQ(refusal({}, {{"num.io.threads", "17"}}),
            "Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation "
            "failed for num.io.threads=17, value should not be greater than double the current value 8 for "
            "configuration Invalid dynamic configuration");
  EXPECT_NE(refusal({}, {{"background.threads", "4"}}).find("value should be at least half the current value 10"),
            std::string::npos);
}

TEST(Reconfiguration, TheCleanerHasWordsOfItsOwn) {
  EXPECT_EQ(refusal({}, {{"log.cleaner.threads", "2"}}), "");
  EXPECT_NE(refusal({}, {{"log.cleaner.threads", "3"}}).find("more than double the current value 1"),
            std::string::npos);
  EXPECT_NE(refusal({{"log.cleaner.threads", "4"}}, {}).find("less than half the current value 4"), std::string::npos);
}

// What stays on local disks is a part of what is kept at all (KIP-405).
TEST(Reconfiguration, LocalRetentionIsAtMostAllOfIt) {
  EXPECT_EQ(refusal({}, {{"log.local.retention.ms", "1000"}}), "");
  EXPECT_NE(refusal({}, {{"log.local.retention.ms", "2000"}, {"log.retention.ms", "1000"}})
                .find("Invalid value 2000 for configuration log.local.retention.ms: Value must not be more than "
                      "log.retention.ms property value: 1000"),
            std::string::npos);
  EXPECT_NE(refusal({}, {{"log.local.retention.bytes", "-1"}, {"log.retention.bytes", "1000"}})
                .find("Value must not be -1 as log.retention.bytes value is set as 1000."),
            std::string::npos);
}

TEST(Reconfiguration, ALimitOfNoConnectionsIsRefused) {
  EXPECT_EQ(refusal({}, {{"max.connections", "10"}}), "");
  EXPECT_NE(refusal({}, {{"max.connections", "0"}}).find("Invalid max.connections 0"), std::string::npos);
}

TEST(Reconfiguration, ListenersStayAsTheyAre) {
  const ConfigMap other = {{"listeners", "PLAINTEXT://127.0.0.1:9999,CONTROLLER://127.0.0.1:9093"}};
  EXPECT_NE(refusal({}, other).find("Listeners of a running broker cannot be changed"), std::string::npos);
}

}  // namespace
}  // namespace muir::server

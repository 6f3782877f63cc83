#include "server/config/dynamic_config.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

BrokerConfig broker() {
  auto config = BrokerConfig::load(BrokerConfig::embedded_default());
  EXPECT_TRUE(config);
  return config ? *config : BrokerConfig{};
}

TEST(DynamicConfig, KeyThatProtectsIsRefusedWhereKafkaWouldStoreIt) {
  const auto result = validate_broker_configs(
      broker(), {{"listener.name.plaintext.ssl.engine.factory.class", "com.example.Engine"}}, true);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ConfigError::Kind::invalid_request);
  EXPECT_NE(result.error().message.find("TLS is OpenSSL's"), std::string::npos);
}

TEST(DynamicConfig, StoredKeyThatProtectsIsAWarningWithoutItsSecret) {
  std::vector<std::string> warnings;
  const auto kept = keep_what_is_allowed(
      {{"listener.name.plaintext.sasl.oauthbearer.client.credentials.client.secret", "swordfish"}}, true, warnings);
  EXPECT_EQ(kept.size(), 1u);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].find("swordfish"), std::string::npos);
}

TEST(DynamicConfig, LayersAreCheckedTogether) {
  const auto config = broker();
  const ConfigMap many_threads = {{"log.cleaner.threads", "100"}};
  const auto crowded = config.with_dynamic(many_threads, {});
  ASSERT_TRUE(crowded);
  EXPECT_FALSE(validate_broker_configs(*crowded, {{"log.cleaner.dedupe.buffer.size", "2000000"}}, true));
  EXPECT_TRUE(validate_broker_configs(config, {{"log.cleaner.dedupe.buffer.size", "2000000"}}, true));
}

TEST(DynamicConfig, StoredAssignmentIntervalIsBentIntoItsBounds) {
  const auto changed = broker().with_dynamic({{"group.consumer.assignment.interval.ms", "99999"}}, {});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->value("group.consumer.assignment.interval.ms"), "15000");
}

}  // namespace
}  // namespace muir::server

#include "server/config/protection.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "server/config/broker_config.h"

namespace muir::server {
namespace {

ConfigResult<BrokerConfig> load_with(const std::string& key, const std::string& value) {
  auto given = BrokerConfig::embedded_default();
  given[key] = value;
  return BrokerConfig::load(given);
}

TEST(Protection, EverySampleStopsTheStartWithKeyAndRemedyOnOneLine) {
  const auto keys = protected_keys();
  ASSERT_GE(keys.size(), 20u);
  for (const ProtectedKey& protecting : keys) {
    const auto config = load_with(protecting.key, protecting.sample);
    ASSERT_FALSE(config) << protecting.key;
    const auto& [kind, message] = config.error();
    EXPECT_EQ(kind, ConfigError::Kind::unprotected) << message;
    EXPECT_NE(message.find(protecting.remedy), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    const bool by_protocol = protecting.key == "listener.security.protocol.map";
    EXPECT_TRUE(message.starts_with((by_protocol ? "listeners" : protecting.key) + "=")) << message;
  }
}

TEST(Protection, ListsWhatAUserWouldTrustIn) {
  const auto keys = protected_keys();
  for (const std::string key :
       {"authorizer.class.name", "create.topic.policy.class.name", "alter.config.policy.class.name",
        "principal.builder.class", "sasl.server.callback.handler.class", "client.quota.callback.class",
        "remote.storage.enable", "remote.log.storage.system.enable", "ssl.engine.factory.class", "security.providers",
        "config.providers"})
    EXPECT_NE(std::ranges::find(keys, key, &ProtectedKey::key), keys.end()) << key;
}

TEST(Protection, SafeValueDoesNotStop) {
  EXPECT_TRUE(load_with("authorizer.class.name", ""));
  EXPECT_TRUE(load_with("ssl.provider", ""));
  EXPECT_TRUE(load_with("remote.log.storage.system.enable", "FALSE"));
  EXPECT_TRUE(load_with("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"));
  EXPECT_TRUE(load_with("sasl.enabled.mechanisms", "GSSAPI"));
  EXPECT_TRUE(load_with("max.connection.creation.rate", "100"));
}

TEST(Protection, MechanismPrefixDoesNotHideAKey) {
  const auto config =
      load_with("listener.name.plaintext.scram-sha-512.sasl.server.callback.handler.class", "com.example.Handler");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().kind, ConfigError::Kind::unprotected);
}

TEST(Protection, ControllerThatMustBeReachedByTlsStopsABroker) {
  auto given = BrokerConfig::embedded_default();
  given["process.roles"] = "broker";
  given["listeners"] = "PLAINTEXT://127.0.0.1:9092";
  given["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:SASL_SSL";
  const auto config = BrokerConfig::load(given);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().kind, ConfigError::Kind::unprotected);
}

}  // namespace
}  // namespace muir::server

#include "server/controller/broker_config_schema.h"

#include <string>

#include <gtest/gtest.h>

// The sentences in this file were observed: they are what Apache Kafka 4.3.1 answered to the same requests.
namespace muir::server {
namespace {

class BrokerConfigSchemaTest : public testing::Test {
 protected:
  std::string problem(ConfigResourceType type, std::string_view name, const DynamicConfigs& wanted) const {
    const auto found = schema.problem_with(type, name, {}, wanted);
    return found ? std::string(wire::name(found->code)) + ": " + found->message.value_or("null") : "NONE";
  }

  BrokerConfigSchema schema{*BrokerConfig::load(BrokerConfig::embedded_default())};
};

TEST_F(BrokerConfigSchemaTest, RefusesSettingsInKafkasWords) {
  using enum ConfigResourceType;
  EXPECT_EQ(problem(TOPIC, "t", {{"no.such.key", "1"}}), "INVALID_CONFIG: Unknown topic config name: no.such.key");
  EXPECT_EQ(problem(TOPIC, "t", {{"retention.ms", "abc"}}),
            "INVALID_CONFIG: Invalid value abc for configuration retention.ms: Not a number of type LONG");
  EXPECT_EQ(problem(TOPIC, "t", {{"retention.ms", "-5"}}),
            "INVALID_CONFIG: Invalid value -5 for configuration retention.ms: Value must be at least -1");
  EXPECT_EQ(problem(TOPIC, "t", {{"cleanup.policy", "delete,x"}}),
            "INVALID_CONFIG: Invalid value x for configuration cleanup.policy: String must be one of: compact, delete");
  EXPECT_EQ(problem(TOPIC, "", {{"retention.ms", "5"}}), "INVALID_REQUEST: Default topic resources are not allowed.");
  EXPECT_EQ(problem(TOPIC, "a b", {{"retention.ms", "5"}}),
            "INVALID_TOPIC_EXCEPTION: Topic name is invalid: 'a b' contains one or more characters other than ASCII "
            "alphanumerics, '.', '_' and '-'");
  EXPECT_EQ(problem(GROUP, "g", {{"x", "1"}}), "INVALID_CONFIG: Unknown group config name: x");
  EXPECT_EQ(problem(GROUP, "", {{"consumer.session.timeout.ms", "50000"}}),
            "INVALID_REQUEST: Default group resources are not allowed.");
  EXPECT_EQ(problem(GROUP, "g", {{"consumer.session.timeout.ms", "50000"}}), "NONE");
  EXPECT_EQ(problem(CLIENT_METRICS, "s", {{"x", "1"}}), "INVALID_REQUEST: Unknown client metrics configuration: x");
  EXPECT_EQ(problem(CLIENT_METRICS, "s", {{"interval.ms", "1000"}}), "NONE");
}

TEST_F(BrokerConfigSchemaTest, DescribesEveryKeyOfANewTopic) {
  const auto all = schema.effective_topic_configs({{"retention.ms", "5"}}, {}, {{"min.insync.replicas", "2"}});

  EXPECT_EQ(all.size(), 33u);
  const auto find = [&](std::string_view key) {
    for (const auto& one : all) {
      if (one.name == key) return one;
    }
    return EffectiveTopicConfig{};
  };
  EXPECT_EQ(find("retention.ms").value, "5");
  EXPECT_EQ(find("retention.ms").source, 1);
  EXPECT_EQ(find("min.insync.replicas").value, "2");
  EXPECT_EQ(find("min.insync.replicas").source, 3);
}

TEST_F(BrokerConfigSchemaTest, FindsASingleSettingWhereverItComesFrom) {
  EXPECT_EQ(schema.effective_topic_config("min.insync.replicas", {}, {}, {}), "1");
  EXPECT_EQ(schema.effective_topic_config("min.insync.replicas", {}, {}, {{"min.insync.replicas", "2"}}), "2");
  EXPECT_EQ(schema.effective_topic_config("min.insync.replicas", {{"min.insync.replicas", "3"}}, {},
                                          {{"min.insync.replicas", "2"}}),
            "3");
  EXPECT_EQ(schema.effective_topic_config("unclean.leader.election.enable", {}, {}, {}), "false");
  EXPECT_EQ(schema.static_min_insync_replicas(), 1);
}

TEST_F(BrokerConfigSchemaTest, KnowsWhichKeysAreLists) {
  EXPECT_TRUE(schema.is_list(ConfigResourceType::TOPIC, "cleanup.policy"));
  EXPECT_FALSE(schema.is_list(ConfigResourceType::TOPIC, "retention.ms"));
  EXPECT_FALSE(schema.is_list(ConfigResourceType::TOPIC, "no.such"));
  EXPECT_EQ(schema.default_value(ConfigResourceType::TOPIC, "cleanup.policy"), "delete");
}

}  // namespace
}  // namespace muir::server

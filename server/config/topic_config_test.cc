#include "server/config/topic_config.h"

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

TEST(TopicConfig, HasKafkasDefaults) {
  const auto config = TopicConfig::resolve({}, broker());
  EXPECT_TRUE(config.cleanup_delete);
  EXPECT_FALSE(config.cleanup_compact);
  EXPECT_EQ(config.compression_type, TopicCompression::producer);
  EXPECT_EQ(config.segment_bytes, 1 << 30);
  EXPECT_EQ(config.effective_segment_bytes(), 1 << 30);
  EXPECT_EQ(config.segment_ms, std::chrono::hours(168));
  EXPECT_EQ(config.retention_ms, std::chrono::hours(168));
  EXPECT_EQ(config.retention_bytes, -1);
  EXPECT_EQ(config.max_message_bytes, 1'048'588);
  EXPECT_EQ(config.message_timestamp_type, TimestampType::CreateTime);
  EXPECT_EQ(config.message_timestamp_after_max_ms, std::chrono::hours(1));
  EXPECT_EQ(config.message_timestamp_before_max_ms.count(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(config.flush_messages, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(config.min_cleanable_dirty_ratio, 0.5);
  EXPECT_EQ(config.min_insync_replicas, 1);
}

TEST(TopicConfig, InheritsTheBrokersKeysInTheirUnits) {
  const auto config = TopicConfig::resolve({}, broker({{"log.retention.hours", "24"},
                                                       {"log.roll.hours", "2"},
                                                       {"log.roll.jitter.hours", "1"},
                                                       {"log.flush.scheduler.interval.ms", "9"},
                                                       {"message.max.bytes", "5000"},
                                                       {"log.cleanup.policy", "compact"},
                                                       {"compression.type", "zstd"}}));
  EXPECT_EQ(config.retention_ms, std::chrono::hours(24));
  EXPECT_EQ(config.segment_ms, std::chrono::hours(2));
  EXPECT_EQ(config.segment_jitter_ms, std::chrono::hours(1));
  EXPECT_EQ(config.flush_ms, Milliseconds(9));
  EXPECT_EQ(config.max_message_bytes, 5000);
  EXPECT_TRUE(config.cleanup_compact && !config.cleanup_delete);
  EXPECT_EQ(config.compression_type, TopicCompression::zstd);
}

TEST(TopicConfig, FinerUnitWinsOverCoarser) {
  const ConfigMap hours = {{"log.retention.hours", "24"}};
  auto minutes = hours;
  minutes["log.retention.minutes"] = "3";
  auto ms = minutes;
  ms["log.retention.ms"] = "5";
  EXPECT_EQ(TopicConfig::resolve({}, broker(minutes)).retention_ms, std::chrono::minutes(3));
  EXPECT_EQ(TopicConfig::resolve({}, broker(ms)).retention_ms, Milliseconds(5));
}

TEST(TopicConfig, AnyNegativeRetentionIsForEver) {
  EXPECT_EQ(TopicConfig::resolve({}, broker({{"log.retention.hours", "-2"}})).retention_ms, Milliseconds(-1));
  EXPECT_EQ(TopicConfig::resolve({}, broker({{"log.retention.ms", "-7"}})).retention_ms, Milliseconds(-1));
}

TEST(TopicConfig, TopicWinsOverThisBrokerOverClusterOverFile) {
  const auto file = broker({{"message.max.bytes", "1"}});
  const auto cluster = file.with_dynamic({{"message.max.bytes", "2"}}, {});
  const auto both = file.with_dynamic({{"message.max.bytes", "2"}}, {{"message.max.bytes", "3"}});
  ASSERT_TRUE(cluster && both);
  EXPECT_EQ(TopicConfig::resolve({}, file).max_message_bytes, 1);
  EXPECT_EQ(TopicConfig::resolve({}, *cluster).max_message_bytes, 2);
  EXPECT_EQ(TopicConfig::resolve({}, *both).max_message_bytes, 3);
  EXPECT_EQ(TopicConfig::resolve({{"max.message.bytes", "4"}}, *both).max_message_bytes, 4);
}

TEST(TopicConfig, StoredValueThatDoesNotParseIsLeftOut) {
  const auto config = TopicConfig::resolve(
      {{"segment.bytes", "12 MB"}, {"no.such", "1"}, {"retention.ms", "10"}, {"internal.segment.bytes", "99"}},
      broker());
  EXPECT_EQ(config.segment_bytes, 1 << 30);
  EXPECT_EQ(config.retention_ms, Milliseconds(10));
  EXPECT_EQ(config.effective_segment_bytes(), 99);
}

TEST(TopicConfig, CompactedTopicRollsWithinItsCompactionLag) {
  const auto config =
      TopicConfig::resolve({{"cleanup.policy", "compact"}, {"max.compaction.lag.ms", "1000"}}, broker());
  EXPECT_EQ(config.effective_segment_ms(), Milliseconds(1000));
  EXPECT_EQ(TopicConfig::resolve({{"max.compaction.lag.ms", "1000"}}, broker()).effective_segment_ms(),
            std::chrono::hours(168));
}

TEST(TopicConfig, TieredTopicFromElsewhereMayOnlyBeSwitchedOffWithItsData) {
  const ConfigMap tiered = {{"remote.storage.enable", "true"}};
  EXPECT_FALSE(validate_topic_configs(tiered, {{"remote.storage.enable", "false"}}, broker()));
  EXPECT_TRUE(validate_topic_configs(
      tiered, {{"remote.storage.enable", "false"}, {"remote.log.delete.on.disable", "true"}}, broker()));
}

}  // namespace
}  // namespace muir::server

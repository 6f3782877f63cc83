#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/config/broker_config.h"

namespace muir::server {

// compression.type of a topic.  `producer`: batches keep the codec that they came with.
enum class TopicCompression : std::uint8_t { producer, uncompressed, gzip, snappy, lz4, zstd };

enum class TimestampType : std::int8_t { CreateTime = 0, LogAppendTime = 1 };  // As a batch's attributes say it.

// What holds for one topic: its own setting, or this broker's dynamic one, the cluster's dynamic one, the file's, the
// default; the broker's keys have other names and units (`log.roll.hours` for segment.ms).  Immutable.
struct TopicConfig {
  bool cleanup_compact = false;  // cleanup.policy; both may be set, and neither.
  bool cleanup_delete = true;
  TopicCompression compression_type = TopicCompression::producer;
  std::int32_t compression_gzip_level = -1;
  std::int32_t compression_lz4_level = 9;
  std::int32_t compression_zstd_level = 3;
  Milliseconds delete_retention_ms{};
  Milliseconds file_delete_delay_ms{};
  std::int64_t flush_messages = 0;
  Milliseconds flush_ms{};
  std::vector<std::string> follower_replication_throttled_replicas;
  std::int32_t index_interval_bytes = 0;
  std::optional<std::int32_t> internal_segment_bytes;
  std::vector<std::string> leader_replication_throttled_replicas;
  std::int64_t local_retention_bytes = -2;  // -2: as retention.bytes.
  Milliseconds local_retention_ms{-2};      // -2: as retention.ms.
  Milliseconds max_compaction_lag_ms{};
  std::int32_t max_message_bytes = 0;
  Milliseconds message_timestamp_after_max_ms{};
  Milliseconds message_timestamp_before_max_ms{};
  TimestampType message_timestamp_type = TimestampType::CreateTime;
  double min_cleanable_dirty_ratio = 0;
  Milliseconds min_compaction_lag_ms{};
  std::int32_t min_insync_replicas = 1;
  bool preallocate = false;
  bool remote_log_copy_disable = false;
  bool remote_log_delete_on_disable = false;
  bool remote_storage_enable = false;
  std::int64_t retention_bytes = -1;  // -1: no bound.
  Milliseconds retention_ms{};        // -1 ms: for ever.
  std::int32_t segment_bytes = 0;
  std::int32_t segment_index_bytes = 0;
  Milliseconds segment_jitter_ms{};
  Milliseconds segment_ms{};
  bool unclean_leader_election_enable = false;

  // When a segment must roll: segment.bytes, or the internal one that tests of compaction use.
  std::int32_t effective_segment_bytes() const { return internal_segment_bytes.value_or(segment_bytes); }
  // Never longer than max.compaction.lag.ms on a compacted topic (KIP-354).
  Milliseconds effective_segment_ms() const;

  // The topic's own settings over the broker's.  A stored setting that does not parse is left out: a ConfigRecord must
  // never keep a partition from opening.
  static TopicConfig resolve(const ConfigMap& topic, const BrokerConfig& broker);
};

// What AlterConfigs and CreateTopics check before a topic's settings are stored: `existing` is what is stored now,
// `wanted` the whole of what would be.  Kafka's rules, order and words.
ConfigResult<> validate_topic_configs(const ConfigMap& existing, const ConfigMap& wanted, const BrokerConfig& broker);

}  // namespace muir::server

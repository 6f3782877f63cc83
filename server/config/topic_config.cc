#include "server/config/topic_config.h"

#include <algorithm>

#include "server/config/key_table.h"
#include "server/config/key_values.h"
#include "server/config/topic_values.h"
#include "wire/base/check.h"

namespace muir::server {
namespace {

// In the order of the enum.
constexpr std::string_view kCompressions[] = {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"};

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

void read_batches(const KeyValues& values, TopicConfig& config) {
  const auto compression = std::ranges::find(kCompressions, values.text("compression.type"));
  CHECK(compression != std::end(kCompressions));  // The key's rule has let it pass.
  config.compression_type = static_cast<TopicCompression>(compression - std::begin(kCompressions));
  config.compression_gzip_level = values.int32("compression.gzip.level");
  config.compression_lz4_level = values.int32("compression.lz4.level");
  config.compression_zstd_level = values.int32("compression.zstd.level");
  config.max_message_bytes = values.int32("max.message.bytes");
  config.message_timestamp_type = values.text("message.timestamp.type") == "LogAppendTime"
                                      ? TimestampType::LogAppendTime
                                      : TimestampType::CreateTime;
  config.message_timestamp_after_max_ms = values.milliseconds("message.timestamp.after.max.ms");
  config.message_timestamp_before_max_ms = values.milliseconds("message.timestamp.before.max.ms");
  config.min_insync_replicas = values.int32("min.insync.replicas");
  config.unclean_leader_election_enable = values.boolean("unclean.leader.election.enable");
  config.follower_replication_throttled_replicas = values.list("follower.replication.throttled.replicas");
  config.leader_replication_throttled_replicas = values.list("leader.replication.throttled.replicas");
}

void read_segments(const KeyValues& values, TopicConfig& config) {
  config.segment_bytes = values.int32("segment.bytes");
  if (!values.is_null("internal.segment.bytes")) config.internal_segment_bytes = values.int32("internal.segment.bytes");
  config.segment_ms = values.milliseconds("segment.ms");
  config.segment_jitter_ms = values.milliseconds("segment.jitter.ms");
  config.segment_index_bytes = values.int32("segment.index.bytes");
  config.index_interval_bytes = values.int32("index.interval.bytes");
  config.preallocate = values.boolean("preallocate");
  config.flush_messages = values.int64("flush.messages");
  config.flush_ms = values.milliseconds("flush.ms");
  config.file_delete_delay_ms = values.milliseconds("file.delete.delay.ms");
}

void read_retention(const KeyValues& values, TopicConfig& config) {
  const auto& policy = values.list("cleanup.policy");
  config.cleanup_compact = contains(policy, "compact");
  config.cleanup_delete = contains(policy, "delete");
  config.retention_bytes = values.int64("retention.bytes");
  config.retention_ms = values.milliseconds("retention.ms");
  config.local_retention_bytes = values.int64("local.retention.bytes");
  config.local_retention_ms = values.milliseconds("local.retention.ms");
  config.delete_retention_ms = values.milliseconds("delete.retention.ms");
  config.min_compaction_lag_ms = values.milliseconds("min.compaction.lag.ms");
  config.max_compaction_lag_ms = values.milliseconds("max.compaction.lag.ms");
  config.min_cleanable_dirty_ratio = values.real("min.cleanable.dirty.ratio");
  config.remote_storage_enable = values.boolean("remote.storage.enable");
  config.remote_log_copy_disable = values.boolean("remote.log.copy.disable");
  config.remote_log_delete_on_disable = values.boolean("remote.log.delete.on.disable");
}

}  // namespace

Milliseconds TopicConfig::effective_segment_ms() const {
  return cleanup_compact && max_compaction_lag_ms.count() > 0 ? std::min(max_compaction_lag_ms, segment_ms)
                                                              : segment_ms;
}

TopicConfig TopicConfig::resolve(const ConfigMap& topic, const BrokerConfig& broker) {
  const auto values = KeyValues::parse(topic_keys(), topic_layers(keep_valid_topic_configs(topic), broker));
  CHECK(values);  // What could fail is gone.
  TopicConfig config;
  read_batches(*values, config);
  read_segments(*values, config);
  read_retention(*values, config);
  return config;
}

}  // namespace muir::server

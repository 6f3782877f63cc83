#include "server/replica/log_config_of.h"

namespace muir::server {
namespace {

std::optional<wire::CompressionType> compression_of(TopicCompression compression) {
  switch (compression) {
    case TopicCompression::producer:
      return std::nullopt;
    case TopicCompression::uncompressed:
      return wire::CompressionType::none;
    case TopicCompression::gzip:
      return wire::CompressionType::gzip;
    case TopicCompression::snappy:
      return wire::CompressionType::snappy;
    case TopicCompression::lz4:
      return wire::CompressionType::lz4;
    case TopicCompression::zstd:
      return wire::CompressionType::zstd;
  }
  return std::nullopt;
}

}  // namespace

storage::LogConfig log_config_of(const TopicConfig& topic, const BrokerConfig& broker) {
  storage::LogConfig log;
  log.segment_bytes = topic.effective_segment_bytes();
  log.segment_ms = topic.segment_ms.count();
  log.segment_jitter_ms = topic.segment_jitter_ms.count();
  log.segment_index_bytes = topic.segment_index_bytes;
  log.index_interval_bytes = topic.index_interval_bytes;
  log.preallocate = topic.preallocate;
  log.flush_messages = topic.flush_messages;
  log.flush_ms = topic.flush_ms.count();
  log.retention_bytes = topic.retention_bytes;
  log.retention_ms = topic.retention_ms.count();
  log.file_delete_delay_ms = topic.file_delete_delay_ms.count();
  log.cleanup_delete = topic.cleanup_delete;
  log.cleanup_compact = topic.cleanup_compact;
  log.min_cleanable_dirty_ratio = topic.min_cleanable_dirty_ratio;
  log.min_compaction_lag_ms = topic.min_compaction_lag_ms.count();
  log.delete_retention_ms = topic.delete_retention_ms.count();
  log.max_compaction_lag_ms = topic.max_compaction_lag_ms.count();
  log.max_message_bytes = topic.max_message_bytes;
  log.message_timestamp_type = topic.message_timestamp_type == TimestampType::LogAppendTime
                                   ? wire::TimestampType::log_append_time
                                   : wire::TimestampType::create_time;
  log.message_timestamp_before_max_ms = topic.message_timestamp_before_max_ms.count();
  log.message_timestamp_after_max_ms = topic.message_timestamp_after_max_ms.count();
  log.compression = compression_of(topic.compression_type);
  log.compression_gzip_level = topic.compression_gzip_level;
  log.compression_lz4_level = topic.compression_lz4_level;
  log.compression_zstd_level = topic.compression_zstd_level;
  log.producer_id_expiration_ms = broker.producer_id_expiration_ms.count();
  log.max_decompressed_message_bytes = broker.max_decompressed_message_bytes;
  return log;
}

}  // namespace muir::server

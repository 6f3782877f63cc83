#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "wire/record/compression_type.h"

namespace muir::storage {

// The settings of a topic that its logs follow, already typed and validated: each with Kafka's name and default.
// May be replaced while the log is open (Log::set_config).
struct LogConfig {
  std::int32_t segment_bytes = 1 << 30;                                    // segment.bytes
  std::int64_t segment_ms = 7LL * 24 * 3600 * 1000;                        // segment.ms
  std::int64_t segment_jitter_ms = 0;                                      // segment.jitter.ms
  std::int32_t segment_index_bytes = 10 << 20;                             // segment.index.bytes
  std::int32_t index_interval_bytes = 4096;                                // index.interval.bytes
  bool preallocate = false;                                                // preallocate
  std::int64_t flush_messages = std::numeric_limits<std::int64_t>::max();  // flush.messages
  std::int64_t flush_ms = std::numeric_limits<std::int64_t>::max();        // flush.ms
  std::int64_t retention_bytes = -1;                                       // retention.bytes; negative: no limit.
  std::int64_t retention_ms = 7LL * 24 * 3600 * 1000;                      // retention.ms; negative: no limit.
  std::int64_t file_delete_delay_ms = 60'000;                              // file.delete.delay.ms
  bool cleanup_delete = true;                                              // cleanup.policy contains delete
  bool cleanup_compact = false;                                            // cleanup.policy contains compact
  double min_cleanable_dirty_ratio = 0.5;                                  // min.cleanable.dirty.ratio
  std::int64_t min_compaction_lag_ms = 0;                                  // min.compaction.lag.ms
  std::int64_t delete_retention_ms = 86'400'000;                           // delete.retention.ms
  std::int64_t max_compaction_lag_ms = std::numeric_limits<std::int64_t>::max();            // max.compaction.lag.ms
  std::int32_t max_message_bytes = 1'048'588;                                               // max.message.bytes
  wire::TimestampType message_timestamp_type = wire::TimestampType::create_time;            // message.timestamp.type
  std::int64_t message_timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();  // ...before.max.ms
  std::int64_t message_timestamp_after_max_ms = 3'600'000;                                  // ...after.max.ms
  std::optional<wire::CompressionType> compression;  // compression.type; nothing: `producer`.
  std::int32_t compression_gzip_level = -1;          // compression.gzip.level
  std::int32_t compression_lz4_level = 9;            // compression.lz4.level
  std::int32_t compression_zstd_level = 3;           // compression.zstd.level

  // A broker's, not a topic's.
  std::int64_t producer_id_expiration_ms = 86'400'000;      // producer.id.expiration.ms
  std::int64_t max_decompressed_message_bytes = 256 << 20;  // max.decompressed.message.bytes: of one batch.

  // After how long a segment is closed: a compacted log rolls in time for max.compaction.lag.ms.
  std::int64_t segment_ms_max() const {
    return cleanup_compact && max_compaction_lag_ms > 0 ? std::min(max_compaction_lag_ms, segment_ms) : segment_ms;
  }
};

}  // namespace muir::storage

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include <boost/system/result.hpp>

#include "storage/log/log_config.h"
#include "storage/log/record_analysis.h"
#include "storage/log/record_rejection.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/record/batch_builder.h"
#include "wire/record/compression.h"
#include "wire/record/record_scanner.h"

namespace muir::storage {

// Where validated records are going.
struct AppendTarget {
  std::string_view topic;  // For the texts of errors.
  PartitionId partition;
  Offset next_offset;  // The log end offset: what the first record gets.
  Epoch leader_epoch;
  std::int64_t now_ms = 0;
  bool from_client = true;          // Else one of this broker's coordinators, which may write control batches.
  bool ignores_batch_size = false;  // Coordinators' markers may be above max.message.bytes.
  // What a compressed batch may unfold to here; beyond it, and beyond what the log's configuration allows, it is
  // refused.
  std::size_t unfolded_bytes_max = std::numeric_limits<std::size_t>::max();
};

// A batch that may be appended: its offsets, leader epoch and timestamps are final, its CRC right.
struct ValidatedBatch {
  ByteView bytes;  // In the caller's buffer; if `is_rewritten` in the validator's, until its next call.
  bool is_rewritten = false;
  Offset base_offset;
  Offset last_offset;  // Inclusive.
  std::int64_t max_timestamp = kNoTimestamp;
  Offset offset_of_max_timestamp = kNoOffset;   // Shallow: of the batch's last record, as Kafka's time index has it.
  std::int64_t log_append_time = kNoTimestamp;  // Set when message.timestamp.type=LogAppendTime.
  wire::CompressionType source_compression = wire::CompressionType::none;

  wire::BatchView view() const { return *wire::BatchView::parse(bytes); }
};

using Validation = boost::system::result<ValidatedBatch, RecordRejection>;

// Decides whether the records of a producer, or of a coordinator of this broker, may be appended by a leader, and makes
// of them the bytes to append.  The checks and their order are those of Kafka 4.3.1; what was tried on it is in
// docs/formats/record-batch.md.  Pure but for its buffers, which it reuses: without compression nothing is allocated.
// Owner: one shard, or one worker of the pool.
class RecordValidator {
 public:
  // A compressed batch may unfold to `config.max_decompressed_message_bytes`, or what the target says if that is less.
  // Kafka 4.3 has no such bound (docs/deviations.md); past it the error is record_too_large, which makes producers send
  // smaller batches. `records` are changed in place when they are accepted and only offset, epoch or timestamp differ;
  // refused records stay as they were.  A torn batch behind the first is cut off, as Kafka does.
  Validation validate(MutableByteView records, const LogConfig& config, const AppendTarget& target);

 private:
  struct Job;
  std::optional<RecordRejection> check_batch(const Job& job) const;
  bool accept_by_summary(Job& job) const;
  std::optional<RecordRejection> walk_plain(Job& job, ByteView section);
  std::optional<RecordRejection> walk_compressed(Job& job);
  Validation keep(Job& job, MutableByteView records);
  Validation rewrite(Job& job);
  std::optional<RecordRejection> unfold_and_walk(Job& job, ByteView& section);
  Result<OwnedBytes> build(const Job& job, ByteView section) const;

  wire::Decompressor decompressor_;
  wire::RecordScanner scanner_;
  OwnedBytes rewritten_;
};

}  // namespace muir::storage

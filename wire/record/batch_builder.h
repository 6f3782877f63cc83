#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/record/compression.h"
#include "wire/record/record.h"

namespace muir::wire {

// What the header of a batch to be built says.  The defaults are those of a plain, uncompressed batch.
struct BatchOptions {
  Offset base_offset{0};
  Epoch leader_epoch = kNoEpoch;
  Compression compression;
  TimestampType timestamp_type = TimestampType::create_time;
  std::int64_t log_append_time = kNoTimestamp;  // The max timestamp when timestamp_type is log_append_time.
  ProducerId producer_id = kNoProducerId;
  std::int16_t producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = kNoSequence;
  bool is_transactional = false;
  bool is_control = false;
  std::optional<std::int64_t> delete_horizon_ms;  // Then the base timestamp is this, and the deltas count from it.
  std::optional<Offset> last_offset;              // What the header says, if not the last record's.
};

// A record to be written.
struct NewRecord {
  std::int64_t timestamp = kNoTimestamp;
  NullableBytes key;
  NullableBytes value;
  std::span<const RecordHeader> headers;
};

// Writes one batch of format v2: of the metadata log, of a coordinator's log, or the rewritten batch of a producer.
class BatchBuilder {
 public:
  explicit BatchBuilder(BatchOptions options) : options_(options) {}

  // Appends at the next offset.  Fails with RecordErrc::batch_full, leaving the batch as it was.
  Result<> append(const NewRecord& record) { return append_at(next_offset_, record); }

  // The same at a given offset, which is at least next_offset().
  Result<> append_at(Offset offset, const NewRecord& record);

  // Appends a record that was read from another batch, at the next offset.
  Result<> copy(const RecordView& record) { return copy_at(next_offset_, record); }

  // The same at a given offset, which is at least next_offset().
  Result<> copy_at(Offset offset, const RecordView& record);

  Offset next_offset() const { return next_offset_; }
  std::int32_t record_count() const { return record_count_; }
  std::int64_t max_timestamp() const { return max_timestamp_; }  // Of the records; -1 without any.

  // Bytes of the batch if it were built now without compression.
  std::size_t size_bytes() const { return kBatchHeaderBytes + records_.size(); }

  // What this record would add to size_bytes().
  std::size_t size_with(const NewRecord& record) const;

  // The finished batch, its CRC right.  A batch without records is one that compaction emptied: its base timestamp is
  // -1. Fails with batch_full when the compressed records are too many for the length field.
  Result<OwnedBytes> build() const;

  // Begins another batch, in the memory of the last one.
  void restart(BatchOptions options);

 private:
  struct Body;  // A record's fields as they are laid out.
  Result<> append_body(Offset offset, const Body& body);
  std::size_t body_bytes(const Body& body) const;
  Body body_of(Offset offset, const NewRecord& record) const;
  std::int16_t attributes() const;
  void write_header(OwnedBytes& batch) const;

  BatchOptions options_;
  OwnedBytes records_;
  Offset next_offset_ = options_.base_offset;
  std::int32_t record_count_ = 0;
  std::int64_t base_timestamp_ = options_.delete_horizon_ms.value_or(kNoTimestamp);
  std::int64_t max_timestamp_ = kNoTimestamp;
};

}  // namespace muir::wire

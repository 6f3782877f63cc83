#pragma once

#include <vector>

#include "storage/log/cleanable_log.h"
#include "storage/log/cleaned_transactions.h"
#include "storage/log/cleaner_offset_map.h"
#include "storage/log/cleaner_plan.h"
#include "wire/record/batch_builder.h"
#include "wire/record/compression.h"
#include "wire/record/legacy_records.h"

namespace muir::storage {

// What a round of cleaning has met and written so far, for the operator.
struct CleanerStats {
  std::uint64_t map_bytes_read = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t messages_read = 0;
  std::uint64_t messages_written = 0;
  std::uint64_t invalid_messages = 0;  // Without a key: they go.
};

// Decides which records of a compacted log stay, batch by batch, and writes those again.  Kafka's rules:
//
// - A record stays while it is the last with its key, or lies behind what the map has taken in.
// - A tombstone that is the last of its key stays until the delete horizon of its batch, which is set when it is first
//   cleaned (KIP-534): now + delete.retention.ms.
// - What belongs to an aborted transaction goes.  A marker stays while its transaction has data, and after that until
//   the delete horizon, which is set when it is first found without.
// - The last batch of an active producer stays, empty if need be, so that its sequence numbers survive; so does the
// last
//   batch below the end of the round, so that the end of the log does.
// - Offsets, epochs, producer, codec and kind of timestamps are kept, the last offset of a batch too; its largest
//   timestamp is that of what is left.
// - What stays of a message of format 0 or 1 becomes a batch of format v2.  Its tombstones stay while the segment is
// not
//   older than the last one that has been cleaned before, by more than delete.retention.ms.
//
// Pure.  One object for one round; the map is full when it is first asked.
class RecordRetention {
 public:
  // All of them outlive it.
  RecordRetention(const CleanerOffsetMap& map, const CleanableLog& log, CleaningPlan plan, CleanerStats& stats);

  // The batches that follow are of a segment that was last written at `modified_ms`.
  void begin_segment(std::int64_t modified_ms) { segment_modified_ms_ = modified_ms; }

  // Appends to `out` what stays of a batch, in one piece: the batch as it is, another, an empty one, or nothing.  Fails
  // with corrupt_batch when it cannot be read, which costs the log its cleaning and nobody a record.
  Result<void> retain(ByteView batch, CleanedTransactions& transactions, OwnedBytes& out);

 private:
  enum class WhenEmpty { drop, keep_empty };
  struct Fate {
    WhenEmpty when_empty = WhenEmpty::drop;
    bool drop_records = false;
    bool sets_horizon = false;  // A marker that nothing needs any more.
  };
  struct Seen {
    KeyHash hash;
    Offset offset;
    bool has_key = false;
    bool has_value = false;
    bool is_retained = false;
  };

  Result<void> retain_old(const wire::LegacyBatchView& message, CleanedTransactions& transactions, OwnedBytes& out);
  Result<void> write_as_v2(const wire::LegacyBatchView& message, std::span<const wire::RecordView> retained,
                           OwnedBytes& out);
  bool stays_of_old(const wire::RecordView& record);
  Fate fate_of(const wire::BatchView& batch, CleanedTransactions& transactions) const;
  bool is_last_of_producer(const wire::BatchView& batch) const;
  Result<void> look_at_records(const wire::BatchView& batch, ByteView records);
  bool stays(const wire::BatchView& batch, const Seen& record);
  Result<void> write_again(const wire::BatchView& batch, ByteView records, std::optional<std::int64_t> horizon_ms,
                           OwnedBytes& out);

  const CleanerOffsetMap& map_;
  const CleanableLog& log_;
  CleaningPlan plan_;
  CleanerStats& stats_;
  wire::Decompressor decompressor_;
  wire::BatchBuilder builder_{{}};
  std::vector<Seen> seen_;  // The records of one batch.
  wire::LegacyRecordReader old_records_;
  std::int64_t segment_modified_ms_ = 0;
  std::int64_t old_tombstone_horizon_ms_;  // Those in segments that were written later stay.
};

// The header of `batch` without its records: what keeps its offsets and its producer's sequence.
void append_empty_batch(const wire::BatchView& batch, OwnedBytes& out);

}  // namespace muir::storage

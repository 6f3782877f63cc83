#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/base/bytes.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/record/batch.h"

namespace muir::wire {

// Bytes that may be null, which is not the same as empty: a null key, or the null value of a tombstone.
using NullableBytes = std::optional<ByteView>;

// One header of a record (KIP-82).  The key is UTF-8 by agreement only: nobody checks.
struct RecordHeader {
  std::string_view key;
  NullableBytes value;

  bool operator==(const RecordHeader& other) const;
};

// The headers of one record, walked where they stand.  Made by RecordReader, which has checked every length.
class RecordHeaders {
 public:
  RecordHeaders() = default;
  RecordHeaders(std::int32_t count, ByteView bytes) : count_(count), bytes_(bytes) {}

  std::int32_t size() const { return count_; }
  ByteView bytes() const { return bytes_; }  // As in the record, without the count.

  class Iterator {
   public:
    Iterator(std::int32_t left, ByteView rest) : left_(left), rest_(rest) { load(); }
    const RecordHeader& operator*() const { return header_; }
    const RecordHeader* operator->() const { return &header_; }
    Iterator& operator++() { return --left_, load(), *this; }
    bool operator!=(const Iterator& other) const { return left_ != other.left_; }

   private:
    void load();

    std::int32_t left_;
    ByteView rest_;
    RecordHeader header_;
  };

  Iterator begin() const { return {count_, bytes_}; }
  Iterator end() const { return {0, {}}; }

 private:
  std::int32_t count_ = 0;
  ByteView bytes_;
};

// One record of a batch.  Views into the records section it was read from.
struct RecordView {
  Offset offset;
  std::int64_t timestamp = 0;  // The batch's max timestamp when that is LogAppendTime.
  NullableBytes key;
  NullableBytes value;
  RecordHeaders headers;
  std::size_t size_bytes = 0;  // In the records section, with the length in front.
};

// Walks the records of one batch, as strictly as Kafka does: every length fits its record exactly, the count is the
// number of records, nothing follows the last.  `records` is the decompressed section; it outlives what is read from
// it.
class RecordReader {
 public:
  // For a batch without compression `records` is batch.records().
  RecordReader(const BatchView& batch, ByteView records);

  // Whether there is another record, or an error, to be read.  False at once for a batch that says it has no records:
  // it is not looked into, as in Kafka.
  bool has_next() const { return left_ != 0; }

  // Reads the next record into `record`; only after has_next().  Offsets need not be consecutive: compaction removes
  // records.  Fails with bad_record_count, records_end_early, bad_varint, bad_record, trailing_bytes (found with the
  // last record); the walk is over then.
  Result<> next(RecordView& record);

 private:
  ByteView rest_;
  std::int32_t left_;
  std::int64_t base_offset_;
  std::int64_t base_timestamp_;
  std::optional<std::int64_t> log_append_time_;
};

}  // namespace muir::wire

#pragma once

#include <array>

#include "storage/log/index_table.h"
#include "wire/base/clock.h"

namespace muir::storage {

// No record up to `offset` has a timestamp above `timestamp`; the batch with `offset` has one that is equal.
struct TimestampOffset {
  static constexpr std::size_t kBytes = 12;  // int64 timestamp, int32 offset - base offset.

  std::int64_t timestamp = kNoTimestamp;
  Offset offset = kNoOffset;

  bool operator==(const TimestampOffset&) const = default;
  static bool is_unused(ByteView bytes) { return is_zero(bytes); }
  static TimestampOffset decode(const std::byte* at, Offset base_offset) {
    return {load_big_endian<std::int64_t>(at), base_offset + load_big_endian<std::int32_t>(at + 8)};
  }
  void encode(std::byte* at, Offset base_offset) const {
    store_big_endian(at, timestamp);
    store_big_endian(at + 8, static_cast<std::int32_t>(offset - base_offset));
  }
};

// The largest timestamp so far, each time the offset index gets an entry and it has grown since.
class TimeIndex {
 public:
  TimeIndex(Disk& disk, std::string path, Offset base_offset, std::size_t bytes_max)
      : table_(disk, std::move(path), base_offset, bytes_max), base_offset_(base_offset) {}

  IndexTable<TimestampOffset>& table() { return table_; }
  const IndexTable<TimestampOffset>& table() const { return table_; }

  // One entry is kept free: a segment that is closed gets a last one.
  bool is_full() const { return table_.size() + 1 >= table_.entries_max(); }

  TimestampOffset last() const { return table_.last().value_or(TimestampOffset{kNoTimestamp, base_offset_}); }

  // Nothing unless `timestamp` is larger than the last.
  void maybe_append(TimestampOffset entry) {
    if (entry.timestamp > last().timestamp && entry.offset >= last().offset) table_.push(entry);
  }

  // The last entry whose timestamp is not above `timestamp`; the start of the segment when there is none.
  Task<Result<TimestampOffset>> lookup(std::int64_t timestamp) {
    const auto count = co_await table_.count_before(
        [timestamp](const TimestampOffset& entry) { return entry.timestamp <= timestamp; });
    if (!count) co_return count.error();
    if (*count == 0) co_return TimestampOffset{kNoTimestamp, base_offset_};
    const auto entry = co_await table_.entry(*count - 1);
    co_return entry;
  }

  Task<Result<void>> truncate_to(Offset offset) {
    const auto kept =
        co_await table_.count_before([offset](const TimestampOffset& entry) { return entry.offset < offset; });
    if (!kept) co_return kept.error();
    table_.truncate(*kept);
    co_return ok();
  }

 private:
  IndexTable<TimestampOffset> table_;
  Offset base_offset_;
};

}  // namespace muir::storage

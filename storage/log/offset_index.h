#pragma once

#include <array>

#include "storage/log/index_table.h"

namespace muir::storage {

// The batch whose last record has `offset` begins at `position` of the segment.
struct OffsetPosition {
  static constexpr std::size_t kBytes = 8;  // int32 offset - base offset, int32 position.

  Offset offset;
  std::uint32_t position = 0;

  bool operator==(const OffsetPosition&) const = default;
  static bool is_unused(ByteView bytes) { return is_zero(bytes); }
  static OffsetPosition decode(const std::byte* at, Offset base_offset) {
    return {base_offset + load_big_endian<std::int32_t>(at), load_big_endian<std::uint32_t>(at + 4)};
  }
  void encode(std::byte* at, Offset base_offset) const {
    store_big_endian(at, static_cast<std::int32_t>(offset - base_offset));
    store_big_endian(at + 4, position);
  }
};

// Where batches are: one entry for every index.interval.bytes of a segment.  Sparse: a lookup yields where to begin
// scanning.
class OffsetIndex {
 public:
  OffsetIndex(Disk& disk, std::string path, Offset base_offset, std::size_t bytes_max)
      : table_(disk, std::move(path), base_offset, bytes_max), base_offset_(base_offset) {}

  IndexTable<OffsetPosition>& table() { return table_; }
  const IndexTable<OffsetPosition>& table() const { return table_; }

  bool is_full() const { return table_.size() >= table_.entries_max(); }

  // Of the last entry, or the base offset.
  Offset last_offset() const { return table_.last() ? table_.last()->offset : base_offset_; }

  // Fails with corrupt_index unless `offset` is larger than the last.
  Result<void> append(Offset offset, std::uint32_t position) {
    if (table_.size() > 0 && offset <= last_offset()) return Errc::corrupt_index;
    table_.push({offset, position});
    return ok();
  }

  // The last entry that is not above `target`; the start of the segment when there is none.
  Task<Result<OffsetPosition>> lookup(Offset target) {
    return floor([target](const OffsetPosition& entry) { return entry.offset <= target; });
  }

  // The same by position: a batch boundary at or before `position`.
  Task<Result<OffsetPosition>> lookup_position(std::uint64_t position) {
    return floor([position](const OffsetPosition& entry) { return entry.position <= position; });
  }

  // The first entry whose position is at or above `position`.
  Task<Result<std::optional<OffsetPosition>>> ceiling(std::uint64_t position) {
    const auto count =
        co_await table_.count_before([position](const OffsetPosition& entry) { return entry.position < position; });
    if (!count) co_return count.error();
    if (*count >= table_.size()) co_return std::optional<OffsetPosition>{};
    const auto entry = co_await table_.entry(*count);
    if (!entry) co_return entry.error();
    co_return std::optional(*entry);
  }

  // Drops the entries at and above `offset`.
  Task<Result<void>> truncate_to(Offset offset) {
    const auto kept =
        co_await table_.count_before([offset](const OffsetPosition& entry) { return entry.offset < offset; });
    if (!kept) co_return kept.error();
    table_.truncate(*kept);
    co_return ok();
  }

 private:
  template <class Predicate>
  Task<Result<OffsetPosition>> floor(Predicate is_before) {
    const auto count = co_await table_.count_before(is_before);
    if (!count) co_return count.error();
    if (*count == 0) co_return OffsetPosition{base_offset_, 0};
    const auto entry = co_await table_.entry(*count - 1);
    co_return entry;
  }

  IndexTable<OffsetPosition> table_;
  Offset base_offset_;
};

}  // namespace muir::storage

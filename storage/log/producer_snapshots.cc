#include "storage/log/producer_snapshots.h"

#include <algorithm>

#include "storage/disk/atomic_file.h"
#include "storage/log/file_names.h"
#include "wire/record/crc32c.h"

namespace muir::storage {
namespace {

constexpr std::int16_t kVersion = 1;
constexpr std::size_t kCrcAt = 2;
constexpr std::size_t kEntriesAt = 6;  // Where what the CRC covers begins: the count.
constexpr std::size_t kHeaderBytes = 10;
constexpr std::size_t kEntryBytes = 46;
constexpr std::uint64_t kSnapshotBytesMax = 1 << 30;  // 23 million producers.

void encode_entry(std::byte* at, const ProducerEntry& entry) {
  store_big_endian(at, entry.producer_id.value);
  store_big_endian(at + 8, entry.producer_epoch);
  store_big_endian(at + 10, entry.last_sequence());
  store_big_endian(at + 14, entry.last_data_offset().value);
  store_big_endian(at + 22, entry.last_offset_delta());
  store_big_endian(at + 26, entry.last_timestamp);
  store_big_endian(at + 34, entry.coordinator_epoch);
  store_big_endian(at + 38, entry.current_txn_first_offset.value_or(kNoOffset).value);
}

ProducerEntry decode_entry(const std::byte* at) {
  ProducerEntry entry;
  const auto epoch = load_big_endian<std::int16_t>(at + 8);
  const Offset last_offset{load_big_endian<std::int64_t>(at + 14)};
  const auto timestamp = load_big_endian<std::int64_t>(at + 26);
  const Offset txn_first_offset{load_big_endian<std::int64_t>(at + 38)};
  entry.producer_id = ProducerId{load_big_endian<std::int64_t>(at)};
  entry.producer_epoch = epoch;
  entry.coordinator_epoch = load_big_endian<std::int32_t>(at + 34);
  entry.last_timestamp = timestamp;
  if (txn_first_offset.value >= 0) entry.current_txn_first_offset = txn_first_offset;
  // Of the last five batches the snapshot keeps the last.
  if (last_offset.value >= 0)
    entry.add_batch(epoch, {load_big_endian<std::int32_t>(at + 10), last_offset, load_big_endian<std::int32_t>(at + 22),
                            timestamp});
  return entry;
}

}  // namespace

OwnedBytes encode_producer_snapshot(const ProducerState& state) {
  std::vector<const ProducerEntry*> entries;
  for (const auto& [producer_id, entry] : state.producers()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->producer_id < b->producer_id; });

  OwnedBytes bytes(kHeaderBytes + entries.size() * kEntryBytes);
  store_big_endian(bytes.data(), kVersion);
  store_big_endian(bytes.data() + kEntriesAt, static_cast<std::int32_t>(entries.size()));
  for (std::size_t i = 0; i < entries.size(); ++i)
    encode_entry(bytes.data() + kHeaderBytes + i * kEntryBytes, *entries[i]);
  store_big_endian(bytes.data() + kCrcAt, wire::crc32c(ByteView(bytes).subspan(kEntriesAt)));
  return bytes;
}

Result<std::vector<ProducerEntry>> decode_producer_snapshot(ByteView bytes) {
  if (bytes.size() < kHeaderBytes) return Errc::corrupt_snapshot;
  if (load_big_endian<std::int16_t>(bytes.data()) != kVersion) return Errc::corrupt_snapshot;
  if (load_big_endian<std::uint32_t>(bytes.data() + kCrcAt) != wire::crc32c(bytes.subspan(kEntriesAt)))
    return Errc::corrupt_snapshot;
  const auto count = load_big_endian<std::int32_t>(bytes.data() + kEntriesAt);
  // Bytes behind the last entry are covered by the CRC and ignored, as Kafka does.
  if (count < 0 || static_cast<std::size_t>(count) > (bytes.size() - kHeaderBytes) / kEntryBytes)
    return Errc::corrupt_snapshot;

  std::vector<ProducerEntry> entries;
  for (std::int32_t i = 0; i < count; ++i)
    entries.push_back(decode_entry(bytes.data() + kHeaderBytes + static_cast<std::size_t>(i) * kEntryBytes));
  return entries;
}

std::string ProducerSnapshots::path(Offset offset) const {
  return directory_ + "/" + offset_file_name(offset, kSnapshotSuffix);
}

Task<Result<void>> ProducerSnapshots::take(const ProducerState& state) {
  const Offset offset = state.end_offset();
  if (offset <= last_taken_) co_return ok();
  const auto file = co_await disk_->open(path(offset), OpenMode::replace);
  if (!file) co_return file.error();
  offsets_.insert(offset);
  const OwnedBytes bytes = encode_producer_snapshot(state);
  const ByteView whole = bytes;
  const auto written = co_await (*file)->write(0, {&whole, 1});
  if (!written) {
    const auto removed = co_await remove(offset);  // A torn one is good for nothing.
    co_return removed ? written.error() : removed.error();
  }
  last_taken_ = offset;
  unsynced_.push_back({offset, *file});
  co_return ok();
}

Task<Result<void>> ProducerSnapshots::sync() {
  const std::vector<Unsynced> all = std::exchange(unsynced_, {});
  for (const Unsynced& unsynced : all) {
    FilePtr file = unsynced.file;
    if (!file) {
      const auto opened = co_await disk_->open(path(unsynced.offset), OpenMode::read_write);
      if (!opened) co_return opened.error();
      file = *opened;
    }
    const auto synced = co_await file->sync_data();
    if (!synced) co_return synced.error();
  }
  co_return ok();
}

Task<Result<void>> ProducerSnapshots::reload(ProducerState& state, Offset log_start_offset, Offset log_end_offset,
                                             std::int64_t now_ms, std::int64_t expiration_ms) {
  const std::vector<Offset> all(offsets_.begin(), offsets_.end());
  for (const Offset offset : all) {
    if (offset <= log_end_offset && offset > log_start_offset) continue;
    const auto removed = co_await remove(offset);
    if (!removed) co_return removed.error();
  }
  while (!offsets_.empty()) {
    const Offset newest = *offsets_.rbegin();
    const auto loaded = co_await load(state, newest, now_ms, expiration_ms);
    if (loaded) {
      last_taken_ = newest;
      co_return ok();
    }
    if (loaded.error() != Errc::corrupt_snapshot) co_return loaded;
    const auto removed = co_await remove(newest);
    if (!removed) co_return removed.error();
  }
  state.clear(log_start_offset);
  last_taken_ = log_start_offset;
  co_return ok();
}

Task<Result<void>> ProducerSnapshots::load_newest(ProducerState& state, Offset log_start_offset, Offset end_offset,
                                                  std::int64_t now_ms, std::int64_t expiration_ms) const {
  const std::vector<Offset> newest_first(offsets_.rbegin(), offsets_.rend());
  for (const Offset offset : newest_first) {
    if (offset > end_offset || offset <= log_start_offset) continue;
    const auto loaded = co_await load(state, offset, now_ms, expiration_ms);
    if (loaded || loaded.error() != Errc::corrupt_snapshot) co_return loaded;
  }
  state.clear(log_start_offset);
  co_return ok();
}

// Fails with corrupt_snapshot; the state is then as it was.
Task<Result<void>> ProducerSnapshots::load(ProducerState& state, Offset offset, std::int64_t now_ms,
                                           std::int64_t expiration_ms) const {
  const auto bytes = co_await read_file(*disk_, path(offset), kSnapshotBytesMax);
  if (!bytes) co_return bytes.error();
  if (!*bytes) co_return Errc::corrupt_snapshot;
  const auto entries = decode_producer_snapshot(**bytes);
  if (!entries) co_return entries.error();
  state.clear(offset);
  for (const ProducerEntry& entry : *entries) state.load(entry, now_ms, expiration_ms);
  co_return ok();
}

Task<Result<void>> ProducerSnapshots::remove_stray(const std::vector<Offset>& segment_base_offsets) {
  const std::vector<Offset> all(offsets_.begin(), offsets_.end());
  for (const Offset offset : all) {
    if (std::find(segment_base_offsets.begin(), segment_base_offsets.end(), offset) != segment_base_offsets.end())
      continue;
    const bool newest = offset == all.back() && (segment_base_offsets.empty() || offset > segment_base_offsets.back());
    if (newest) continue;
    const auto removed = co_await remove(offset);
    if (!removed) co_return removed.error();
  }
  co_return ok();
}

Task<Result<void>> ProducerSnapshots::remove(Offset offset) {
  if (offsets_.erase(offset) == 0) co_return ok();
  has_removed_ = true;
  std::erase_if(unsynced_, [offset](const Unsynced& unsynced) { return unsynced.offset == offset; });
  const auto removed = co_await disk_->remove(path(offset));
  co_return removed;
}

Task<Result<void>> ProducerSnapshots::remove_between(Offset end_offset, Offset base_offset) {
  const std::vector<Offset> between(offsets_.upper_bound(end_offset), offsets_.upper_bound(base_offset));
  for (const Offset offset : between) {
    const auto removed = co_await remove(offset);
    if (!removed) co_return removed.error();
  }
  co_return ok();
}

Task<Result<void>> ProducerSnapshots::remove_all() {
  last_taken_ = Offset{0};
  while (!offsets_.empty()) {
    const auto removed = co_await remove(*offsets_.begin());
    if (!removed) co_return removed.error();
  }
  co_return ok();
}

void ProducerSnapshots::log_start_moved(Offset log_start_offset) {
  last_taken_ = offsets_.empty() ? log_start_offset : *offsets_.rbegin();
}

}  // namespace muir::storage

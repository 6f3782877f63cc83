// How a Segment finds batches and records, and where it is cut.
#include "storage/log/file_names.h"
#include "storage/log/record_search.h"
#include "storage/log/segment.h"

namespace muir::storage {
namespace {

constexpr std::size_t kCopyChunkBytes = 1 << 20;

}  // namespace

Task<Result<std::optional<ScannedBatch>>> Segment::scan_to(Offset target, std::uint32_t start, bool* plausible) {
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, start, size_bytes_, BatchScanner::kLookupChunkBytes);
  Offset before = base_offset_ + -1;
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return batch.error();
    if (!*batch) co_return *batch;
    const BatchHeader& header = (*batch)->header;
    *plausible = header.base_offset > before && header.last_offset() >= header.base_offset;
    if (!*plausible) co_return Errc::corrupt_segment;
    if (header.last_offset() >= target) co_return *batch;
    before = header.last_offset();
  }
}

Task<Result<std::optional<ScannedBatch>>> Segment::locate(Offset target) {
  const auto entry = co_await offset_index_.lookup(target);
  const bool usable = entry && entry->position < size_bytes_;
  bool plausible = true;
  if (usable) {
    auto found = co_await scan_to(target, entry->position, &plausible);
    if (found || entry->position == 0) co_return found;
    if (found.error() != Errc::corrupt_segment) co_return found.error();
  }
  // The index points to where no batch begins: do without it.
  auto found = co_await scan_to(target, 0, &plausible);
  co_return found;
}

Task<Result<Segment::Boundary>> Segment::boundary_before(std::uint32_t start, std::uint64_t end_max) {
  const auto entry = co_await offset_index_.lookup_position(end_max);
  if (!entry) co_return entry.error();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  Boundary boundary{start, kNoOffset};
  if (entry->position > start && entry->position < size_bytes_) boundary.position = entry->position;
  BatchScanner scanner(*file, boundary.position, size_bytes_, BatchScanner::kLookupChunkBytes);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return batch.error();
    if (!*batch || (*batch)->end_position() > end_max) co_return boundary;
    boundary = {(*batch)->end_position(), (*batch)->header.last_offset() + 1};
  }
}

Task<Result<std::optional<TimestampOffset>>> Segment::find_by_timestamp(std::int64_t timestamp, Offset from,
                                                                        Epoch* leader_epoch) {
  const auto time = co_await time_index_.lookup(timestamp);
  if (!time) co_return time.error();
  const auto entry = co_await offset_index_.lookup(std::max(time->offset, from));
  if (!entry) co_return entry.error();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, std::min(entry->position, size_bytes_), size_bytes_, BatchScanner::kLookupChunkBytes);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return batch.error();
    if (!*batch) co_return std::optional<TimestampOffset>{};
    const BatchHeader& header = (*batch)->header;
    if (header.max_timestamp < timestamp || header.last_offset() < from) continue;
    const auto bytes = co_await scanner.bytes();
    if (!bytes) co_return bytes.error();
    const auto found = first_record_at_or_after(*bytes, timestamp, from);
    if (!found) co_return found.error();
    if (!*found) continue;
    *leader_epoch = header.leader_epoch;
    co_return *found;
  }
}

Task<Result<std::optional<TimestampOffset>>> Segment::find_max_timestamp(Epoch* leader_epoch) {
  const auto entry = co_await offset_index_.lookup(max_timestamp_.offset);
  if (!entry) co_return entry.error();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, std::min(entry->position, size_bytes_), size_bytes_, BatchScanner::kLookupChunkBytes);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return batch.error();
    if (!*batch) co_return std::optional<TimestampOffset>{};
    if ((*batch)->header.max_timestamp != max_timestamp_.timestamp) continue;
    const auto bytes = co_await scanner.bytes();
    if (!bytes) co_return bytes.error();
    const auto found = first_record_at_or_after(*bytes, max_timestamp_.timestamp, Offset{0});
    if (!found) co_return found.error();
    *leader_epoch = (*batch)->header.leader_epoch;
    co_return *found;
  }
}

Task<Result<std::optional<Offset>>> Segment::indexed_offset_from(std::uint64_t position) {
  auto entry = co_await offset_index_.ceiling(position);
  if (!entry) co_return entry.error();
  if (!*entry) co_return std::optional<Offset>{};
  if ((*entry)->position == position) {
    // Kafka's search looks at the first entry only to see whether it is larger, and then takes the one behind it.
    const auto first = co_await offset_index_.table().entry(0);
    if (!first) co_return first.error();
    if (first->position == position) entry = co_await offset_index_.ceiling(position + 1);
    if (!entry) co_return entry.error();
    if (!*entry) co_return std::optional<Offset>{};
  }
  co_return std::optional((*entry)->offset);
}

Task<Result<std::uint32_t>> Segment::truncate_to(Offset offset, std::int64_t now_ms) {
  const auto first_dropped = co_await locate(offset);
  if (!first_dropped) co_return first_dropped.error();
  const auto offsets = co_await offset_index_.table().make_resident();
  if (!offsets) co_return offsets.error();
  const auto times = co_await time_index_.table().make_resident();
  if (!times) co_return times.error();
  const std::uint32_t before = size_bytes_;
  if (*first_dropped) {
    const auto cut = co_await cut_file((*first_dropped)->position);
    if (!cut) co_return cut.error();
  }
  const auto fewer_offsets = co_await offset_index_.truncate_to(offset);
  if (!fewer_offsets) co_return fewer_offsets.error();
  const auto fewer_times = co_await time_index_.truncate_to(offset);
  if (!fewer_times) co_return fewer_times.error();
  const auto fewer_aborted = co_await transaction_index_.truncate_to(offset);
  if (!fewer_aborted) co_return fewer_aborted.error();
  if (size_bytes_ == 0) {
    created_ms_ = now_ms;
    first_batch_timestamp_.reset();
  }
  last_indexed_ = size_bytes_;
  const auto loaded = co_await load_max_timestamp();
  if (!loaded) co_return loaded.error();
  co_return before - size_bytes_;
}

Task<Result<void>> Segment::load_max_timestamp() {
  max_timestamp_ = time_index_.last();
  const auto entry = co_await offset_index_.lookup(max_timestamp_.offset);
  if (!entry) co_return entry.error();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, std::min(entry->position, size_bytes_), size_bytes_, BatchScanner::kLookupChunkBytes);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return batch.error();
    if (!*batch) co_return ok();
    const BatchHeader& header = (*batch)->header;
    if (header.max_timestamp > max_timestamp_.timestamp) max_timestamp_ = {header.max_timestamp, header.last_offset()};
  }
}

Task<Result<void>> Segment::cut_file(std::uint32_t size_bytes) {
  if (size_bytes == size_bytes_) co_return ok();
  const auto opened = co_await file_.get();
  if (!opened) co_return opened.error();
  const FilePtr file = *opened;
  // Held by file_, by `opened` and by `file`: anybody else is a slice.
  const bool pinned = file.use_count() > 3;
  if (pinned) {
    const auto replaced = co_await replace_by_prefix(file, size_bytes);
    if (!replaced) co_return replaced.error();
  } else {
    const auto cut = co_await file->truncate(size_bytes);
    if (!cut) co_return cut.error();
    // Durable before anything is written there: a crash must not mix what was cut with what came after.
    const auto synced = co_await file->sync_data();
    if (!synced) co_return synced.error();
  }
  size_bytes_ = size_bytes;
  co_return ok();
}

// Named like a file that compaction left unfinished: whoever finds it after a crash, Apache Kafka too, removes it.
Task<Result<void>> Segment::replace_by_prefix(FilePtr old, std::uint32_t size_bytes) {
  const std::string temporary = file_.path() + ".truncated" + std::string(kCleanedSuffix);
  const auto copy = co_await disk_.open(temporary, OpenMode::replace);
  if (!copy) co_return copy.error();
  OwnedBytes chunk;
  for (std::uint32_t at = 0; at < size_bytes; at += static_cast<std::uint32_t>(chunk.size())) {
    chunk.resize(std::min<std::size_t>(kCopyChunkBytes, size_bytes - at));
    const auto read = co_await old->read(at, chunk);
    if (!read) co_return read.error();
    if (*read != chunk.size()) co_return Errc::corrupt_segment;
    const ByteView whole = chunk;
    const auto written = co_await (*copy)->write(at, {&whole, 1});
    if (!written) co_return written.error();
  }
  const auto synced = co_await (*copy)->sync_data();
  if (!synced) co_return synced.error();
  const auto renamed = co_await disk_.rename(temporary, file_.path());
  if (!renamed) co_return renamed.error();
  file_.adopt(*copy);
  const auto named = co_await disk_.sync_directory(directory_);
  co_return named;
}

}  // namespace muir::storage

// How a Segment finds batches and records, and where it is cut.
#include "storage/log/batch_verifier.h"
#include "storage/log/file_names.h"
#include "storage/log/record_search.h"
#include "storage/log/segment.h"

namespace muir::storage {
namespace {

constexpr std::size_t kCopyChunkBytes = 1 << 20;
constexpr std::uint32_t kVerifiedAtOnceBytes = 1 << 20;  // A reader of old records is given no more at a time.

}  // namespace

Error Segment::damaged(std::uint32_t position, Error error) {
  if (!is_damage(error)) return error;
  damaged_at_ = position;
  return error;
}

// A batch whose offsets do not follow from what came before is walked over: they lie outside of its CRC, and may have
// suffered where its records have not.  But then nobody knows what it held.
Task<Result<std::optional<ScannedBatch>>> Segment::scan_to(Offset target, ScanStart start) {
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, start.position, size_bytes_, BatchScanner::kLookupChunkBytes);
  scanner.tell(verified_);
  Offset end = base_offset_;
  std::optional<ScannedBatch> above;  // Begins above the target: right if compaction left nothing there.
  std::optional<std::uint32_t> liar;  // Where one stands whose offsets cannot be.
  for (;;) {
    const auto batch = co_await scanner.next();
    // Where an index has led astray, what looks like an old format is the middle of a batch.
    const bool is_astray = start.last_offset && !batch && batch.error() == Errc::unsupported_message_format;
    if (is_astray) co_return damaged(scanner.position(), Errc::corrupt_segment);
    if (!batch) co_return damaged(scanner.position(), batch.error());
    if (!*batch && scanner.position() != size_bytes_) co_return damaged(scanner.position(), Errc::corrupt_segment);
    if (!*batch && !above && liar) co_return damaged(*liar, Errc::corrupt_segment);
    if (!*batch) co_return above;
    const BatchHeader& header = (*batch)->header;
    if (start.last_offset) {
      const Offset said = *std::exchange(start.last_offset, std::nullopt);
      const bool is_that = start.is_exact ? header.last_offset() == said : header.last_offset() <= said;
      if (!is_that) co_return damaged(start.position, Errc::corrupt_segment);
    }
    if (above && header.base_offset > target) co_return above;
    if (above) liar = std::exchange(above, std::nullopt)->position;
    if (header.base_offset < end || header.last_offset() < header.base_offset) {
      liar = (*batch)->position;
      continue;
    }
    if (header.last_offset() >= target && header.base_offset <= target) co_return *batch;
    if (header.last_offset() >= target && liar) co_return damaged(*liar, Errc::corrupt_segment);
    if (header.last_offset() >= target) {
      above = **batch;
    } else {
      end = header.last_offset() + 1;
    }
  }
}

Task<Result<std::optional<ScannedBatch>>> Segment::locate(Offset target) {
  const auto entry = co_await offset_index_.lookup(target);
  if (!entry && entry.error() != Errc::corrupt_index) co_return entry.error();
  if (!entry) {
    auto found = co_await scan_to(target, {});
    co_return found;
  }
  if (entry->position == 0 || entry->position >= size_bytes_) {
    auto found = co_await locate_without(*entry, target);
    co_return found;
  }
  auto found = co_await scan_to(target, {entry->position, entry->offset, true});
  if (found || !is_damage(found.error())) co_return found;
  found = co_await locate_without(*entry, target);
  co_return found;
}

// The entry is wrong, or the batch that it is about.  From the entry before, which is enough to pass that batch (and
// for entries that cover several batches, as old versions of Kafka wrote them); else from the beginning.
Task<Result<std::optional<ScannedBatch>>> Segment::locate_without(OffsetPosition entry, Offset target) {
  const auto before = co_await offset_index_.lookup(entry.offset + -1);
  if (before && before->position > 0 && before->position < std::min(entry.position, size_bytes_)) {
    auto found = co_await scan_to(target, {before->position, before->offset, false});
    if (found || !is_damage(found.error())) co_return found;
  }
  auto found = co_await scan_to(target, {});
  co_return found;
}

Task<Result<Segment::Boundary>> Segment::boundary_before(std::uint32_t start, std::uint64_t end_max) {
  const auto entry = co_await offset_index_.lookup_position(end_max);
  if (!entry && entry.error() != Errc::corrupt_index) co_return entry.error();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  if (entry && entry->position > start && entry->position < size_bytes_) {
    BatchScanner scanner(*file, entry->position, size_bytes_, BatchScanner::kLookupChunkBytes);
    scanner.tell(verified_);
    const auto first = co_await scanner.next();
    const bool is_that = first && *first && (*first)->header.last_offset() == entry->offset;
    if (is_that && (*first)->end_position() > end_max)
      co_return Boundary{entry->position, (*first)->header.base_offset};
    if (is_that) start = entry->position;
  }
  Boundary boundary{start, kNoOffset};
  BatchScanner scanner(*file, start, size_bytes_, BatchScanner::kLookupChunkBytes);
  scanner.tell(verified_);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && !is_damage(batch.error())) co_return batch.error();
    if (!batch || !*batch || (*batch)->end_position() > end_max) co_return boundary;
    boundary = {(*batch)->end_position(), (*batch)->header.last_offset() + 1};
  }
}

Task<Result<std::uint32_t>> Segment::verified_end(std::uint32_t begin, std::uint32_t end, Offset segment_end_offset) {
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const auto forgotten = co_await forget_evicted(**file, begin, end, size_bytes_, verified_);
  if (!forgotten) co_return forgotten.error();
  if (verified_.covers(begin, end)) co_return end;
  const BatchRange range{begin, std::min(end, begin + kVerifiedAtOnceBytes), size_bytes_, base_offset_,
                         segment_end_offset};
  const auto verdict = co_await verify_batches(*file, range);
  if (!verdict) co_return verdict.error();
  if (verdict->good_end == begin) co_return damaged(begin, Errc::corrupt_batch);
  verified_.add(begin, verdict->good_end);
  co_return std::min(verdict->good_end, end);
}

// Where the search for a record of `entry`'s time or later begins: at the batch that the entry is about, if it is.
Task<Result<std::uint32_t>> Segment::start_for_timestamp(TimestampOffset entry, Offset from) {
  const auto batch = co_await locate(std::max(entry.offset, from));
  if (!batch && !is_damage(batch.error())) co_return batch.error();
  if (!batch) co_return std::uint32_t{0};
  if (from > entry.offset || entry.timestamp == kNoTimestamp) co_return *batch ? (*batch)->position : size_bytes_;
  const bool is_that =
      *batch && (*batch)->header.base_offset <= entry.offset && (*batch)->header.max_timestamp == entry.timestamp;
  co_return is_that ? (*batch)->position : std::uint32_t{0};
}

Task<Result<std::optional<TimestampOffset>>> Segment::find_by_timestamp(std::int64_t timestamp, Offset from,
                                                                        Offset segment_end_offset,
                                                                        Epoch* leader_epoch) {
  const auto time = co_await time_index_.lookup(timestamp);
  if (!time && time.error() != Errc::corrupt_index) co_return time.error();
  const auto start = co_await start_for_timestamp(time ? *time : TimestampOffset{kNoTimestamp, base_offset_}, from);
  if (!start) co_return start.error();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, *start, size_bytes_, BatchScanner::kLookupChunkBytes);
  scanner.tell(verified_);
  Offset end = base_offset_;
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return damaged(scanner.position(), batch.error());
    if (!*batch && scanner.position() != size_bytes_) co_return damaged(scanner.position(), Errc::corrupt_segment);
    if (!*batch) co_return std::optional<TimestampOffset>{};
    const BatchHeader header = (*batch)->header;
    // The time that the header says counts too, and where it says that the batch ends.
    const auto intact = co_await scanner.check_crc();
    if (!intact) co_return damaged((*batch)->position, intact.error());
    if (header.base_offset < end) co_return damaged((*batch)->position, Errc::corrupt_segment);
    end = header.last_offset() + 1;
    if (header.last_offset() < from || header.max_timestamp < timestamp) continue;
    const auto verified = co_await verified_end((*batch)->position, (*batch)->end_position(), segment_end_offset);
    if (!verified) co_return verified.error();
    const auto bytes = co_await scanner.bytes();
    if (!bytes) co_return bytes.error();
    const auto found = first_record_at_or_after(*bytes, timestamp, from, unfolded_bytes_max_);
    if (!found) co_return damaged((*batch)->position, found.error());
    if (!*found) continue;
    *leader_epoch = header.leader_epoch;
    co_return *found;
  }
}

Task<Result<std::optional<TimestampOffset>>> Segment::find_max_timestamp(Offset segment_end_offset,
                                                                         Epoch* leader_epoch) {
  const auto checked = co_await check_max_timestamp();
  if (!checked) co_return checked.error();
  if (max_timestamp_.timestamp == kNoTimestamp) co_return std::optional<TimestampOffset>{};
  const auto found =
      co_await find_by_timestamp(max_timestamp_.timestamp, base_offset_, segment_end_offset, leader_epoch);
  co_return found;
}

Task<Result<void>> Segment::check_max_timestamp() {
  if (max_timestamp_is_checked_ || size_bytes_ == 0) co_return ok();
  const auto batch = co_await locate(max_timestamp_.offset);
  if (!batch && !is_damage(batch.error())) co_return batch.error();
  max_timestamp_is_checked_ = true;
  // Where the batch cannot be asked, the index may well be right.
  if (!batch) co_return ok();
  if (*batch) {
    const auto file = co_await file_.get();
    if (!file) co_return file.error();
    BatchScanner scanner(*file, (*batch)->position, size_bytes_, BatchScanner::kLookupChunkBytes);
    scanner.tell(verified_);
    const auto again = co_await scanner.next();
    if (!again) co_return is_damage(again.error()) ? Result<void>{ok()} : Result<void>{again.error()};
    const auto intact = co_await scanner.check_crc();
    if (!intact) co_return is_damage(intact.error()) ? Result<void>{ok()} : intact;
  }
  if (*batch && (*batch)->header.max_timestamp == max_timestamp_.timestamp &&
      (*batch)->header.base_offset <= max_timestamp_.offset)
    co_return ok();
  max_timestamp_ = {kNoTimestamp, base_offset_};
  const auto loaded = co_await scan_max_timestamp(0);
  co_return loaded;
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
  const auto scanned = co_await scan_max_timestamp(std::min(entry->position, size_bytes_));
  co_return scanned;
}

// What cannot be walked says nothing about time.
Task<Result<void>> Segment::scan_max_timestamp(std::uint32_t start) {
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, start, size_bytes_, BatchScanner::kLookupChunkBytes);
  scanner.tell(verified_);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && !is_damage(batch.error())) co_return batch.error();
    if (!batch || !*batch) co_return ok();
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

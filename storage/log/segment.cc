#include "storage/log/segment.h"

#include <limits>
#include <random>

#include "storage/log/file_names.h"
#include "storage/log/old_message_header.h"

namespace muir::storage {
namespace {

std::int64_t random_jitter_ms(const LogConfig& config) {
  const std::int64_t bound = std::min(config.segment_jitter_ms, config.segment_ms);
  if (bound <= 0) return 0;
  thread_local std::minstd_rand random{std::random_device{}()};
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
}

}  // namespace

Segment::Segment(const Place& place, const LogConfig& config, std::int64_t now_ms)
    : disk_(place.disk),
      directory_(place.directory),
      base_offset_(place.base_offset),
      file_(place.disk, path(kLogSuffix), OpenMode::read_write),
      offset_index_(place.disk, path(kIndexSuffix), base_offset_, static_cast<std::size_t>(config.segment_index_bytes)),
      time_index_(place.disk, path(kTimeIndexSuffix), base_offset_,
                  static_cast<std::size_t>(config.segment_index_bytes)),
      transaction_index_(place.disk, path(kTxnIndexSuffix), base_offset_),
      is_preallocated_(config.preallocate),
      index_interval_bytes_(static_cast<std::uint32_t>(config.index_interval_bytes)),
      unfolded_bytes_max_(static_cast<std::size_t>(config.max_decompressed_message_bytes)),
      max_timestamp_{kNoTimestamp, base_offset_},
      roll_jitter_ms_(random_jitter_ms(config)),
      created_ms_(now_ms),
      modified_ms_(now_ms) {}

std::string Segment::path(std::string_view suffix) const {
  return directory_ + "/" + offset_file_name(base_offset_, suffix);
}

Task<Result<std::shared_ptr<Segment>>> Segment::create(Place place, LogConfig config, std::int64_t now_ms) {
  auto segment = std::make_shared<Segment>(place, config, now_ms);
  const auto created = co_await segment->create_files(config);
  if (!created) co_return created.error();
  co_return segment;
}

Task<Result<void>> Segment::create_files(LogConfig config) {
  const auto stale = co_await disk_.remove(path(kTxnIndexSuffix));
  if (!stale) co_return stale.error();
  auto file = co_await disk_.open(path(kLogSuffix), OpenMode::replace);
  if (!file) co_return file.error();
  if (config.preallocate) {
    const auto reserved = co_await (*file)->preallocate(static_cast<std::uint64_t>(config.segment_bytes));
    if (!reserved) co_return reserved.error();
  }
  file_.adopt(std::move(*file));
  verified_.add(0, VerifiedRanges::kEverything);
  // Apache Kafka takes a segment without an offset index for a damaged one.
  for (const auto suffix : {kIndexSuffix, kTimeIndexSuffix}) {
    const auto index = co_await disk_.open(path(suffix), OpenMode::replace);
    if (!index) co_return index.error();
  }
  begin_rebuild();
  offset_index_.table().begin_empty();
  time_index_.table().begin_empty();
  co_return ok();
}

Task<Result<void>> Segment::remove_files() {
  Result<void> outcome = ok();
  for (const auto suffix : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
    const auto removed = co_await disk_.remove(path(suffix));
    if (!removed) outcome = removed;
  }
  file_.release();
  co_return outcome;
}

std::shared_ptr<Segment> Segment::existing(Place place, const LogConfig& config, const FileStatus& status,
                                           std::int64_t now_ms) {
  auto segment = std::make_shared<Segment>(place, config, now_ms);
  segment->size_bytes_ = static_cast<std::uint32_t>(status.size_bytes);
  segment->modified_ms_ = status.modified_ms;
  return segment;
}

std::int64_t Segment::largest_timestamp() const {
  return max_timestamp_.timestamp >= 0 ? max_timestamp_.timestamp : modified_ms_;
}

Task<Result<void>> Segment::load_indexes() {
  const auto offsets = co_await offset_index_.table().load();
  if (!offsets) co_return offsets.error();
  const auto times = co_await time_index_.table().load();
  if (!times) co_return times.error();
  const auto& last = offset_index_.table().last();
  if (last && (last->offset < base_offset_ || last->position >= size_bytes_)) co_return Errc::corrupt_index;
  if (time_index_.table().size() > 0) {
    const auto first = co_await time_index_.table().entry(0);
    if (!first) co_return first.error();
    if (time_index_.last().timestamp < first->timestamp) co_return Errc::corrupt_index;
  }
  if (time_index_.last().offset < base_offset_) co_return Errc::corrupt_index;
  const auto aborted = co_await transaction_index_.load();
  if (!aborted) co_return aborted.error();
  max_timestamp_ = time_index_.last();
  max_timestamp_is_checked_ = false;
  offset_index_.table().file().release();
  time_index_.table().file().release();
  co_return ok();
}

Task<Result<void>> Segment::open_for_append() {
  const auto offsets = co_await offset_index_.table().make_resident();
  if (!offsets) co_return offsets.error();
  const auto times = co_await time_index_.table().make_resident();
  if (!times) co_return times.error();
  last_indexed_ = size_bytes_;
  verified_.add(size_bytes_, VerifiedRanges::kEverything);  // What comes, comes from this process.
  if (size_bytes_ == 0) co_return ok();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, 0, size_bytes_, wire::kBatchHeaderBytes);
  const auto first = co_await scanner.next();
  if (!first && first.error() != Errc::corrupt_segment) co_return first.error();
  if (first && *first) first_batch_timestamp_ = (*first)->header.max_timestamp;
  co_return ok();
}

Task<Result<Offset>> Segment::read_next_offset() {
  if (size_bytes_ == 0) co_return base_offset_;
  if (const auto& last = offset_index_.table().last()) {
    const auto next = co_await read_next_offset_from(last->position);
    const bool is_astray = !next && (is_damage(next.error()) || next.error() == Errc::unsupported_message_format);
    if (!is_astray) co_return next;
  }
  const auto next = co_await read_next_offset_from(0);
  co_return next;
}

Task<Result<Offset>> Segment::read_next_offset_from(std::uint32_t position) {
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, position, size_bytes_, BatchScanner::kLookupChunkBytes);
  Offset next = base_offset_;
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch) co_return damaged(scanner.position(), batch.error());
    if (!*batch && scanner.position() != size_bytes_) co_return damaged(scanner.position(), Errc::corrupt_segment);
    if (!*batch) co_return next;
    const BatchHeader header = (*batch)->header;
    const auto intact = co_await scanner.check_crc();
    if (!intact) co_return damaged((*batch)->position, intact.error());
    if (header.base_offset < next || header.last_offset() < header.base_offset)
      co_return damaged((*batch)->position, Errc::corrupt_segment);
    next = header.last_offset() + 1;
  }
}

Task<Result<bool>> Segment::is_contiguous() {
  const auto file = co_await file_.get();
  if (!file) co_return Result<bool>{boost::system::in_place_error, file.error()};
  BatchScanner scanner(*file, 0, size_bytes_, BatchScanner::kLookupChunkBytes);
  Offset next = base_offset_;
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && !is_damage(batch.error())) co_return Result<bool>{boost::system::in_place_error, batch.error()};
    if (!batch) co_return false;
    if (!*batch) co_return scanner.position() == size_bytes_;
    const BatchHeader header = (*batch)->header;
    if (header.base_offset < next) co_return false;
    if (header.base_offset > next) {  // Where a compressed message of an old format begins nobody says.
      const auto bytes = co_await scanner.bytes();
      if (!bytes) co_return Result<bool>{boost::system::in_place_error, bytes.error()};
      if (!is_old_message(*bytes)) co_return false;
    }
    next = (*batch)->header.last_offset() + 1;
  }
}

bool Segment::can_hold(Offset offset) const {
  const std::int64_t relative = offset - base_offset_;
  return relative >= 0 && relative <= std::numeric_limits<std::int32_t>::max();
}

bool Segment::should_roll(const LogConfig& config, std::int64_t max_timestamp, Offset last_offset,
                          std::size_t size_bytes, std::int64_t now_ms) const {
  const bool by_record_time = first_batch_timestamp_.value_or(-1) >= 0;
  const std::int64_t waited_ms = by_record_time ? max_timestamp - *first_batch_timestamp_ : now_ms - created_ms_;
  if (size_bytes_ + size_bytes > static_cast<std::size_t>(config.segment_bytes)) return true;
  if (size_bytes_ > 0 && waited_ms > config.segment_ms_max() - roll_jitter_ms_) return true;
  return offset_index_.is_full() || time_index_.is_full() || !can_hold(last_offset);
}

Task<Result<void>> Segment::append(std::span<const ByteView> parts, std::span<const BatchHeader> headers,
                                   std::int64_t now_ms, bool* cut_back) {
  *cut_back = true;
  if (transaction_index_.must_write_out()) {
    const auto aborted = co_await transaction_index_.write_out();
    if (!aborted) co_return aborted.error();
  }
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const auto written = co_await (*file)->write(size_bytes_, parts);
  if (!written) {
    const auto cut = co_await (*file)->truncate(size_bytes_);
    *cut_back = bool(cut);
    co_return written.error();
  }
  std::uint32_t position = size_bytes_;
  for (const BatchHeader& header : headers) {
    const auto indexed = index_batch(header, position);
    CHECK(indexed);  // The Log has checked that offsets increase.
    position += header.size_bytes;
  }
  fresh_.appended(size_bytes_, now_ms);
  size_bytes_ = position;
  modified_ms_ = now_ms;
  co_return ok();
}

Result<void> Segment::index_batch(const BatchHeader& header, std::uint32_t position) {
  if (!can_hold(header.last_offset())) return Errc::corrupt_segment;
  if (header.max_timestamp > max_timestamp_.timestamp) max_timestamp_ = {header.max_timestamp, header.last_offset()};
  if (!first_batch_timestamp_) first_batch_timestamp_ = header.max_timestamp;
  if (position < last_indexed_ || position - last_indexed_ <= index_interval_bytes_) return ok();
  const auto appended = offset_index_.append(header.last_offset(), position);
  if (!appended) return appended;
  time_index_.maybe_append(max_timestamp_);
  last_indexed_ = position;
  return ok();
}

void Segment::begin_rebuild() {
  offset_index_.table().reset();
  time_index_.table().reset();
  transaction_index_.reset();
  last_indexed_ = 0;
  max_timestamp_ = {kNoTimestamp, base_offset_};
  max_timestamp_is_checked_ = true;
  first_batch_timestamp_.reset();
}

Task<Result<void>> Segment::end_rebuild(std::uint32_t valid_bytes, bool may_cut) {
  if (may_cut && valid_bytes != size_bytes_) {
    const auto cut = co_await cut_file(valid_bytes);
    if (!cut) co_return cut.error();
  }
  verified_.add(0, valid_bytes);
  co_return ok();
}

Task<Result<void>> Segment::become_inactive() {
  const auto trimmed = co_await trim();
  if (!trimmed) co_return trimmed.error();
  const auto written = co_await write_out_indexes();
  co_return written;
}

// Gives back what preallocate has reserved behind the end.
Task<Result<void>> Segment::trim() {
  if (!is_preallocated_) co_return ok();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const auto trimmed = co_await (*file)->truncate(size_bytes_);
  co_return trimmed;
}

Task<Result<void>> Segment::write_out_indexes() {
  time_index_.maybe_append(max_timestamp_);
  const auto offsets = co_await offset_index_.table().write_out();
  if (!offsets) co_return offsets.error();
  const auto times = co_await time_index_.table().write_out();
  if (!times) co_return times.error();
  const auto aborted = co_await transaction_index_.write_out();
  co_return aborted;
}

Task<Result<void>> Segment::sync(bool with_indexes) {
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const auto synced = co_await (*file)->sync_data();
  if (!synced || !with_indexes) co_return synced;
  const auto indexes = co_await sync_indexes();
  co_return indexes;
}

Task<Result<void>> Segment::sync_indexes() {
  const auto offsets = co_await offset_index_.table().sync();
  if (!offsets) co_return offsets.error();
  const auto times = co_await time_index_.table().sync();
  if (!times) co_return times.error();
  const auto aborted = co_await transaction_index_.sync();
  if (!aborted) co_return aborted.error();
  offset_index_.table().release();
  time_index_.table().release();
  transaction_index_.file().release();
  co_return ok();
}

Task<Result<void>> Segment::close() {
  const auto trimmed = co_await trim();
  if (!trimmed) co_return trimmed.error();
  time_index_.maybe_append(max_timestamp_);
  const bool with_log = is_preallocated_;
  Task<Result<void>> syncing = with_log ? sync(true) : sync_indexes();
  const auto synced = co_await syncing;
  file_.release_if_synced();
  co_return synced;
}

void Segment::release_files() {
  for (FileHandle* handle :
       {&file_, &offset_index_.table().file(), &time_index_.table().file(), &transaction_index_.file()})
    handle->release_if_synced();
}

Task<Result<std::vector<std::string>>> Segment::rename_with_suffix(std::string_view suffix) {
  std::vector<std::string> paths;
  for (FileHandle* handle :
       {&file_, &offset_index_.table().file(), &time_index_.table().file(), &transaction_index_.file()}) {
    const auto status = co_await disk_.status(handle->path());
    if (!status) co_return status.error();
    if (!*status) continue;
    const std::string target = handle->path() + std::string(suffix);
    const auto renamed = co_await handle->rename_to(target);
    if (!renamed) co_return renamed.error();
    paths.push_back(handle->path());
  }
  co_return paths;
}

}  // namespace muir::storage

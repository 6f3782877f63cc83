#include "storage/log/log.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "storage/log/checkpoint_file.h"
#include "storage/log/file_names.h"
#include "storage/log/log_loader.h"

namespace muir::storage {

Log::Log(Disk& disk, LogOpenParams params, const Clock& clock)
    : disk_(disk),
      clock_(clock),
      directory_(std::move(params.directory)),
      name_(parse_partition_directory(directory_.substr(directory_.find_last_of('/') + 1))
                .value_or(PartitionDirectory{})),
      config_(std::move(params.config)),
      snapshots_(disk, directory_),
      trash_(disk),
      last_flush_ms_(clock.wall_ms()) {}

Log::~Log() { CHECK(!changes_.is_taken() && !flushes_.is_taken()); }

Result<std::unique_ptr<Log>> Log::open(Disk& disk, LogOpenParams params, const Clock& clock) {
  std::unique_ptr<Log> log{new Log(disk, params, clock)};
  LogLoader loader(*log, params);
  const auto loaded = loader.load();
  if (!loaded) return loaded.error();
  for (const auto& segment : log->segments_) segment->release_files();
  log->snapshots_.release_files();
  return log;
}

Result<void> Log::usable() const {
  if (closed_) return Errc::closed;
  if (offline_) return Errc::log_offline;
  return ok();
}

// Being out of descriptors says nothing about the disk; what needed one is done again later.
Error Log::failed(Error error) {
  if (error.category() != boost::system::system_category()) return error;
  if (is_out_of_space(error)) return Errc::disk_full;
  if (error.value() == EMFILE || error.value() == ENFILE) return error;
  offline_ = true;
  return Errc::log_offline;
}

Offset Log::last_stable_offset() const {
  const auto unstable = producers_.first_unstable_offset();
  return unstable ? std::clamp(*unstable, log_start_offset_, high_watermark_) : high_watermark_;
}

void Log::set_high_watermark(Offset high_watermark) {
  high_watermark_ = std::clamp(high_watermark, log_start_offset_, log_end_offset_);
  producers_.high_watermark_moved(high_watermark_);
}

TimestampedOffset Log::earliest_offset() const {
  const auto earliest = epochs_.earliest();
  const bool known = earliest && earliest->start_offset <= log_start_offset_;
  return {kNoTimestamp, log_start_offset_, known ? earliest->epoch : kNoEpoch};
}

TimestampedOffset Log::latest_offset() const {
  return {kNoTimestamp, log_end_offset_, epochs_.latest_epoch().value_or(kNoEpoch)};
}

// Both who changes the log and who flushes it come here, at once perhaps.
Task<Result<void>> Log::write_epochs() {
  const auto turn = co_await epoch_writes_.turn();
  if (!epochs_are_unwritten_) co_return ok();
  const std::string file = path(std::string(kLeaderEpochFile));
  const std::string text = epochs_.format();
  epochs_are_unwritten_ = false;  // What is assigned meanwhile is for the next time.
  const auto written = co_await write_text(disk_, file, text, NameDurability::with_file_and_directory);
  has_unsynced_names_ = true;
  epochs_are_unsynced_ |= written.has_value();
  epochs_are_unwritten_ |= !written;
  co_return written;
}

// That there is no room for the file is no reason to fail: where there is none, the batches are asked at the next
// start.
Task<Result<void>> Log::write_epochs_if_there_is_room() {
  const auto written = co_await write_epochs();
  if (written) co_return ok();
  if (!is_out_of_space(written.error())) co_return failed(written.error());
  epochs_are_unsynced_ = false;
  const auto removed = co_await disk_.remove(path(std::string(kLeaderEpochFile)));
  if (!removed) co_return failed(removed.error());
  co_return ok();
}

Task<Result<void>> Log::assign_epoch_start_offset(Epoch epoch, Offset start_offset) {
  const auto turn = co_await changes_.turn();
  const auto may = usable();
  if (!may) co_return may;
  epochs_are_unwritten_ |= epochs_.assign(epoch, start_offset);
  co_return ok();
}

Task<Result<void>> Log::flush() {
  const auto flushed = co_await flush_up_to(log_end_offset_);
  co_return flushed;
}

Task<Result<void>> Log::sync_epochs() {
  const auto turn = co_await epoch_writes_.turn();
  if (!std::exchange(epochs_are_unsynced_, false)) co_return ok();
  const auto file = co_await disk_.open(path(std::string(kLeaderEpochFile)), OpenMode::read_write);
  if (!file) co_return file.error();
  const auto synced = co_await (*file)->sync_data();
  co_return synced;
}

Task<Result<void>> Log::sync_names() {
  const auto epochs = co_await sync_epochs();
  if (!epochs) co_return epochs;
  has_unsynced_names_ = false;  // What gets a name meanwhile is for the next time.
  const auto named = co_await disk_.sync_directory(directory_);
  if (!named || !is_unsynced_name_) co_return named;
  const std::string parent = parent_directory(directory_);
  const auto own = co_await disk_.sync_directory(parent);
  if (own) is_unsynced_name_ = false;
  co_return own;
}

// Whoever waited for its turn may find that the one before it has synced its bytes too.
Task<Result<void>> Log::flush_up_to(Offset offset) {
  const auto turn = co_await flushes_.turn();
  const auto may = usable();
  if (!may) co_return may;
  if (offset <= recovery_point_) co_return ok();

  // One sync of the active segment serves everything that is in it now; what is appended meanwhile needs the next.
  const Offset end = offset > segments_.active()->base_offset() ? log_end_offset_ : offset;
  const auto synced = co_await sync_segments(recovery_point_, end);
  if (!synced) {
    offline_ = true;  // Whatever the error: the kernel may have dropped what it could not write.
    co_return Errc::log_offline;
  }
  recovery_point_ = std::max(recovery_point_, end);
  last_flush_ms_ = clock_.wall_ms();
  co_return ok();
}

// What lies in [begin, end), with the names of segments that begin there.
Task<Result<void>> Log::sync_segments(Offset begin, Offset end) {
  std::vector<std::shared_ptr<Segment>> unsynced;
  const std::size_t floor = segments_.floor(begin);
  for (std::size_t i = floor == SegmentList::kNone ? 0 : floor; i < segments_.size(); ++i)
    if (segments_[i]->base_offset() < end) unsynced.push_back(segments_[i]);
  bool has_new_names = has_unsynced_names_;
  for (const auto& segment : unsynced) {
    has_new_names |= segment->base_offset() >= begin;
    // It may be rolled while its sync is under way; then its indexes, which recovery will not look at, follow.
    for (bool with_indexes = segment != segments_.active(), again = true; again;) {
      const auto synced = co_await segment->sync(with_indexes);
      const bool is_deleted = std::find(segments_.begin(), segments_.end(), segment) == segments_.end();
      if (!synced && !is_deleted) co_return synced;
      again = !is_deleted && !std::exchange(with_indexes, true) && segment != segments_.active();
    }
  }
  // Below the recovery point nobody asks the batches for their epochs.
  const auto epochs = co_await write_epochs_if_there_is_room();
  if (!epochs) co_return epochs;
  has_new_names |= has_unsynced_names_ || snapshots_.has_unsynced();
  const auto snapshots = co_await snapshots_.sync();
  if (!snapshots || !has_new_names) co_return snapshots;
  const auto named = co_await sync_names();
  co_return named;
}

bool Log::has_timed_chores() const {
  const bool flushes_by_time = config_.flush_ms < std::numeric_limits<std::int64_t>::max();
  return trash_.size() > 0 || has_chores() || (flushes_by_time && recovery_point_ < log_end_offset_);
}

void Log::forget_expired_producers() { producers_.remove_expired(clock_.wall_ms(), config_.producer_id_expiration_ms); }

Task<Result<void>> Log::do_chores() {
  const auto may = usable();
  if (!may) co_return may;
  const std::int64_t now_ms = clock_.wall_ms();
  const auto removed = co_await trash_.remove_due(now_ms);
  if (!removed) co_return failed(removed.error());
  const bool flush_is_due = recovery_point_ < log_end_offset_ && now_ms - last_flush_ms_ >= config_.flush_ms;
  const Offset up_to = flush_is_due ? log_end_offset_ : roll_flush_offset_;
  const auto flushed = co_await flush_up_to(up_to);
  co_return flushed;
}

Task<Result<void>> Log::close() {
  const auto change = co_await changes_.turn();
  const auto may = usable();
  if (!may) co_return may;
  const auto flushed = co_await flush_up_to(log_end_offset_);
  if (!flushed) co_return flushed;
  const auto flush = co_await flushes_.turn();
  closed_ = true;
  const auto taken = co_await snapshots_.take(producers_);
  if (!taken) co_return failed(taken.error());
  has_unsynced_names_ |= snapshots_.has_unsynced();
  const auto synced = co_await snapshots_.sync();
  if (!synced) co_return failed(synced.error());
  const auto active = co_await segments_.active()->close();
  if (!active) co_return failed(active.error());
  const auto epochs = co_await write_epochs_if_there_is_room();
  if (!epochs) co_return epochs;
  if (has_unsynced_names_) {
    const auto named = co_await sync_names();
    if (!named) co_return failed(named.error());
  }
  co_return ok();
}

Task<Result<std::string>> Log::mark_deleted() {
  const auto change = co_await changes_.turn();
  const auto flush = co_await flushes_.turn();
  if (closed_) co_return Errc::closed;
  const std::string parent = parent_directory(directory_);
  const std::string target = parent + "/" + unique_directory_name(name_.topic, name_.partition, kDeleteDirSuffix);
  const auto renamed = co_await disk_.rename(directory_, target);
  if (!renamed) co_return failed(renamed.error());
  closed_ = true;
  const auto named = co_await disk_.sync_directory(parent);
  if (!named) co_return failed(named.error());
  co_return target;
}

}  // namespace muir::storage

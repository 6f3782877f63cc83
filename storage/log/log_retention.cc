// How old records leave a Log: by truncation at its end, by time, size and DeleteRecords at its start.
#include <algorithm>

#include "storage/log/file_names.h"
#include "storage/log/log.h"
#include "storage/log/producer_replay.h"

namespace muir::storage {

Task<Result<std::int64_t>> Log::truncate_to(Offset offset) {
  const auto change = co_await changes_.turn();
  const auto flush = co_await flushes_.turn();
  const auto may = usable();
  if (!may) co_return may.error();
  if (offset.value < 0) co_return Errc::offset_out_of_range;
  const auto truncated = co_await truncate_in_turn(offset);
  if (truncated) co_return truncated;
  // Half a truncation: what is behind the end must not be appended to, for want of space neither.
  offline_ = true;
  co_return Errc::log_offline;
}

Task<Result<std::int64_t>> Log::truncate_in_turn(Offset offset) {
  const std::int64_t removed = log_end_offset_ - offset;
  if (removed <= 0) {
    epochs_are_unwritten_ |= epochs_.truncate_from_end(log_end_offset_);
    const auto written = co_await write_epochs_if_there_is_room();
    if (!written) co_return written.error();
    co_return std::int64_t{0};
  }
  if (segments_.first()->base_offset() > offset) {
    const auto emptied = co_await truncate_fully_in_turn(offset, offset);
    if (!emptied) co_return emptied.error();
    co_return removed;
  }
  positions_.clear();
  note_truncation(offset);
  while (segments_.active()->base_offset() > offset) {
    const auto dropped = segments_.remove(segments_.size() - 1);
    const auto discarded = co_await discard(dropped);
    if (!discarded) co_return discarded.error();
  }
  // Readers and appends must not see an end that is gone, whatever fails from here on.
  log_end_offset_ = offset;
  recovery_point_ = std::min(recovery_point_, offset);
  log_start_offset_ = std::min(log_start_offset_, offset);
  high_watermark_ = std::min(high_watermark_, offset);
  const auto named = co_await disk_.sync_directory(directory_);
  if (!named) co_return named.error();
  const auto cut = co_await segments_.active()->truncate_to(offset, clock_.wall_ms());
  if (!cut) co_return cut.error();
  const auto opened = co_await segments_.active()->open_for_append();
  if (!opened) co_return opened.error();
  epochs_are_unwritten_ |= epochs_.truncate_from_end(offset);
  const auto written = co_await write_epochs_if_there_is_room();
  if (!written) co_return written.error();
  const auto rebuilt = co_await rebuild_producers();
  if (!rebuilt) co_return rebuilt.error();
  // A snapshot of what was cut must not come back beside what is appended next.
  const auto forgotten = co_await sync_names();
  if (!forgotten) co_return forgotten.error();
  co_return removed;
}

void Log::note_truncation(Offset offset) {
  ++truncations_;
  lowest_truncation_ = std::min(lowest_truncation_.value_or(offset), offset);
}

Task<Result<void>> Log::rebuild_producers() {
  ProducerReplay replay{segments_,
                        producers_,
                        snapshots_,
                        log_start_offset_,
                        log_end_offset_,
                        clock_.wall_ms(),
                        config_.producer_id_expiration_ms};
  const auto done = co_await replay.run();
  producers_.high_watermark_moved(high_watermark_);  // Replaying takes every marker for one that is not replicated yet.
  co_return done;
}

Task<Result<void>> Log::truncate_fully_and_start_at(Offset offset, std::optional<Offset> log_start_offset) {
  const auto change = co_await changes_.turn();
  const auto flush = co_await flushes_.turn();
  const auto may = usable();
  if (!may) co_return may;
  if (offset.value < 0) co_return Errc::offset_out_of_range;
  const auto emptied = co_await truncate_fully_in_turn(offset, log_start_offset.value_or(offset));
  if (!emptied) co_return failed(emptied.error());
  co_return ok();
}

Task<Result<void>> Log::truncate_fully_in_turn(Offset offset, Offset log_start_offset) {
  positions_.clear();
  note_truncation(offset);
  log_end_offset_ = offset;
  log_start_offset_ = log_start_offset;
  high_watermark_ = std::clamp(high_watermark_, log_start_offset, offset);
  recovery_point_ = std::min(recovery_point_, offset);
  roll_flush_offset_ = std::min(roll_flush_offset_, offset);
  while (!segments_.empty()) {
    const auto last = segments_.remove(segments_.size() - 1);
    const auto discarded = co_await discard(last);
    if (!discarded) {
      segments_.add(last);  // A Log always has a segment.
      offline_ = true;
      co_return discarded;
    }
  }
  const Segment::Place place(disk_, directory_, offset);
  auto segment = co_await Segment::create(place, config_, clock_.wall_ms());
  if (!segment) {
    offline_ = true;
    segments_.add(std::make_shared<Segment>(place, config_, clock_.wall_ms()));
    co_return segment.error();
  }
  segments_.add(std::move(*segment));
  epochs_.clear();
  epochs_are_unwritten_ = true;
  const auto written = co_await write_epochs_if_there_is_room();
  if (!written) co_return written;
  const auto removed = co_await snapshots_.remove_all();
  if (!removed) co_return removed;
  producers_.clear(offset);
  const auto forgotten = co_await sync_names();
  co_return forgotten;
}

Task<Result<void>> Log::discard(std::shared_ptr<Segment> segment) {
  auto paths = co_await segment->rename_with_suffix(kDeletedSuffix);
  if (paths) {
    trash_.add(std::move(*paths), clock_.wall_ms() + config_.file_delete_delay_ms);
  } else {
    // No room for a longer name.  What deletion is for comes first; slices pin their file all the same.
    if (!is_out_of_space(paths.error())) co_return paths.error();
    const auto gone = co_await segment->remove_files();
    if (!gone) co_return gone;
  }
  const auto removed = co_await snapshots_.remove(segment->base_offset());
  co_return removed;
}

void Log::raise_log_start_offset(Offset offset) {
  if (offset <= log_start_offset_) return;
  log_start_offset_ = offset;
  high_watermark_ = std::max(high_watermark_, offset);
  producers_.log_start_moved(offset);
  snapshots_.log_start_moved(offset);
}

Task<Result<std::int64_t>> Log::increment_log_start_offset(Offset offset) {
  const auto turn = co_await changes_.turn();
  const auto may = usable();
  if (!may) co_return may.error();
  if (offset > high_watermark_) co_return Errc::offset_out_of_range;
  const std::int64_t moved = offset - log_start_offset_;
  if (moved <= 0) co_return std::int64_t{0};
  raise_log_start_offset(offset);
  epochs_are_unwritten_ |= epochs_.truncate_from_start(offset);
  const auto written = co_await write_epochs_if_there_is_room();
  if (!written) co_return written.error();
  co_return moved;
}

Task<Result<std::size_t>> Log::delete_old_segments() {
  const auto turn = co_await changes_.turn();
  const auto may = usable();
  if (!may) co_return may.error();
  std::size_t deleted = 0;
  for (const auto condition : {&Log::deletable_by_start_offset, &Log::deletable_by_size, &Log::deletable_by_time}) {
    if (condition != &Log::deletable_by_start_offset && !config_.cleanup_delete) continue;
    std::size_t count = (this->*condition)();
    if (count == 0) continue;
    if (condition == &Log::deletable_by_time) {
      const auto checked = co_await check_max_timestamps();  // A damaged index makes no record old.
      if (!checked) co_return checked.error();
      count = (this->*condition)();
      if (count == 0) continue;
    }
    const auto removed = co_await delete_oldest(count);
    if (!removed) co_return failed(removed.error());
    deleted += *removed;
  }
  co_return deleted;
}

// How many segments, oldest first, `condition` gives up; none that reaches above the high watermark, nor an empty
// active one.
template <class Condition>
std::size_t Log::count_deletable(Condition condition) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i, ++count) {
    const bool is_active = i + 1 == segments_.size();
    const Offset end_offset = is_active ? log_end_offset_ : segments_[i + 1]->base_offset();
    if (is_active && segments_[i]->size_bytes() == 0) break;
    if (high_watermark_ < end_offset || !condition(*segments_[i], is_active, end_offset)) break;
  }
  return count;
}

std::size_t Log::deletable_by_start_offset() const {
  return count_deletable(
      [&](const Segment&, bool is_active, Offset end_offset) { return !is_active && end_offset <= log_start_offset_; });
}

std::size_t Log::deletable_by_size() const {
  const auto bytes = static_cast<std::int64_t>(size_bytes());
  if (config_.retention_bytes < 0 || bytes < config_.retention_bytes) return 0;
  std::int64_t excess = bytes - config_.retention_bytes;
  return count_deletable([&](const Segment& segment, bool, Offset) {
    if (excess < segment.size_bytes()) return false;
    excess -= segment.size_bytes();
    return true;
  });
}

std::size_t Log::deletable_by_time() const {
  if (config_.retention_ms < 0) return 0;
  const std::int64_t now_ms = clock_.wall_ms();
  return count_deletable([&](const Segment& segment, bool, Offset) {
    return now_ms - segment.largest_timestamp() > config_.retention_ms;
  });
}

Task<Result<std::size_t>> Log::delete_oldest(std::size_t count) {
  if (count == segments_.size()) {
    const auto rolled = co_await roll_to(log_end_offset_);
    if (!rolled && rolled.error() != Errc::disk_full) co_return rolled.error();
    if (!rolled) --count;  // What goes may make room for the rest, next time.
  }
  raise_log_start_offset(segments_[count]->base_offset());
  for (std::size_t i = 0; i < count; ++i) {
    const auto dropped = segments_.remove(0);
    const auto discarded = co_await discard(dropped);
    if (!discarded) co_return discarded.error();
  }
  epochs_are_unwritten_ |= epochs_.truncate_from_start(log_start_offset_);
  const auto written = co_await write_epochs_if_there_is_room();
  if (!written) co_return written.error();
  co_return count;
}

}  // namespace muir::storage

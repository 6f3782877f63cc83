#include "storage/log/log_loader.h"

#include <algorithm>
#include <limits>

#include "storage/log/checkpoint_file.h"
#include "storage/log/file_names.h"
#include "storage/log/partition_metadata.h"
#include "storage/log/producer_replay.h"
#include "storage/log/segment_recovery.h"

namespace muir::storage {

Result<void> LogLoader::load() {
  using Step = Result<void> (LogLoader::*)();
  for (const Step step : {&LogLoader::prepare_directory, &LogLoader::check_topic_id, &LogLoader::remove_temporary_files,
                          &LogLoader::finish_swaps, &LogLoader::load_epochs, &LogLoader::load_segments,
                          &LogLoader::recover_unflushed_segments, &LogLoader::drop_unused_segment,
                          &LogLoader::rebuild_epochs, &LogLoader::make_end_consistent,
                          &LogLoader::store_rebuilt_indexes, &LogLoader::load_producers, &LogLoader::sync_removals}) {
    const auto done = (this->*step)();
    if (!done) return done;
  }
  return ok();
}

Result<void> LogLoader::prepare_directory() {
  const auto status = log_.disk_.status(log_.directory_).get();
  if (!status) return status.error();
  if (*status) return list_files();
  is_new_ = true;
  return log_.disk_.create_directory(log_.directory_).get();
}

Result<void> LogLoader::list_files() {
  auto names = log_.disk_.list(log_.directory_).get();
  if (!names) return names.error();
  names_ = std::move(*names);
  return ok();
}

bool LogLoader::has_file(const std::string& name) const {
  return std::binary_search(names_.begin(), names_.end(), name);
}

Result<void> LogLoader::check_topic_id() {
  const auto found = read_partition_metadata(log_.disk_, log_.directory_).run_inline();
  if (!found) return found.error();
  if (*found && params_.topic_id && **found != *params_.topic_id) return Errc::inconsistent_topic_id;
  log_.topic_id_ = *found ? *found : params_.topic_id;
  if (*found || !params_.topic_id) return ok();
  log_.has_unsynced_names_ = true;
  return write_partition_metadata(log_.disk_, log_.directory_, *params_.topic_id).run_inline();
}

// What a deletion or a compaction left behind.  A .swap at or above an unfinished .cleaned belongs to a compaction that
// had not got to the point of no return; it goes first, and durably, or a second crash would take it for a finished
// one.
Result<void> LogLoader::remove_temporary_files() {
  if (is_new_) return ok();
  Offset first_cleaned{std::numeric_limits<std::int64_t>::max()};
  for (const std::string& name : names_)
    if (name.ends_with(kCleanedSuffix))
      first_cleaned = std::min(first_cleaned, offset_of_file(name).value_or(Offset{0}));
  const auto swaps = remove_files([&](const std::string& name) {
    return name.ends_with(kSwapSuffix) && offset_of_file(name).value_or(Offset{0}) >= first_cleaned;
  });
  if (!swaps) return swaps;
  // A snapshot of the metadata log that is being deleted is not ours.
  const auto others = remove_files([](const std::string& name) {
    return name.ends_with(kCleanedSuffix) || (name.ends_with(kDeletedSuffix) && !name.ends_with(".checkpoint.deleted"));
  });
  if (!others) return others;
  return list_files();
}

template <class Condition>
Result<void> LogLoader::remove_files(Condition is_to_go) {
  bool removed_any = false;
  for (const std::string& name : names_) {
    if (!is_to_go(name)) continue;
    const auto removed = log_.disk_.remove(log_.path(name)).get();
    if (!removed) return removed;
    removed_any = true;
  }
  if (!removed_any) return ok();
  return log_.disk_.sync_directory(log_.directory_).get();
}

Result<Offset> LogLoader::next_offset_of_swap(const std::string& name) {
  const auto status = log_.disk_.status(log_.path(name)).get();
  if (!status) return status.error();
  if (!*status) return Errc::corrupt_segment;
  const auto file = log_.disk_.open(log_.path(name), OpenMode::read).get();
  if (!file) return file.error();
  BatchScanner scanner(*file, 0, static_cast<std::uint32_t>((*status)->size_bytes),
                       BatchScanner::kSequentialChunkBytes);
  Offset next = *offset_of_file(name);
  for (;;) {
    const auto batch = scanner.next().get();
    if (!batch) return batch.error();
    if (!*batch) return next;
    next = (*batch)->header.last_offset() + 1;
  }
}

// Completes a compaction that had renamed its result to .swap: the segments it replaces go, then it takes their place.
Result<void> LogLoader::finish_swaps() {
  if (is_new_) return ok();
  const std::string swap_log = std::string(kLogSuffix) + std::string(kSwapSuffix);
  Offset first{std::numeric_limits<std::int64_t>::max()}, end{std::numeric_limits<std::int64_t>::min()};
  for (const std::string& name : names_) {
    const auto base_offset = offset_of_file(name);
    if (!base_offset || !name.ends_with(swap_log)) continue;
    const auto next = next_offset_of_swap(name);
    if (!next) return next.error();
    first = std::min(first, *base_offset);
    end = std::max(end, *next);
  }
  // An index without its log is of a compaction of which the rest is in place already, or never came.
  const auto replaced = remove_files([&](const std::string& name) {
    const auto offset = offset_of_file(name);
    if (!offset) return false;
    if (name.ends_with(kSwapSuffix)) return !has_file(offset_file_name(*offset, swap_log));
    return *offset >= first && *offset < end;
  });
  if (!replaced) return replaced;
  for (const std::string& name : names_) {
    if (!name.ends_with(kSwapSuffix) || !has_file(offset_file_name(offset_of_file(name).value_or(Offset{0}), swap_log)))
      continue;
    const std::string target = name.substr(0, name.size() - kSwapSuffix.size());
    const auto renamed = log_.disk_.rename(log_.path(name), log_.path(target)).get();
    if (!renamed) return renamed;
  }
  const auto named = first < end ? log_.disk_.sync_directory(log_.directory_).get() : ok();
  if (!named) return named;
  return list_files();
}

Result<void> LogLoader::load_epochs() {
  const auto text = read_text(log_.disk_, log_.path(std::string(kLeaderEpochFile))).run_inline();
  if (!text) return text.error();
  auto epochs = LeaderEpochs::parse(*text);
  epochs_are_damaged_ = text->empty() || !epochs || epochs->format() != *text;
  if (epochs_are_damaged_) return ok();
  stored_epochs_ = epochs->entries();
  log_.epochs_ = std::move(*epochs);
  return ok();
}

// Every batch says its epoch.
Result<void> LogLoader::rebuild_epochs() {
  const bool is_empty = log_.segments_.empty() || (log_.segments_.size() == 1 && log_.segments_[0]->size_bytes() == 0);
  if (!epochs_are_damaged_ || is_empty) return ok();
  log_.epochs_.clear();
  for (const auto& segment : log_.segments_) {
    const auto noted = note_epochs(*segment, log_.epochs_).run_inline();
    if (!noted) return noted;
  }
  mended(kLeaderEpochFile);
  return ok();
}

void LogLoader::mended(std::string_view what) {
  if (!log_.recovery_.mended.empty()) log_.recovery_.mended += ", ";
  log_.recovery_.mended += what;
}

Result<void> LogLoader::load_segments() {
  for (const std::string& name : names_) {
    const auto offset = offset_of_file(name);
    if (offset && name == offset_file_name(*offset, kSnapshotSuffix)) log_.snapshots_.add_existing(*offset);
  }
  for (const std::string& name : names_) {
    const auto offset = offset_of_file(name);
    if (!offset) continue;
    if (name == offset_file_name(*offset, kLogSuffix)) {
      const auto loaded = load_segment(name);
      if (!loaded) return loaded;
    } else if ((name.ends_with(kIndexSuffix) || name.ends_with(kTimeIndexSuffix) || name.ends_with(kTxnIndexSuffix)) &&
               !has_file(offset_file_name(*offset, kLogSuffix))) {
      const auto removed = log_.disk_.remove(log_.path(name)).get();
      if (!removed) return removed;
    }
  }
  return ok();
}

Result<void> LogLoader::load_segment(const std::string& name) {
  const Offset base_offset = *offset_of_file(name);
  const auto status = log_.disk_.status(log_.path(name)).get();
  if (!status) return status.error();
  if (!*status) return ok();
  if ((*status)->size_bytes > std::numeric_limits<std::int32_t>::max()) return Errc::corrupt_segment;
  auto segment =
      Segment::existing({log_.disk_, log_.directory_, base_offset}, log_.config_, **status, log_.clock_.wall_ms());

  const bool has_indexes = has_file(offset_file_name(base_offset, kIndexSuffix)) &&
                           has_file(offset_file_name(base_offset, kTimeIndexSuffix));
  const auto loaded = has_indexes ? segment->load_indexes().run_inline() : Result<void>{Errc::corrupt_index};
  if (!loaded && loaded.error() != Errc::corrupt_index) return loaded;
  if (!loaded) {
    mended(offset_file_name(base_offset, kIndexSuffix));
    const auto recovered = recover(segment, nullptr);
    if (!recovered) return recovered;
  }
  log_.segments_.add(std::move(segment));
  return ok();
}

Result<void> LogLoader::recover(const std::shared_ptr<Segment>& segment, std::uint32_t* cut_bytes) {
  has_recovered_ = true;
  const auto before = load_producers_before(segment->base_offset());
  if (!before) return before;
  // After a clean stop nothing is torn: what looks so is damage, and stays for readers to be told.
  const bool may_cut = params_.may_cut && !params_.clean_shutdown;
  const auto cut = recover_segment(*segment, log_.epochs_, recovered_producers_, may_cut).run_inline();
  rebuilt_.push_back(segment);
  if (!cut && is_damage(cut.error()) && params_.clean_shutdown) {
    const auto kept = segment->end_rebuild(segment->damaged_at(), false).run_inline();
    if (!kept) return kept;
    return ok();
  }
  if (!cut) {
    if (is_damage(cut.error()))
      log_.corruption_ = {segment->file_path(), segment->damaged_at(), segment->base_offset()};
    return cut.error();
  }
  log_.recovery_.bytes_walked += segment->size_bytes() + *cut;
  if (*cut > 0 && log_.recovery_.bytes_cut == 0) {
    log_.recovery_.cut_file = segment->file_path();
    log_.recovery_.cut_position = segment->size_bytes();
  }
  log_.recovery_.bytes_cut += *cut;
  if (cut_bytes != nullptr) *cut_bytes = *cut;
  return ok();
}

// From where the segment recovered last ended, or the newest snapshot, by the batches that follow.  A segment that is
// damaged itself gives what it has: it is still to be recovered, and then everything behind it again.
Result<void> LogLoader::load_producers_before(Offset base_offset) {
  ProducerState& state = recovered_producers_;
  if (state.end_offset() == kNoOffset || state.end_offset() > base_offset) {
    const auto loaded = log_.snapshots_
                            .load_newest(state, params_.log_start_offset, base_offset, log_.clock_.wall_ms(),
                                         log_.config_.producer_id_expiration_ms)
                            .run_inline();
    if (!loaded) return loaded;
  }
  const std::size_t floor = log_.segments_.floor(state.end_offset());
  for (std::size_t i = floor == SegmentList::kNone ? 0 : floor; i < log_.segments_.size(); ++i) {
    if (log_.segments_[i]->base_offset() >= base_offset) break;
    const auto replayed = replay_segment(log_.segments_[i], state, base_offset).run_inline();
    if (!replayed && replayed.error() != Errc::corrupt_segment) return replayed;
  }
  state.set_end_offset(base_offset);
  return ok();
}

Result<void> LogLoader::recover_unflushed_segments() {
  if (params_.clean_shutdown || log_.segments_.empty()) return ok();
  recovered_producers_.clear(kNoOffset);
  const std::size_t floor = log_.segments_.floor(params_.recovery_point);
  for (std::size_t i = floor == SegmentList::kNone ? 0 : floor; i < log_.segments_.size(); ++i) {
    std::uint32_t cut_bytes = 0;
    const auto recovered = recover(log_.segments_[i], &cut_bytes);
    if (!recovered) return recovered;
    // What follows a hole is not the log any more.
    if (cut_bytes > 0) return remove_segments_from(i + 1);
    const auto forgotten = forget_what_was_lost_before(i + 1);
    if (!forgotten) return forgotten;
  }
  return ok();
}

// A segment that ends too early, between two batches, may have been compacted, or has lost its end in a crash, which
// the snapshot that was taken when the next one began has survived.  That would tell of sequences and of ends of
// transactions that are not in the log: the batches are asked instead.
Result<void> LogLoader::forget_what_was_lost_before(std::size_t index) {
  if (index >= log_.segments_.size()) return ok();
  const Offset end = recovered_producers_.end_offset();  // Of the segment that was recovered last.
  return log_.snapshots_.remove_between(end, log_.segments_[index]->base_offset()).run_inline();
}

// The beginning of a roll that was not finished, or was undone on a disk that forgot so: the segment before it grew on.
Result<void> LogLoader::drop_unused_segment() {
  const std::size_t count = log_.segments_.size();
  if (count < 2 || log_.segments_.active()->size_bytes() > 0) return ok();
  const auto end = log_.segments_[count - 2]->read_next_offset().run_inline();
  if (!end && is_damage(end.error())) return ok();
  if (!end) return end.error();
  return *end <= log_.segments_.active()->base_offset() ? ok() : remove_segments_from(count - 1);
}

Result<void> LogLoader::remove_segments_from(std::size_t index) {
  has_removed_segments_ |= index < log_.segments_.size();
  while (log_.segments_.size() > index) {
    const auto discarded = log_.discard(log_.segments_.remove(index)).run_inline();
    if (!discarded) return discarded;
  }
  return ok();
}

Result<void> LogLoader::begin_segment(Offset base_offset) {
  auto segment =
      Segment::create({log_.disk_, log_.directory_, base_offset}, log_.config_, log_.clock_.wall_ms()).run_inline();
  if (!segment) return segment.error();
  log_.segments_.add(std::move(*segment));
  log_.log_end_offset_ = base_offset;
  log_.has_unsynced_names_ = true;
  return ok();
}

// A clean stop leaves the recovery point at the end of the log.  Where that and the last batches disagree, one of them
// is damaged: unless the batches are without a flaw, what comes goes to a new segment at the recovery point, so that no
// offset is given twice, and the old one stays as it is.
Result<void> LogLoader::find_end() {
  Segment& active = *log_.segments_.active();
  const auto next = active.read_next_offset().run_inline();
  if (!next && !is_damage(next.error())) return next.error();
  const Offset end = params_.recovery_point;
  const bool may_doubt = params_.clean_shutdown && active.base_offset() < end;
  if (next && (*next == end || !may_doubt)) {
    log_.log_end_offset_ = *next;
    return ok();
  }
  if (next) {
    const auto is_contiguous = active.is_contiguous().run_inline();
    if (!is_contiguous) return is_contiguous.error();
    log_.log_end_offset_ = *next;
    if (*is_contiguous) return ok();
  }
  if (!may_doubt) {
    log_.corruption_ = {active.file_path(), active.damaged_at(), active.base_offset()};
    return next.error();
  }
  mended("the end of " + active.file_path() + ": the next segment begins at the recovery point");
  return begin_segment(end);
}

Result<void> LogLoader::make_end_consistent() {
  Offset checkpointed_start = params_.log_start_offset;
  bool files_were_lost = false;
  if (!log_.segments_.empty()) {
    const auto found = find_end();
    if (!found) return found;
    // A clean stop leaves the recovery point at the end: a log start beyond it has never been.  One below it has, where
    // a truncation took the batch that it lay within (the batches end before both); then what is left was deleted.
    const bool is_possible = !params_.clean_shutdown || checkpointed_start <= params_.recovery_point;
    if (log_.log_end_offset_ < checkpointed_start && !is_possible) {
      mended("log-start-offset-checkpoint");
      checkpointed_start = Offset{0};
    }
    if (log_.log_end_offset_ < checkpointed_start) {
      files_were_lost = true;
      const auto removed = remove_segments_from(0);
      if (!removed) return removed;
      log_.epochs_.clear();
      const auto forgotten = log_.snapshots_.remove_all().run_inline();
      if (!forgotten) return forgotten;
    }
  }
  if (log_.segments_.empty()) {
    const auto begun = begin_segment(checkpointed_start);
    if (!begun) return begun;
    begins_ = log_.is_unsynced_name_ = true;
  } else {
    const auto opened = log_.segments_.active()->open_for_append().run_inline();
    if (!opened) return opened;
    // Entries of markers that are not there would stand in the way of those to come.
    const auto cut = log_.segments_.active()->transaction_index().truncate_to(log_.log_end_offset_).run_inline();
    if (!cut) return cut;
  }
  const bool trusted = params_.clean_shutdown && !files_were_lost;
  log_.recovery_point_ = trusted ? log_.log_end_offset_ : std::min(params_.recovery_point, log_.log_end_offset_);
  log_.log_start_offset_ = std::max(checkpointed_start, log_.segments_.first()->base_offset());
  log_.high_watermark_ = log_.log_start_offset_;

  return make_epochs_consistent(checkpointed_start);
}

// Those of the active segment stay in memory (ADR 021).
Result<void> LogLoader::store_rebuilt_indexes() {
  for (const auto& segment : rebuilt_) {
    const std::size_t index = log_.segments_.floor(segment->base_offset());
    const bool is_there = index != SegmentList::kNone && log_.segments_[index] == segment;
    if (!is_there || segment == log_.segments_.active()) continue;
    const auto written = segment->become_inactive().run_inline();
    if (!written) return written;
    const auto synced = segment->sync(true).run_inline();
    if (!synced) return synced;
  }
  return ok();
}

// What the file has too much of needs no writing: it is left out again the next time.
Result<void> LogLoader::make_epochs_consistent(Offset log_start_offset) {
  const bool has_more_than_file = log_.epochs_.entries() != stored_epochs_;  // Recovery has found some.
  log_.epochs_.truncate_from_end(log_.log_end_offset_);
  log_.epochs_.truncate_from_start(log_start_offset);
  if (begins_ && params_.first_epoch) log_.epochs_.assign(*params_.first_epoch, log_.log_end_offset_);
  const bool has_less = begins_ && params_.first_epoch && log_.epochs_.entries() != stored_epochs_;
  log_.epochs_are_unwritten_ = has_more_than_file || has_less;
  return log_.write_epochs().run_inline();
}

Result<void> LogLoader::load_producers() {
  std::vector<Offset> base_offsets;
  for (const auto& segment : log_.segments_) base_offsets.push_back(segment->base_offset());
  const auto cleaned = log_.snapshots_.remove_stray(base_offsets).run_inline();
  if (!cleaned) return cleaned;
  ProducerReplay replay{log_.segments_,
                        log_.producers_,
                        log_.snapshots_,
                        log_.log_start_offset_,
                        log_.log_end_offset_,
                        log_.clock_.wall_ms(),
                        log_.config_.producer_id_expiration_ms,
                        params_.clean_shutdown && !has_recovered_};
  return replay.run().run_inline();
}

// What was removed must not come back beside what will be appended.
Result<void> LogLoader::sync_removals() {
  const bool has_removed_snapshots = log_.snapshots_.take_removals();
  return has_removed_segments_ || has_removed_snapshots ? log_.sync_names().run_inline() : ok();
}

}  // namespace muir::storage

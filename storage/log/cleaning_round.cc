#include "storage/log/cleaning_round.h"

#include <algorithm>

namespace muir::storage {

CleaningRound::CleaningRound(Disk& disk, CleanableLog log, CleaningPlan plan, std::vector<AbortedTxn> aborted,
                             CleanerResources resources)
    : disk_(disk),
      log_(std::move(log)),
      plan_(plan),
      aborted_(std::move(aborted)),
      resources_(resources),
      map_(resources.map_bytes, resources.map_load_factor,
           static_cast<std::uint64_t>(std::max<std::int64_t>(plan.first_uncleanable - plan.first_dirty, 0))),
      builder_(std::in_place, disk, log_, plan, aborted_, resources.io_buffer_bytes, map_, stats_),
      retention_(map_, log_, plan, stats_) {
  for (const AbortedTxn& txn : aborted_)
    if (txn.last_offset >= log_.segments.front().base_offset) transactions_.add_aborted({txn});
}

Result<CleaningRound::Progress> CleaningRound::advance(std::uint64_t bytes_max) {
  if (!builder_) return clean(bytes_max);
  const auto built = builder_->advance(bytes_max);
  if (!built) return built.error();
  if (*built == OffsetMapBuilder::Progress::reading) return Progress::working;
  builder_.reset();
  groups_ = group_segments(log_, end_offset(), plan_.first_uncleanable);
  if (groups_.empty()) return Progress::finished;
  const auto begun = begin_group();
  if (!begun) return begun.error();
  return Progress::working;
}

Result<void> CleaningRound::begin_group() {
  segment_ = groups_[group_].first;
  cleaned_.emplace(disk_, log_.directory, log_.segments[segment_].base_offset, log_.config);
  return cleaned_->create();
}

Result<CleaningRound::Progress> CleaningRound::clean(std::uint64_t bytes_max) {
  if (group_ == groups_.size()) return Progress::finished;
  if (!cleaned_) {
    const auto begun = begin_group();
    if (!begun) return begun.error();
  }
  const std::uint64_t end = stats_.bytes_read + bytes_max;
  while (segment_ < groups_[group_].end) {
    if (stats_.bytes_read >= end) return Progress::working;
    if (!batches_) {
      auto opened = SegmentBatches::open(disk_, log_.directory, log_.segments[segment_], resources_.io_buffer_bytes);
      if (!opened) return opened.error();
      batches_.emplace(std::move(*opened));
      retention_.begin_segment(log_.segments[segment_].modified_ms);
    }
    const auto header = batches_->next();
    if (!header) return header.error();
    if (*header) {
      const auto done = clean_batch();
      if (!done) return done.error();
      continue;
    }
    batches_.reset();
    ++segment_;
  }
  const auto finished = finish_group();
  if (!finished) return finished.error();
  return Progress::segment_ready;
}

Result<void> CleaningRound::clean_batch() {
  const auto bytes = batches_->bytes();
  if (!bytes) return bytes.error();
  const auto retained = retention_.retain(*bytes, transactions_, out_);
  if (!retained) return retained;
  if (out_.size() < resources_.io_buffer_bytes) return ok();
  return write_out();
}

Result<void> CleaningRound::write_out() {
  const auto written = cleaned_->append(out_);
  stats_.bytes_written += out_.size();
  out_.clear();
  return written;
}

Result<void> CleaningRound::finish_group() {
  const auto written = write_out();
  if (!written) return written;
  const CleanableSegment& last = log_.segments[groups_[group_].end - 1];
  return cleaned_->finish(last.modified_ms, transactions_.take_index());
}

SegmentSwap CleaningRound::ready() const {
  const SegmentRange group = groups_[group_];
  SegmentSwap swap;
  swap.directory = log_.directory;
  swap.base_offset = cleaned_->base_offset();
  swap.replaced.assign(log_.segments.begin() + static_cast<std::ptrdiff_t>(group.first),
                       log_.segments.begin() + static_cast<std::ptrdiff_t>(group.end));
  swap.truncations = log_.truncations;
  return swap;
}

void CleaningRound::swapped() {
  cleaned_.reset();
  ++group_;
}

void CleaningRound::abandon() {
  batches_.reset();
  if (!cleaned_) return;
  const auto removed = cleaned_->remove();  // What stays is removed when the log is opened.
  (void)removed;
  cleaned_.reset();
}

}  // namespace muir::storage

// How a Log takes what the cleaner has made of its segments.
//
// The order on disk is Kafka's, so that either finishes what the other began (LogLoader::finish_swaps):
//   1. "<base>.*.cleaned" becomes "<base>.*.swap"    before: the old segments are the log; after: the swap is
//   2. the old segments become "*.deleted"
//   3. "<base>.*.swap" becomes "<base>.*"
// Kafka trusts the file system to keep the order of renames.  Here the directory is synced between the steps.
#include <algorithm>

#include "storage/log/cleanable_log.h"
#include "storage/log/file_names.h"
#include "storage/log/log.h"

namespace muir::storage {

CleanableLog Log::cleanable() const {
  CleanableLog log;
  log.directory = directory_;
  log.config = config_;
  log.log_start_offset = log_start_offset_;
  log.log_end_offset = log_end_offset_;
  log.last_stable_offset = last_stable_offset();
  log.truncations = truncations_;
  for (const auto& segment : segments_)
    log.segments.push_back({segment->base_offset(), segment->size_bytes(), segment->offset_index_bytes(),
                            segment->time_index_bytes(), segment->modified_ms(), segment->largest_timestamp()});
  return log;
}

ActiveProducers Log::active_producers() const {
  ActiveProducers active;
  for (const auto& [id, producer] : producers_.producers()) {
    LastRecord last{std::nullopt, producer.producer_epoch};
    if (producer.last_data_offset().value >= 0) last.last_data_offset = producer.last_data_offset();
    active.emplace(id, last);
  }
  return active;
}

bool Log::has_replaced(const SegmentSwap& swap) const {
  if (swap.directory != directory_ || swap.truncations != truncations_) return false;
  std::size_t at = segments_.floor(swap.base_offset);
  if (at == SegmentList::kNone || at + swap.replaced.size() >= segments_.size()) return false;
  for (const CleanableSegment& replaced : swap.replaced) {
    const Segment& segment = *segments_[at++];
    if (segment.base_offset() != replaced.base_offset || segment.size_bytes() != replaced.size_bytes) return false;
  }
  return true;
}

Task<Result<void>> Log::replace_segments(SegmentSwap swap) {
  const auto change = co_await changes_.turn();
  const auto flush = co_await flushes_.turn();
  const auto may = usable();
  if (!may) co_return may;
  if (!has_replaced(swap)) co_return Errc::segments_changed;
  const auto swapped = co_await swap_in(swap);
  if (swapped) co_return ok();
  // Half done: the next start decides by what is in the directory, so nothing more may be written meanwhile.
  offline_ = true;
  co_return Errc::log_offline;
}

Task<Result<void>> Log::swap_in(SegmentSwap swap) {
  const auto committed = co_await rename_all(swap.base_offset, kCleanedSuffix, kSwapSuffix);
  if (!committed) co_return committed.error();
  const auto removed = co_await remove_replaced(swap);
  if (!removed) co_return removed.error();
  const auto renamed = co_await rename_all(swap.base_offset, kSwapSuffix, "");
  if (!renamed) co_return renamed.error();

  const Segment::Place place(disk_, directory_, swap.base_offset);
  const auto status = co_await disk_.status(path(offset_file_name(swap.base_offset, kLogSuffix)));
  if (!status) co_return status.error();
  if (!*status) co_return Errc::corrupt_segment;
  const auto cleaned = Segment::existing(place, config_, **status, clock_.wall_ms());
  const auto loaded = co_await cleaned->load_indexes();
  if (!loaded) co_return loaded.error();
  const std::size_t first = segments_.floor(swap.base_offset);
  for (std::size_t i = 0; i < swap.replaced.size(); ++i) segments_.remove(first);
  segments_.add(cleaned);
  positions_.clear();
  co_return ok();
}

Task<Result<void>> Log::remove_replaced(SegmentSwap swap) {
  std::size_t at = segments_.floor(swap.base_offset);
  for (const CleanableSegment& replaced : swap.replaced) {
    const auto segment = segments_[at++];
    auto paths = co_await segment->rename_with_suffix(kDeletedSuffix);
    if (!paths) co_return paths.error();
    trash_.add(std::move(*paths), clock_.wall_ms() + config_.file_delete_delay_ms);
    if (replaced.base_offset == swap.base_offset) continue;  // Its snapshot is that of the new segment.
    const auto forgotten = co_await snapshots_.remove(replaced.base_offset);
    if (!forgotten) co_return forgotten.error();
  }
  const auto named = co_await disk_.sync_directory(directory_);
  co_return named;
}

// All files of one segment, those that are there; durably.
Task<Result<void>> Log::rename_all(Offset base_offset, std::string_view from, std::string_view to) {
  for (const std::string_view kind : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
    const std::string file = path(offset_file_name(base_offset, kind));
    const std::string source = file + std::string(from);
    const std::string target = file + std::string(to);
    const auto status = co_await disk_.status(source);
    if (!status) co_return status.error();
    if (!*status) continue;
    const auto renamed = co_await disk_.rename(source, target);
    if (!renamed) co_return renamed.error();
  }
  const auto named = co_await disk_.sync_directory(directory_);
  co_return named;
}

}  // namespace muir::storage

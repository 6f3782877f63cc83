#include "storage/log/offset_map_builder.h"

#include <algorithm>

#include "storage/log/old_message_header.h"
#include "wire/record/record.h"

namespace muir::storage {
namespace {

SegmentRange dirty_segments(const CleanableLog& log, const CleaningPlan& plan) {
  SegmentRange range = dirty_closed_segments(log, plan.first_dirty);
  while (range.end > range.first && log.segments[range.end - 1].base_offset >= plan.first_uncleanable) --range.end;
  return range;
}

}  // namespace

OffsetMapBuilder::OffsetMapBuilder(Disk& disk, const CleanableLog& log, CleaningPlan plan,
                                   const std::vector<AbortedTxn>& aborted, std::size_t io_buffer_bytes,
                                   CleanerOffsetMap& map, CleanerStats& stats)
    : disk_(disk),
      log_(log),
      plan_(plan),
      io_buffer_bytes_(io_buffer_bytes),
      map_(map),
      stats_(stats),
      rest_(dirty_segments(log, plan)) {
  for (const AbortedTxn& txn : aborted)
    if (txn.last_offset >= plan.first_dirty) transactions_.add_aborted({txn});
}

Result<OffsetMapBuilder::Progress> OffsetMapBuilder::advance(std::uint64_t bytes_max) {
  const std::uint64_t end = stats_.map_bytes_read + bytes_max;
  while (rest_.size() > 0 && !is_full_) {
    if (stats_.map_bytes_read >= end) return Progress::reading;
    if (!batches_) {
      auto opened = SegmentBatches::open(disk_, log_.directory, log_.segments[rest_.first], io_buffer_bytes_);
      if (!opened) return opened.error();
      batches_.emplace(std::move(*opened));
    }
    const auto header = batches_->next();
    if (!header) return header.error();
    if (!*header) {
      batches_.reset();
      ++rest_.first;
      // Whatever is missing up to the next segment will not come any more.
      const bool is_last = rest_.size() == 0;
      const Offset next = is_last ? plan_.first_uncleanable : log_.segments[rest_.first].base_offset;
      map_.update_latest_offset(next + -1);
      continue;
    }
    stats_.map_bytes_read += (*header)->size_bytes;
    if ((*header)->last_offset() < plan_.first_dirty) continue;
    const auto bytes = batches_->bytes();
    if (!bytes) return bytes.error();
    const auto taken = take(**header, *bytes);
    if (!taken) return taken.error();
    if (!is_full_) map_.update_latest_offset((*header)->last_offset());
  }
  return finish();
}

// A round that gets nowhere would be begun again for ever.
Result<OffsetMapBuilder::Progress> OffsetMapBuilder::finish() {
  batches_.reset();
  if (is_full_ && map_.latest_offset() < plan_.first_dirty) return Errc::cleaner_map_full;
  return Progress::built;
}

Result<void> OffsetMapBuilder::take(const BatchHeader& header, ByteView bytes) {
  if (is_old_message(bytes)) return take_old(header, bytes);
  const auto batch = wire::BatchView::parse(bytes);
  if (!batch || !batch->crc_is_valid() || !batch->compression_is_known()) return Errc::corrupt_batch;
  if (header.is_control()) {
    transactions_.on_control_batch(header, EndTxnMarker::of(*batch), batch->record_count() == 0);
    return ok();
  }
  if (transactions_.on_batch(header)) return ok();
  return take_records(*batch);
}

// Hashed first and noted afterwards, so that the memory of the map is on its way meanwhile.
Result<void> OffsetMapBuilder::take_records(const wire::BatchView& batch) {
  const auto records = decompressor_.read_all(batch.compression(), batch.records(), log_.unfolded_bytes_max());
  if (!records) return Errc::corrupt_batch;
  found_.clear();
  wire::RecordReader reader(batch, *records);
  wire::RecordView record;
  while (reader.has_next()) {
    if (!reader.next(record)) return Errc::corrupt_batch;
    find(record);
  }
  note_found();
  return ok();
}

Result<void> OffsetMapBuilder::take_old(const BatchHeader& header, ByteView bytes) {
  const auto message = wire::LegacyBatchView::parse(bytes);
  if (!message || !message->crc_is_valid()) return Errc::corrupt_batch;
  transactions_.on_batch(header);
  const auto records = old_records_.read(*message, log_.unfolded_bytes_max());
  if (!records) return Errc::corrupt_batch;
  found_.clear();
  for (const wire::RecordView& record : *records) find(record);
  note_found();
  return ok();
}

void OffsetMapBuilder::find(const wire::RecordView& record) {
  if (!record.key || record.offset < plan_.first_dirty) return;
  found_.push_back({map_.hash(*record.key), record.offset});
  map_.prefetch(found_.back().hash);
}

void OffsetMapBuilder::note_found() {
  for (const Found& found : found_) {
    is_full_ = !map_.put(found.hash, found.offset);
    if (is_full_) break;
  }
}

}  // namespace muir::storage

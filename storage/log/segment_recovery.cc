#include "storage/log/segment_recovery.h"

#include <algorithm>

namespace muir::storage {
namespace {

// A batch whose offsets contradict themselves or what came before cannot be indexed; Kafka's recovery gives up the same
// way, on whole segments.
bool is_in_order(const BatchHeader& header, Offset end_before) {
  return header.base_offset >= end_before && header.last_offset() >= header.base_offset;
}

void note_epoch(const BatchHeader& header, LeaderEpochs& epochs) {
  if (header.leader_epoch.value < 0) return;
  if (!epochs.latest_epoch() || header.leader_epoch > *epochs.latest_epoch())
    epochs.assign(header.leader_epoch, header.base_offset);
}

// The marker of a control batch; nothing for any other.
Task<Result<std::optional<EndTxnMarker>>> marker_of(BatchScanner& scanner, const BatchHeader& header) {
  if (!header.is_control()) co_return std::optional<EndTxnMarker>{};
  const auto bytes = co_await scanner.bytes();
  if (!bytes) co_return bytes.error();
  const auto batch = wire::BatchView::parse(*bytes);
  if (!batch) co_return std::optional<EndTxnMarker>{};
  co_return EndTxnMarker::of(*batch);
}

// Fails with corrupt_index when the index cannot take what a damaged log claims.
Result<void> note_producer(Segment& segment, ProducerState& producers, const BatchHeader& header,
                           const std::optional<EndTxnMarker>& marker) {
  producers.set_end_offset(header.last_offset() + 1);
  if (!header.has_producer_id()) return ok();
  ProducerChanges changes(producers, AppendOrigin::replication);
  const auto added = changes.add(header, marker);
  if (!added) return added;
  std::vector<AbortedTxn> aborted;
  producers.apply(changes, &aborted);
  for (const AbortedTxn& txn : aborted) {
    const auto appended = segment.transaction_index().append(txn);
    if (!appended) return appended;
  }
  return ok();
}

}  // namespace

Task<Result<std::uint32_t>> recover_segment(Segment& segment, LeaderEpochs& epochs, ProducerState& producers,
                                            bool may_cut) {
  const auto file = co_await segment.file();
  if (!file) co_return file.error();
  const std::uint32_t size_before = segment.size_bytes();
  BatchScanner scanner(*file, 0, size_before, BatchScanner::kSequentialChunkBytes);
  segment.begin_rebuild();
  std::uint32_t valid_bytes = 0;
  Offset end_offset = segment.base_offset();
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && batch.error() != Errc::corrupt_segment) co_return batch.error();
    if (!batch || !*batch) break;
    const BatchHeader& header = (*batch)->header;
    const auto intact = co_await scanner.check_crc();
    if (!intact && intact.error() != Errc::corrupt_batch) co_return intact.error();
    if (!intact || !is_in_order(header, end_offset)) break;
    if (!segment.index_batch(header, (*batch)->position)) break;
    note_epoch(header, epochs);
    const auto marker = co_await marker_of(scanner, header);
    if (!marker) co_return marker.error();
    const auto noted = note_producer(segment, producers, header, *marker);
    if (!noted) co_return noted.error();
    if (segment.transaction_index().must_write_out()) {
      const auto written = co_await segment.transaction_index().write_out();
      if (!written) co_return written.error();
    }
    end_offset = header.last_offset() + 1;
    valid_bytes = (*batch)->end_position();
  }
  if (valid_bytes < size_before && !may_cut) co_return segment.damaged(valid_bytes, Errc::corrupt_segment);
  const auto ended = co_await segment.end_rebuild(valid_bytes);
  if (!ended) co_return ended.error();
  co_return size_before - valid_bytes;
}

Task<Result<void>> note_epochs(Segment& segment, LeaderEpochs& epochs) {
  const auto file = co_await segment.file();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, 0, segment.size_bytes(), BatchScanner::kLookupChunkBytes);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && !is_damage(batch.error())) co_return batch.error();
    if (!batch || !*batch) co_return ok();
    note_epoch((*batch)->header, epochs);
  }
}

}  // namespace muir::storage

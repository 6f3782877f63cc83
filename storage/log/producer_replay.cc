#include "storage/log/producer_replay.h"

#include <algorithm>

namespace muir::storage {

Task<Result<void>> ProducerReplay::run() {
  if (snapshots.offsets().empty() && after_clean_shutdown) {
    const auto taken = co_await take_snapshots_of_nothing();
    co_return taken;
  }
  // Nothing was there, so nothing can come back by cutting.
  const bool stays_empty = state.is_empty() && state.end_offset() >= end_offset;
  if (end_offset != state.end_offset()) {
    const auto loaded = co_await snapshots.reload(state, log_start_offset, end_offset, now_ms, expiration_ms);
    if (!loaded) co_return loaded.error();
  } else {
    const auto cleaned = co_await remove_snapshots_of_another_log();
    if (!cleaned) co_return cleaned.error();
    state.log_start_moved(log_start_offset);
    snapshots.log_start_moved(log_start_offset);
  }
  if (end_offset > state.end_offset() && !stays_empty) {
    for (std::size_t i = segments.floor(state.end_offset()) == SegmentList::kNone ? 0
                                                                                  : segments.floor(state.end_offset());
         i < segments.size() && segments[i]->base_offset() < end_offset; ++i) {
      const auto segment = segments[i];
      state.set_end_offset(std::max({segment->base_offset(), state.end_offset(), log_start_offset}));
      const bool is_one_of_the_last_two = i + 2 >= segments.size();
      if (is_one_of_the_last_two && state.end_offset() == segment->base_offset()) {
        const auto taken = co_await snapshots.take(state);
        if (!taken) co_return taken.error();
      }
      const auto replayed = co_await replay_segment(segment, state, end_offset);
      if (!replayed) co_return replayed.error();
    }
  }
  state.set_end_offset(end_offset);
  const auto taken = co_await snapshots.take(state);
  co_return taken;
}

// A log that was cut within a batch ends below where it said when it is opened again, and below its last snapshot.
Task<Result<void>> ProducerReplay::remove_snapshots_of_another_log() {
  const std::vector<Offset> offsets(snapshots.offsets().begin(), snapshots.offsets().end());
  for (const Offset offset : offsets) {
    if (offset <= end_offset) continue;
    const auto removed = co_await snapshots.remove(offset);
    if (!removed) co_return removed.error();
  }
  co_return ok();
}

Task<Result<void>> ProducerReplay::take_snapshots_of_nothing() {
  std::vector<Offset> offsets;
  for (std::size_t i = segments.size() < 2 ? 0 : segments.size() - 2; i < segments.size(); ++i)
    offsets.push_back(segments[i]->base_offset());
  offsets.push_back(end_offset);
  for (const Offset offset : offsets) {
    state.set_end_offset(offset);
    const auto taken = co_await snapshots.take(state);
    if (!taken) co_return taken.error();
  }
  co_return ok();
}

Task<Result<void>> replay_segment(std::shared_ptr<Segment> segment, ProducerState& state, Offset end_offset) {
  const auto first = co_await segment->locate(state.end_offset());
  if (!first && is_damage(first.error())) co_return ok();  // Readers will be told.
  if (!first) co_return first.error();
  if (!*first) co_return ok();
  const auto file = co_await segment->file();
  if (!file) co_return file.error();
  BatchScanner scanner(*file, (*first)->position, segment->size_bytes(), BatchScanner::kSequentialChunkBytes);
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && is_damage(batch.error())) co_return ok();
    if (!batch) co_return batch.error();
    if (!*batch || (*batch)->header.base_offset >= end_offset) co_return ok();
    const BatchHeader header = (*batch)->header;
    state.set_end_offset(header.last_offset() + 1);
    if (!header.has_producer_id()) continue;
    const auto intact = co_await scanner.check_crc();
    if (!intact && is_damage(intact.error())) continue;
    if (!intact) co_return intact;

    std::optional<EndTxnMarker> marker;
    if (header.is_control()) {
      const auto bytes = co_await scanner.bytes();
      if (!bytes) co_return bytes.error();
      if (const auto view = wire::BatchView::parse(*bytes)) marker = EndTxnMarker::of(*view);
    }
    ProducerChanges changes(state, AppendOrigin::replication);
    const auto added = changes.add(header, marker);
    if (!added) co_return added.error();
    state.apply(changes);
  }
}

}  // namespace muir::storage

#pragma once

#include "storage/log/producer_snapshots.h"
#include "storage/log/segment_list.h"

namespace muir::storage {

// Makes `state` what the batches below `end_offset` say: from the newest snapshot on, by replaying the batches that
// follow it.  Leaves snapshots at the last two segments and at the end, as Kafka does, so that a crash is cheap.
struct ProducerReplay {
  const SegmentList& segments;
  ProducerState& state;
  ProducerSnapshots& snapshots;
  Offset log_start_offset;
  Offset end_offset;
  std::int64_t now_ms;
  std::int64_t expiration_ms;
  bool after_clean_shutdown = false;  // Then a log without any snapshot has no producers.

  Task<Result<void>> run();

 private:
  Task<Result<void>> take_snapshots_of_nothing();
  Task<Result<void>> remove_snapshots_of_another_log();
};

// Applies the batches of `segment` from state.end_offset() on, as far as they begin below `end_offset`.
Task<Result<void>> replay_segment(std::shared_ptr<Segment> segment, ProducerState& state, Offset end_offset);

}  // namespace muir::storage

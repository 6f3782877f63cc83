#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "storage/raft/log_position.h"
#include "wire/base/bytes.h"
#include "wire/base/ids.h"

namespace muir::server {

// One committed batch of the metadata log.  Of a control batch, which is for the quorum itself, only the offsets are
// told.  Everything viewed belongs to the caller and ends with the call.
struct CommittedBatch {
  Offset base_offset;
  Offset end_offset;  // Exclusive.
  Epoch epoch;
  std::int64_t timestamp_ms = 0;
  std::size_t size_bytes = 0;         // Of the batch in the log: what snapshots are triggered by.
  std::span<const ByteView> records;  // Whole frames, in offset order without gaps; empty for a control batch.
};

// A state of the cluster as it was before `id.offset`.
struct LoadedSnapshot {
  storage::OffsetAndEpoch id;
  std::int64_t last_contained_timestamp_ms = 0;
  std::span<const ByteView> records;  // Whole frames, in order.
};

// Who lives from the metadata log: the controller, the broker's image.  Called on the quorum's thread, one call at a
// time; it must not call back into the quorum except for append(), and must outlive it.
class MetadataListener {
 public:
  virtual ~MetadataListener() = default;

  // Replaces everything known so far.  Comes first if there is a snapshot, and again when the log was cut behind us.
  virtual void on_load_snapshot(const LoadedSnapshot& snapshot) = 0;

  // In offset order, each batch once.
  virtual void on_committed(const CommittedBatch& batch) = 0;

  // This node leads `epoch`, and the listener has seen everything below the epoch's first offset: it may append() now.
  virtual void on_leader(Epoch epoch) = 0;

  // It does not any more.  Records that were appended and not committed may be lost: go back to the last on_committed.
  virtual void on_resigned(Epoch epoch) = 0;

  // It still leads, but there was no room for what was appended and is not committed: go back to the last on_committed.
  virtual void on_withdrawn() = 0;
};

}  // namespace muir::server

#pragma once

#include <optional>
#include <vector>

#include "storage/raft/log_position.h"

namespace muir::storage {

// All that consensus knows of the metadata log: where it starts and ends, how far it is on the disk, where each epoch
// began, and which snapshots there are.  The shell tells it of every change; nothing here reads a file.
class LogSummary {
 public:
  struct EpochStart {
    Epoch epoch;
    Offset start;
    bool operator==(const EpochStart&) const = default;
  };

  // What a fetching replica must do before records from its offset can follow (KIP-595, KIP-630).
  struct Position {
    enum class Kind { valid, diverging, snapshot };
    Kind kind = Kind::valid;
    OffsetAndEpoch at;  // valid: unchanged; diverging: where to truncate to; snapshot: which one to fetch.
  };

  Offset start_offset() const { return start_offset_; }    // Inclusive.
  Offset end_offset() const { return end_offset_; }        // Exclusive.
  Offset synced_offset() const { return synced_offset_; }  // Exclusive: what survives a power cut.
  // Where the log ends, with the epoch of its last record, or of the snapshot it starts from; epoch 0 if it is empty.
  OffsetAndEpoch end() const;
  const std::vector<EpochStart>& epochs() const { return epochs_; }
  std::optional<OffsetAndEpoch> latest_snapshot() const { return latest_snapshot_; }

  // An empty log whose first record will be `start`: what a log that lost its oldest segments is built up from.
  static LogSummary beginning_at(Offset start);

  // A leader of `epoch` appended, or was elected, at the log's end.  Epochs never fall.
  void begin_epoch(Epoch epoch);
  void appended(Offset end, Epoch epoch);
  void synced(Offset end);
  void truncated_to(Offset end);
  void add_snapshot(OffsetAndEpoch id);
  // Records and snapshots below the snapshot `id` are gone.
  void starts_at(OffsetAndEpoch id);
  // All records were dropped for a snapshot that reaches further than they did.
  void restarted_at(OffsetAndEpoch id);

  // The largest epoch not above `epoch`, and where the next one begins.
  OffsetAndEpoch end_of_epoch(Epoch epoch) const;

  // Whether a replica whose log ends at `offset` in `last_fetched_epoch` shares everything below with this log.
  Position validate(Offset offset, Epoch last_fetched_epoch) const;

  // Where a follower must cut its log, told by the leader that the two differ after `diverging`.
  Offset truncation_for(OffsetAndEpoch diverging) const;

 private:
  Offset start_offset_{0};
  Offset end_offset_{0};
  Offset synced_offset_{0};
  std::vector<EpochStart> epochs_;  // Ascending in both.
  std::optional<OffsetAndEpoch> earliest_snapshot_;
  std::optional<OffsetAndEpoch> latest_snapshot_;
};

}  // namespace muir::storage

#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/log/producer_state.h"

namespace muir::storage {

// The content of a producer snapshot.  Format: docs/formats/producer-snapshot.md.
OwnedBytes encode_producer_snapshot(const ProducerState& state);

// Fails with corrupt_snapshot.
Result<std::vector<ProducerEntry>> decode_producer_snapshot(ByteView bytes);

// The snapshot files in a partition's directory: each holds the producer state of the batches below the offset in its
// name.  They save replaying the log; a lost or damaged one costs time only.
class ProducerSnapshots {
 public:
  ProducerSnapshots(Disk& disk, std::string directory) : disk_(&disk), directory_(std::move(directory)) {}

  void add_existing(Offset offset) { offsets_.insert(offset); }
  const std::set<Offset>& offsets() const { return offsets_; }

  // Writes one at state.end_offset(), unless that is where the last one was.  Not synced until sync().
  Task<Result<void>> take(const ProducerState& state);
  Task<Result<void>> sync();
  // Gives descriptors back; sync() opens the files again.  An error of writing back may then be missed (ADR 071): the
  // CRC of a snapshot tells, and the one before it does.
  void release_files() {
    for (Unsynced& unsynced : unsynced_) unsynced.file.reset();
  }
  bool has_unsynced() const { return !unsynced_.empty(); }  // Neither are their names.

  // Makes `state` that of the newest readable snapshot at or below `log_end_offset` and above `log_start_offset`, or
  // empty at `log_start_offset`.  Removes those that lie outside, and damaged ones.
  Task<Result<void>> reload(ProducerState& state, Offset log_start_offset, Offset log_end_offset, std::int64_t now_ms,
                            std::int64_t expiration_ms);

  // The same without removing anything; the newest that is at or below `end_offset` and readable.
  Task<Result<void>> load_newest(ProducerState& state, Offset log_start_offset, Offset end_offset, std::int64_t now_ms,
                                 std::int64_t expiration_ms) const;

  // After an unclean stop: keeps those at the base of a segment, and the newest if it lies after all of them.
  Task<Result<void>> remove_stray(const std::vector<Offset>& segment_base_offsets);

  Task<Result<void>> remove(Offset offset);
  // Those above `end_offset`, and at or below `base_offset`.
  Task<Result<void>> remove_between(Offset end_offset, Offset base_offset);
  Task<Result<void>> remove_all();
  // Has any been removed since the last call?  Until its directory is synced, a crash may bring it back.
  bool take_removals() { return std::exchange(has_removed_, false); }

  void log_start_moved(Offset log_start_offset);

 private:
  struct Unsynced {
    Offset offset;
    FilePtr file;  // Null once it was given back.
  };
  std::string path(Offset offset) const;
  Task<Result<void>> load(ProducerState& state, Offset offset, std::int64_t now_ms, std::int64_t expiration_ms) const;

  Disk* disk_;
  std::string directory_;
  std::set<Offset> offsets_;
  Offset last_taken_{0};
  bool has_removed_ = false;
  std::vector<Unsynced> unsynced_;
};

}  // namespace muir::storage

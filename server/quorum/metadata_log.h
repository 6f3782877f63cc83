#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "server/quorum/snapshot_file.h"
#include "storage/disk/disk.h"
#include "storage/raft/election_state.h"
#include "storage/raft/log_summary.h"
#include "storage/raft/voter_history.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::storage {
class Log;
struct LogRecovery;
}  // namespace muir::storage

namespace muir::server {

// The files of the metadata log: `__cluster_metadata-0` with its segments, snapshots and quorum-state, as Apache Kafka
// reads and writes them (docs/formats/metadata-log.md).  It decides nothing; MetadataQuorum does.
// Owner: the MetadataQuorum, on the controller's thread.
class MetadataLog {
 public:
  struct Params {
    std::string directory;                                       // "<metadata.log.dir>/__cluster_metadata-0"
    std::int32_t segment_bytes = 1 << 30;                        // metadata.log.segment.bytes
    std::int64_t segment_ms = 7LL * 24 * 3600 * 1000;            // metadata.log.segment.ms
    std::int64_t max_retention_bytes = 100 << 20;                // metadata.max.retention.bytes; negative: no bound
    std::int64_t max_retention_ms = 7LL * 24 * 3600 * 1000;      // metadata.max.retention.ms; negative: no bound
    std::int64_t max_record_bytes_between_snapshots = 20 << 20;  // metadata.log.max.record.bytes.between.snapshots
    std::chrono::milliseconds max_snapshot_interval{3'600'000};  // metadata.log.max.snapshot.interval.ms; 0: never
    storage::VoterSet static_voters;                             // controller.quorum.voters
  };

  // Opens and recovers the log, cuts it at a hole that a power cut may leave above what was committed, drops unfinished
  // snapshots, and reads what concerns the quorum itself from the newest snapshot and the log behind it.  Blocking.  A
  // directory that is not there is created.  Fails with missing_snapshot, malformed_snapshot, malformed_control_record,
  // unsupported_kraft_version, malformed_quorum_state, or what Log says.
  static Result<std::unique_ptr<MetadataLog>> open(storage::Disk& disk, Params params, const Clock& clock);

  ~MetadataLog();

  const Params& params() const { return params_; }
  // As found by open(); what happens later, storage::QuorumState is told.
  const storage::LogSummary& found_log() const { return found_log_; }
  const storage::VoterHistory& found_voters() const { return found_voters_; }
  const storage::LogRecovery& recovery() const;
  const storage::ElectionState& found_election() const { return found_election_; }
  std::uint64_t found_bytes_after_snapshot() const { return found_bytes_after_snapshot_; }

  Offset end_offset() const;    // Exclusive: the next offset to be appended.
  Offset start_offset() const;  // Inclusive.
  void set_high_watermark(Offset high_watermark);

  // On the disk when it ends.
  Task<Result<void>> persist(storage::ElectionState election, std::int16_t kraft_version, storage::VoterSet voters);

  // Appends one batch, which says its own offset and epoch.  In the log, not yet on the disk, when it ends.
  Task<Result<void>> append(MutableByteView batch, Epoch epoch);
  // Everything appended before is on the disk when it ends.
  Task<Result<void>> sync();

  // Whole batches from the one that begins at `from`, about a MiB, nothing at or above `upper_bound`.
  Task<Result<OwnedBytes>> read(Offset from, Offset upper_bound);
  // Whether `offset` is where a batch begins, or the end of the log.
  Task<Result<bool>> is_batch_aligned(Offset offset);

  std::optional<storage::OffsetAndEpoch> latest_snapshot() const;
  bool has_snapshot(storage::OffsetAndEpoch id) const { return snapshots_.contains(id); }
  Task<Result<Snapshot>> read_snapshot(storage::OffsetAndEpoch id);
  Task<Result<void>> write_snapshot(storage::OffsetAndEpoch id, Snapshot snapshot);

  // Drops the oldest snapshots, and the log below the oldest that stays, while retention is exceeded; the newest stays
  // always.  Returns where the log now starts, if it was trimmed.
  Task<Result<std::optional<storage::OffsetAndEpoch>>> trim();

  Task<Result<void>> close();

 private:
  struct SnapshotFacts {
    std::uint64_t size_bytes = 0;
    std::int64_t last_contained_timestamp_ms = 0;
  };

  MetadataLog(storage::Disk& disk, Params params, const Clock& clock);

  Task<Result<void>> find_snapshots();
  Task<Result<void>> learn_snapshot(storage::OffsetAndEpoch id);
  Task<Result<void>> drop_log_behind_snapshot();
  Task<Result<void>> load_voters();
  Result<void> summarize();
  Result<void> learn_voters(const ReadBatch& batch);
  Task<Result<void>> load();
  bool exceeds_retention(const SnapshotFacts& oldest) const;
  Task<Result<bool>> trim_to(storage::OffsetAndEpoch id);
  std::string path_of(storage::OffsetAndEpoch id) const { return params_.directory + "/" + snapshot_file_name(id); }

  storage::Disk& disk_;
  Params params_;
  const Clock& clock_;
  std::unique_ptr<storage::Log> log_;
  std::map<storage::OffsetAndEpoch, SnapshotFacts> snapshots_;  // Complete ones.
  storage::LogSummary found_log_;
  storage::VoterHistory found_voters_;
  storage::ElectionState found_election_;
  std::uint64_t found_bytes_after_snapshot_ = 0;
  bool was_clean_ = false;
};

}  // namespace muir::server

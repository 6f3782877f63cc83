#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/quorum/metadata_batch.h"
#include "storage/disk/disk.h"
#include "storage/raft/log_position.h"
#include "storage/raft/voter_set.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// Snapshots of the metadata log (KIP-630): `<20 digits end offset>-<10 digits epoch>.checkpoint`, batches that count
// from offset 0.  The first is a control batch that begins with a header, the last one that ends with a footer.
// `bootstrap.checkpoint` has the same format.  docs/formats/metadata-log.md.

inline constexpr std::uint64_t kSnapshotBytesMax = std::uint64_t{4} << 30;

// What the name of a file in the log's directory says of a snapshot.
struct SnapshotName {
  enum class State { complete, partial, deleted };
  storage::OffsetAndEpoch id;
  State state = State::complete;
};
std::optional<SnapshotName> parse_snapshot_name(std::string_view name);
std::string snapshot_file_name(storage::OffsetAndEpoch id);          // "...checkpoint"
std::string deleted_snapshot_file_name(storage::OffsetAndEpoch id);  // "...checkpoint.deleted"

// What a snapshot holds, in memory.
struct Snapshot {
  std::int64_t last_contained_timestamp_ms = 0;
  std::optional<std::int16_t> kraft_version;  // With a dynamic quorum.
  std::optional<storage::VoterSet> voters;
  std::vector<OwnedBytes> records;  // Whole frames.
};

// The bytes of a snapshot of `id`.  `timestamp_ms`: now.  Kafka's two kinds differ in nothing but their batches.
Result<std::vector<OwnedBytes>> build_snapshot(const Snapshot& snapshot, storage::OffsetAndEpoch id,
                                               std::int64_t timestamp_ms);

// Takes a snapshot apart, batch by batch.  Fails with malformed_snapshot, also when the footer is missing.
class SnapshotParser {
 public:
  Result<> add(const ReadBatch& batch);
  Result<Snapshot> finish();

 private:
  Snapshot snapshot_;
  bool has_header_ = false;
  bool has_footer_ = false;
};
Result<Snapshot> parse_snapshot(ByteView bytes);

// Whole or not at all: `<name>.part`-like first, synced, made read-only by nobody, renamed, the directory synced.
Task<Result<void>> write_snapshot_file(storage::Disk& disk, std::string directory, std::string name,
                                       std::vector<OwnedBytes> batches);

// A batch at a time, so that memory holds the records but never the file as well.
Task<Result<Snapshot>> read_snapshot_file(storage::Disk& disk, std::string path);

}  // namespace muir::server

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/replication/truncation.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"

namespace muir::server {

// How far a reader may see.
enum class FetchIsolation {
  log_end,         // A follower, and a debugging consumer (replica id -2).
  high_watermark,  // read_uncommitted.
  txn_committed,   // read_committed: up to the last stable offset.
};

// Who fetches, and how: what holds for all partitions of one request.
struct FetchReader {
  FetchIsolation isolation = FetchIsolation::high_watermark;
  bool leader_only = true;           // False: a follower may answer too (KIP-392), or a debugging consumer asks.
  NodeId follower = kNoNode;         // The replica that fetches; none: a consumer.
  std::int64_t follower_epoch = -1;  // Its broker epoch, since version 15.
};

// What one fetch wants of one partition.
struct PartitionFetch {
  Offset fetch_offset{};
  std::uint64_t bytes_max = 0;
  bool at_least_one_batch = false;            // Even if it is larger than bytes_max (KIP-74).
  std::optional<Epoch> current_leader_epoch;  // Nothing: unchecked.
  std::optional<Epoch> last_fetched_epoch;    // Given: look for divergence.
  Offset follower_log_start = kNoOffset;
  bool counts_as_fetch = true;  // False when the same request reads again: the follower has said nothing new.
};

struct AbortedTransaction {
  ProducerId producer_id;
  Offset first_offset;
  friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
};

// What a partition gives to one fetch.  The slice pins its file; the bytes are read when they are sent.
struct PartitionRead {
  Offset high_watermark = kNoOffset;
  Offset last_stable_offset = kNoOffset;
  Offset log_start_offset = kNoOffset;
  storage::FileSlice records;
  // Nothing unless the isolation is txn_committed, as Kafka's null.
  std::optional<std::vector<AbortedTransaction>> aborted_transactions;
  std::optional<storage::EpochEnd> diverging_epoch;  // The reader's log went another way: no records (KIP-595).
  NodeId preferred_read_replica = kNoNode;           // Fetch there instead (KIP-392).
  std::uint64_t moves = 0;                           // Partition::moves() when it was read.
};

}  // namespace muir::server

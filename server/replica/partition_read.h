#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/replication/truncation.h"
#include "wire/base/ids.h"

namespace muir::server {

// How far a reader may see.
enum class FetchIsolation {
  log_end,         // A follower, and a debugging consumer (replica id -2).
  high_watermark,  // read_uncommitted.
  txn_committed,   // read_committed: up to the last stable offset.
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
};

}  // namespace muir::server

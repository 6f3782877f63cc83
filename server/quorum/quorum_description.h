#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/raft/voter_set.h"
#include "wire/base/ids.h"

namespace muir::server {

// What DescribeQuorum answers (KIP-595, KIP-836, KIP-853).  Times are Unix milliseconds, -1 where not known.
struct QuorumDescription {
  struct Replica {
    storage::ReplicaKey key;
    Offset log_end_offset = kNoOffset;
    std::int64_t last_fetch_timestamp_ms = -1;
    std::int64_t last_caught_up_timestamp_ms = -1;
  };

  NodeId leader_id = kNoNode;
  Epoch leader_epoch;
  Offset high_watermark = kNoOffset;
  std::vector<Replica> voters;
  std::vector<Replica> observers;
  std::vector<storage::Voter> nodes;  // The endpoints of the voters.
};

}  // namespace muir::server

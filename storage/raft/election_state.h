#pragma once

#include <optional>

#include "storage/raft/voter_set.h"
#include "wire/base/ids.h"

namespace muir::storage {

// What a replica must never forget: the newest epoch it heard of, whom it voted for in it, and who won it.  On disk it
// is `quorum-state`, and it is there before anybody is told.
struct ElectionState {
  Epoch epoch{0};
  std::optional<NodeId> leader_id;
  std::optional<ReplicaKey> voted;

  bool is_leader(NodeId id) const { return leader_id == id; }
  // A vote written under kraft.version 0 has no directory: then the node alone tells.
  bool has_voted_for(const ReplicaKey& replica) const {
    return voted && voted->id == replica.id &&
           (voted->directory_id.is_zero() || voted->directory_id == replica.directory_id);
  }
  bool operator==(const ElectionState&) const = default;
};

}  // namespace muir::storage

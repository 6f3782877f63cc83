#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "storage/raft/log_position.h"
#include "storage/raft/voter_set.h"

// The messages of KRaft (KIP-595, KIP-630, KIP-853, KIP-996) without what the wire adds: cluster id, topic and
// partition are checked by the shell, and record bytes stay with it.

namespace muir::storage {

// What a replica may answer instead of doing what it was asked; the shell knows Kafka's codes.
enum class QuorumError : std::uint8_t {
  none,
  fenced_leader_epoch,     // The sender's epoch is older than ours.
  unknown_leader_epoch,    // The sender's epoch is newer than ours, and only a leader can answer.
  not_leader_or_follower,  // Only a leader can answer, and we are not.
  invalid_request,         // No correct replica sends this.
  invalid_voter_key,       // Meant for a replica that once lived here.
  unsupported_version,     // The receiver is too old for this request.
};

// What every response says of the sender's epoch.
struct LeaderHint {
  Epoch epoch;
  std::optional<NodeId> leader_id;
  std::vector<Endpoint> leader_endpoints;

  bool operator==(const LeaderHint&) const = default;
};

// "May I lead?"  With pre_vote: "Would you elect me, if I asked?", which changes nothing at the receiver (KIP-996).
struct VoteRequest {
  ReplicaKey candidate;
  Epoch epoch;                      // The epoch to be led; with pre_vote the candidate's current one.
  OffsetAndEpoch log_end;           // How far the candidate's log reaches.
  std::optional<ReplicaKey> voter;  // Whom the candidate means; none from versions before KIP-853.
  bool pre_vote = false;
};
struct VoteResponse {
  QuorumError error = QuorumError::none;
  LeaderHint leader;
  bool granted = false;
};

// "I lead this epoch; fetch from me."
struct BeginQuorumEpochRequest {
  NodeId leader_id;
  Epoch epoch;
  std::vector<Endpoint> leader_endpoints;
  std::optional<ReplicaKey> voter;
};
struct BeginQuorumEpochResponse {
  QuorumError error = QuorumError::none;
  LeaderHint leader;
};

// "I stop leading; elect another, the first of these soonest."
struct EndQuorumEpochRequest {
  NodeId leader_id;
  Epoch epoch;
  std::vector<Endpoint> leader_endpoints;
  std::vector<ReplicaKey> preferred_candidates;
};
struct EndQuorumEpochResponse {
  QuorumError error = QuorumError::none;
  LeaderHint leader;
};

// "I have everything below `offset`; what follows?"  From a voter it also says: and it is on my disk.
struct QuorumFetchRequest {
  ReplicaKey replica;
  Epoch current_leader_epoch;
  Offset offset;
  Epoch last_fetched_epoch;
};
struct QuorumFetchResponse {
  QuorumError error = QuorumError::none;
  LeaderHint leader;
  Offset high_watermark = kNoOffset;  // -1: the leader does not know it yet.
  std::optional<OffsetAndEpoch> diverging;
  std::optional<OffsetAndEpoch> snapshot;  // Fetch this one first.
};

// Which request is answered, and by whom.
struct Answered {
  NodeId from;
  std::uint64_t number = 0;  // SendRequest::number.
};

using QuorumRequest = std::variant<VoteRequest, BeginQuorumEpochRequest, EndQuorumEpochRequest, QuorumFetchRequest>;
using QuorumResponse =
    std::variant<VoteResponse, BeginQuorumEpochResponse, EndQuorumEpochResponse, QuorumFetchResponse>;

}  // namespace muir::storage

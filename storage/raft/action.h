#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "storage/raft/election_state.h"
#include "storage/raft/log_position.h"
#include "storage/raft/messages.h"
#include "storage/raft/voter_set.h"

// What QuorumState wants done.  The actions of one event are carried out in order, and one that fails stops those after
// it: a vote is on the disk before the candidate hears of it, a leader's first record follows its election.

namespace muir::storage {

// Write `quorum-state` and sync it before going on.
struct PersistElection {
  ElectionState election;
};

// Append the control batch that opens a leader's epoch.  The two records of a dynamic quorum follow in the same batch
// when the log has never held them, or when they have become wrong (KIP-853).
struct AppendEpochStart {
  Epoch epoch;
  NodeId leader_id;
  std::vector<NodeId> voters;
  std::vector<NodeId> granting_voters;
  std::optional<std::int16_t> kraft_version;
  std::optional<VoterSet> voter_set;
};

struct SendRequest {
  NodeId to;  // A voter, or -2, -3, ...: the first, second, ... entry of `controller.quorum.bootstrap.servers`.
  QuorumRequest request;
  std::uint64_t number = 0;  // Comes back with the answer.
};

// The answer to the request being handled: exactly one for each receive() of a request.  A fetch that finds nothing may
// be parked by the shell and asked again when the log or the high watermark has moved.
struct SendResponse {
  QuorumResponse response;
};

// We lead `epoch`; our first record will be at `start`.
struct BecameLeader {
  Epoch epoch;
  Offset start;
};

// Another leads, or nobody: our uncommitted appends may be lost, and what applied them must go back to the high
// watermark.
struct LeaderChanged {
  Epoch epoch;
  std::optional<NodeId> leader_id;
};

// Everything below is committed.  Never falls.
struct AdvanceHighWatermark {
  Offset offset;
};

struct AppendFetched {};  // Append and sync the records that came with the response being handled.

struct TruncateLog {
  Offset end;
};

struct FetchSnapshot {
  NodeId from;
  OffsetAndEpoch id;
};

// A peer broke the protocol, or two disagree on who leads.  Say so, and do nothing else.
struct ReportViolation {
  std::string what;
};

// Committed records would be lost.  Stop the process.
struct Halt {
  std::string why;
};

using Action = std::variant<PersistElection, AppendEpochStart, SendRequest, SendResponse, BecameLeader, LeaderChanged,
                            AdvanceHighWatermark, AppendFetched, TruncateLog, FetchSnapshot, ReportViolation, Halt>;
using Actions = std::vector<Action>;

}  // namespace muir::storage

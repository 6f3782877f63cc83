#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/raft/action.h"
#include "storage/raft/election_state.h"
#include "storage/raft/leader_state.h"
#include "storage/raft/log_summary.h"
#include "storage/raft/messages.h"
#include "storage/raft/request_pacing.h"
#include "storage/raft/vote_tally.h"
#include "storage/raft/voter_history.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::storage {

struct QuorumConfig {
  ReplicaKey local;
  std::vector<Endpoint> local_endpoints;
  KRaftVersionRange kraft_versions{0, 1};
  std::chrono::milliseconds election_timeout{1000};      // controller.quorum.election.timeout.ms
  std::chrono::milliseconds fetch_timeout{2000};         // controller.quorum.fetch.timeout.ms
  std::chrono::milliseconds election_backoff_max{1000};  // controller.quorum.election.backoff.max.ms
  std::chrono::milliseconds request_timeout{2000};       // controller.quorum.request.timeout.ms
  std::chrono::milliseconds retry_backoff{20};           // controller.quorum.retry.backoff.ms
  int bootstrap_servers = 0;  // How many entries `controller.quorum.bootstrap.servers` has; asked as -2, -3, ...
  std::uint64_t seed = 0;     // Of the random part of election timeouts.
};

// Nobody is known to lead.  Entered with a vote given in this epoch, it is what Raft calls Voted.
struct UnattachedState {
  std::optional<NodeId> leader_id;  // Won this epoch, but where it is reached is not known.
  std::optional<ReplicaKey> voted;
  std::optional<Instant> election_deadline;  // None: an observer, which never asks for votes.
};
// Asks whether it would be elected, before it disturbs anybody with a new epoch (KIP-996).
struct ProspectiveState {
  std::optional<NodeId> leader_id;
  std::vector<Endpoint> leader_endpoints;
  std::optional<ReplicaKey> voted;
  VoteTally tally;
  Instant election_deadline;
};
// Asks to be elected in an epoch of its own.
struct CandidateState {
  VoteTally tally;
  Instant election_deadline;
};
// Fetches from a leader.
struct FollowerState {
  NodeId leader_id;
  std::vector<Endpoint> leader_endpoints;
  std::optional<ReplicaKey> voted;
  Instant fetch_deadline;
  bool has_fetched = false;                         // The leader has answered: others' pre-votes are refused.
  std::optional<OffsetAndEpoch> fetching_snapshot;  // The shell is busy with it; no records are fetched meanwhile.
};
// Led this epoch, and will not lead or vote in it again.  A leader that restarts begins here: records that it lost
// could otherwise get successors with the same offset and epoch.
struct ResignedState {
  std::vector<ReplicaKey> preferred_candidates;
  std::vector<NodeId> unacknowledged;  // Voters that have not answered our EndQuorumEpoch.
  Instant election_deadline;
};

// One replica of the metadata quorum: KRaft consensus as a pure state machine (KIP-595, 630, 853, 996).  An event goes
// in, actions come out, and they must be carried out in order.  It has no clock, no disk and no network; the log is
// known by its summary.  With one voter it elects itself; more voters need nothing but messages.
// Owner: the driver (server/quorum), on the controller's thread.
class QuorumState {
 public:
  // `saved` as read from quorum-state, `log` and `voters` as found in the log and its newest snapshot.
  QuorumState(QuorumConfig config, ElectionState saved, LogSummary log, VoterHistory voters);

  // The first event, once.
  Actions start(Instant now);
  // Time has passed.  To be called no later than next_deadline().
  Actions tick(Instant now);
  Instant next_deadline(Instant now) const;

  Actions receive(const VoteRequest& request, Instant now);
  Actions receive(const BeginQuorumEpochRequest& request, Instant now);
  Actions receive(const EndQuorumEpochRequest& request, Instant now);
  Actions receive(const QuorumFetchRequest& request, Instant now);
  Actions receive(Answered request, const VoteResponse& response, Instant now);
  Actions receive(Answered request, const BeginQuorumEpochResponse& response, Instant now);
  Actions receive(Answered request, const EndQuorumEpochResponse& response, Instant now);
  Actions receive(Answered request, const QuorumFetchResponse& response, Instant now);
  // No answer came: the connection broke.
  Actions request_failed(NodeId to, Instant now);

  // The log has accepted records of `epoch`, ours or fetched ones, up to `end`.  They are not on the disk yet.
  void appended(Offset end, Epoch epoch);
  // The log is on the disk below `end`.
  Actions synced(Offset end);
  // A KRaftVoters or KRaftVersion record entered the log.
  Actions voters_appended(Offset at, VoterSet voters);
  void kraft_version_appended(Offset at, std::int16_t version) { voters_.add(at, version); }
  // Snapshot bookkeeping: one was written (or fetched: then the log restarts at it); the log was trimmed to one.
  void snapshot_written(OffsetAndEpoch id) { log_.add_snapshot(id); }
  Actions snapshot_fetched(OffsetAndEpoch id, VoterHistory voters);
  void trimmed_to(OffsetAndEpoch id);

  // A leader stops leading: on purpose, or because its disk failed.
  Actions resign(Instant now);

  Epoch epoch() const { return epoch_; }
  std::optional<NodeId> leader_id() const;
  std::optional<Offset> high_watermark() const;
  ElectionState election() const;
  std::string_view state_name() const;
  bool is_leader() const { return std::holds_alternative<LeaderState>(state_); }
  bool is_voter() const { return voters_.voters().is_voter(config_.local); }
  LeaderState* leader() { return std::get_if<LeaderState>(&state_); }
  const LogSummary& log() const { return log_; }
  const VoterHistory& voters() const { return voters_; }

 private:
  using State =
      std::variant<UnattachedState, ProspectiveState, CandidateState, LeaderState, FollowerState, ResignedState>;

  // Transitions (quorum_transitions.cc).  Each appends what it wants done to `actions`.
  void restore(Actions& actions, Instant now);
  void become_unattached(Epoch epoch, std::optional<NodeId> leader_id, Actions& actions, Instant now);
  void become_prospective(Actions& actions, Instant now);
  void become_candidate(Actions& actions, Instant now);
  void become_leader(Actions& actions, Instant now);
  void become_follower(Epoch epoch, NodeId leader, std::vector<Endpoint> endpoints, Actions& actions, Instant now);
  void become_resigned(Actions& actions, Instant now);
  void move_on_if_elected(Actions& actions, Instant now);
  void give_up_prospect(Actions& actions, Instant now);
  void persist(Actions& actions) const;
  std::optional<Instant> deadline_of_unattached(Instant now);
  Instant random_election_deadline(Instant now);

  // Votes (quorum_votes.cc).
  bool can_grant(const VoteRequest& request) const;
  void remember_vote(const ReplicaKey& candidate, Actions& actions, Instant now);
  void answer_vote(QuorumError error, bool granted, Actions& actions) const;
  void request_votes(VoteTally& tally, bool pre_vote, Actions& actions, Instant now);

  // What every message says of epochs and leaders (quorum_epochs.cc).
  LeaderHint hint() const;
  QuorumError check_voter_request(NodeId sender, Epoch epoch) const;
  bool is_meant_for_us(const std::optional<ReplicaKey>& voter) const;
  bool is_consistent(Epoch epoch, std::optional<NodeId> leader) const;
  std::vector<Endpoint> endpoints_of(const LeaderHint& hint) const;
  bool follow(const LeaderHint& hint, Actions& actions, Instant now);
  // True: the response has said all it had to say.
  bool absorb(QuorumError error, const LeaderHint& hint, Actions& actions, Instant now);
  std::chrono::milliseconds backoff_after_end(const std::vector<ReplicaKey>& candidates) const;
  void tell_silent_voters(LeaderState& leader, Actions& actions, Instant now);
  void tell_of_resignation(ResignedState& resigned, Actions& actions, Instant now);

  // Fetching (quorum_fetches.cc).
  void fetch(NodeId from, Actions& actions, Instant now);
  void fetch_from_anybody(Actions& actions, Instant now);
  void take(const QuorumFetchResponse& response, NodeId from, Actions& actions);

  void advance(Actions& actions);
  bool send(NodeId to, QuorumRequest request, Actions& actions, Instant now);

  QuorumConfig config_;
  ElectionState saved_;
  LogSummary log_;
  VoterHistory voters_;
  std::mt19937_64 random_;
  RequestPacing pacing_;
  Epoch epoch_{0};
  State state_;
  // As last announced.  A leader's own counts from the first record of its epoch that is committed.
  std::optional<Offset> high_watermark_;
  Offset leader_high_watermark_ = kNoOffset;  // What the leader we follow said last.
  int next_bootstrap_server_ = 0;
};

}  // namespace muir::storage

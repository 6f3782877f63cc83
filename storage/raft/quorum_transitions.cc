#include <algorithm>
#include <type_traits>
#include <utility>

#include "storage/raft/quorum_state.h"
#include "wire/base/check.h"

namespace muir::storage {

// A replica goes on in the state it stopped in, except that a leader never leads the same epoch twice.
void QuorumState::restore(Actions& actions, Instant now) {
  const Epoch last_written = log_.end().epoch;
  epoch_ = std::max(saved_.epoch, last_written);

  if (saved_.epoch < last_written) {
    state_ = UnattachedState{.election_deadline = random_election_deadline(now)};
  } else if (saved_.is_leader(config_.local.id)) {
    ResignedState resigned{.election_deadline = random_election_deadline(now)};
    for (const NodeId id : voters_.voters().ids())
      if (id != config_.local.id) resigned.unacknowledged.push_back(id);
    state_ = std::move(resigned);
  } else if (saved_.has_voted_for(config_.local) && is_voter()) {
    CandidateState candidate{VoteTally{voters_.voters()}, random_election_deadline(now)};
    candidate.tally.record(config_.local.id, true);
    state_ = std::move(candidate);
  } else if (const Voter* leader = saved_.leader_id ? voters_.voters().find(*saved_.leader_id) : nullptr) {
    state_ = FollowerState{.leader_id = leader->key.id,
                           .leader_endpoints = leader->endpoints,
                           .voted = saved_.voted,
                           .fetch_deadline = now + config_.fetch_timeout};
  } else {
    state_ = UnattachedState{saved_.leader_id, saved_.voted, random_election_deadline(now)};
  }
  persist(actions);
}

void QuorumState::become_unattached(Epoch epoch, std::optional<NodeId> leader_id, Actions& actions, Instant now) {
  CHECK(epoch_ < epoch || (epoch == epoch_ && std::holds_alternative<ProspectiveState>(state_)));
  UnattachedState next{.leader_id = leader_id, .election_deadline = deadline_of_unattached(now)};
  if (epoch == epoch_) next.voted = election().voted;  // One vote an epoch.
  epoch_ = epoch;
  state_ = std::move(next);
  pacing_.reset();
  persist(actions);
  actions.push_back(LeaderChanged{epoch_, leader_id});
}

// Whoever was about to ask for votes goes on waiting for its turn; new epochs of others must not starve it.
std::optional<Instant> QuorumState::deadline_of_unattached(Instant now) {
  if (!is_voter()) return std::nullopt;
  if (const auto* unattached = std::get_if<UnattachedState>(&state_); unattached && unattached->election_deadline)
    return unattached->election_deadline;
  if (const auto* candidate = std::get_if<CandidateState>(&state_)) return candidate->election_deadline;
  if (const auto* resigned = std::get_if<ResignedState>(&state_)) return resigned->election_deadline;
  if (const auto* prospective = std::get_if<ProspectiveState>(&state_); prospective && !prospective->tally.is_lost())
    return prospective->election_deadline;
  return random_election_deadline(now);
}

void QuorumState::become_prospective(Actions& actions, Instant now) {
  CHECK(is_voter() && !is_leader());
  const ElectionState before = election();
  ProspectiveState next{.leader_id = before.leader_id,
                        .leader_endpoints = hint().leader_endpoints,
                        .voted = before.voted,
                        .tally = VoteTally{voters_.voters()},
                        .election_deadline = random_election_deadline(now)};
  // Ourselves as leader of this epoch is history: we may only win a later one.
  if (next.leader_id == config_.local.id) next.leader_endpoints.clear();
  next.tally.record(config_.local.id, true);
  state_ = std::move(next);
  pacing_.reset();
  move_on_if_elected(actions, now);  // What is persisted stays the same.
}

void QuorumState::become_candidate(Actions& actions, Instant now) {
  CHECK(is_voter() && std::holds_alternative<ProspectiveState>(state_));
  epoch_ = Epoch{epoch_.value + 1};
  CandidateState next{VoteTally{voters_.voters()}, random_election_deadline(now)};
  next.tally.record(config_.local.id, true);
  state_ = std::move(next);
  pacing_.reset();
  persist(actions);
  actions.push_back(LeaderChanged{epoch_, std::nullopt});
  move_on_if_elected(actions, now);
}

void QuorumState::become_leader(Actions& actions, Instant now) {
  auto& candidate = std::get<CandidateState>(state_);
  CHECK(candidate.tally.is_won());
  const Offset start = log_.end_offset();
  const VoterSet& voters = voters_.voters();
  AppendEpochStart opening{epoch_, config_.local.id, voters.ids(), candidate.tally.granting(), {}, {}};

  const Voter local{config_.local, config_.local_endpoints, config_.kraft_versions};
  const bool voters_never_written = voters_.voters_offset() == VoterHistory::kBeforeTheLog;
  if (voters_.kraft_version() > 0 && (voters_never_written || voters.needs_update(local))) {
    opening.kraft_version = voters_.kraft_version();
    opening.voter_set = voters.updated(local);
  }

  state_ = LeaderState{config_.local, epoch_, start, voters, candidate.tally.granting(), config_.fetch_timeout, now};
  pacing_.reset();
  log_.begin_epoch(epoch_);
  persist(actions);
  actions.push_back(BecameLeader{epoch_, start});
  actions.push_back(std::move(opening));
}

void QuorumState::become_follower(Epoch epoch, NodeId leader, std::vector<Endpoint> endpoints, Actions& actions,
                                  Instant now) {
  CHECK(epoch_ <= epoch && leader != config_.local.id && !endpoints.empty());
  FollowerState next{
      .leader_id = leader, .leader_endpoints = std::move(endpoints), .fetch_deadline = now + config_.fetch_timeout};
  if (epoch == epoch_) next.voted = election().voted;
  epoch_ = epoch;
  state_ = std::move(next);
  leader_high_watermark_ = kNoOffset;
  pacing_.reset();
  persist(actions);
  actions.push_back(LeaderChanged{epoch_, leader});
}

// Nothing to persist: a leader that restarts is resigned anyway.
void QuorumState::become_resigned(Actions& actions, Instant now) {
  auto& leader = std::get<LeaderState>(state_);
  ResignedState next{.preferred_candidates = leader.successors(), .election_deadline = random_election_deadline(now)};
  for (const ReplicaKey& voter : next.preferred_candidates) next.unacknowledged.push_back(voter.id);
  state_ = std::move(next);
  pacing_.reset();
  actions.push_back(LeaderChanged{epoch_, std::nullopt});
}

void QuorumState::move_on_if_elected(Actions& actions, Instant now) {
  if (const auto* prospective = std::get_if<ProspectiveState>(&state_); prospective && prospective->tally.is_won())
    become_candidate(actions, now);
  else if (const auto* candidate = std::get_if<CandidateState>(&state_); candidate && candidate->tally.is_won())
    become_leader(actions, now);
}

void QuorumState::give_up_prospect(Actions& actions, Instant now) {
  const auto prospective = std::get<ProspectiveState>(state_);
  if (prospective.leader_id && !prospective.leader_endpoints.empty())
    become_follower(epoch_, *prospective.leader_id, prospective.leader_endpoints, actions, now);
  else
    become_unattached(epoch_, prospective.leader_id, actions, now);
}

void QuorumState::persist(Actions& actions) const { actions.push_back(PersistElection{election()}); }

Instant QuorumState::random_election_deadline(Instant now) {
  const std::int64_t base = config_.election_timeout.count();
  if (base == 0) return now;
  return now +
         std::chrono::milliseconds{base + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(base))};
}

}  // namespace muir::storage

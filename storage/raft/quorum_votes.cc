#include <optional>

#include "storage/raft/quorum_state.h"

namespace muir::storage {

Actions QuorumState::receive(const VoteRequest& request, Instant now) {
  Actions actions;
  // A candidate asks for an epoch that its log cannot have yet; a pre-vote asks for none.
  const bool illegal_epoch =
      request.pre_vote ? request.epoch < request.log_end.epoch : request.epoch <= request.log_end.epoch;
  if (request.log_end.offset < Offset{0} || request.log_end.epoch < Epoch{0} || illegal_epoch) {
    answer_vote(QuorumError::invalid_request, false, actions);
    return actions;
  }
  if (const auto error = check_voter_request(request.candidate.id, request.epoch); error != QuorumError::none) {
    answer_vote(error, false, actions);
    return actions;
  }
  if (epoch_ < request.epoch) become_unattached(request.epoch, std::nullopt, actions, now);
  if (!is_meant_for_us(request.voter)) {
    answer_vote(QuorumError::invalid_voter_key, false, actions);
    return actions;
  }

  const bool granted = can_grant(request);
  if (granted && !request.pre_vote) remember_vote(request.candidate, actions, now);
  answer_vote(QuorumError::none, granted, actions);
  return actions;
}

// KIP-996: whoever hears from a leader refuses pre-votes; everybody else grants one to a log that is not behind.  A
// real vote goes to the first who asks in an epoch without a leader.
bool QuorumState::can_grant(const VoteRequest& request) const {
  const bool up_to_date = log_.end() <= request.log_end;
  if (is_leader()) return false;
  if (const auto* follower = std::get_if<FollowerState>(&state_))
    return request.pre_vote && up_to_date && !follower->has_fetched;
  if (request.pre_vote) return up_to_date;
  if (std::holds_alternative<CandidateState>(state_) || std::holds_alternative<ResignedState>(state_)) return false;

  const ElectionState now = election();  // Unattached or Prospective.
  if (now.voted) return now.has_voted_for(request.candidate);
  return !now.leader_id && up_to_date;
}

// The candidate has at least as good a chance as we have: it gets a whole election timeout from now.
void QuorumState::remember_vote(const ReplicaKey& candidate, Actions& actions, Instant now) {
  if (election().voted) return;  // Asked twice.
  if (auto* unattached = std::get_if<UnattachedState>(&state_)) {
    unattached->voted = candidate;
    unattached->election_deadline = random_election_deadline(now);
  } else if (auto* prospective = std::get_if<ProspectiveState>(&state_)) {
    prospective->voted = candidate;
    prospective->tally = VoteTally{voters_.voters()};
    prospective->tally.record(config_.local.id, true);
    prospective->election_deadline = random_election_deadline(now);
  }
  persist(actions);
}

void QuorumState::answer_vote(QuorumError error, bool granted, Actions& actions) const {
  actions.push_back(SendResponse{VoteResponse{error, hint(), granted}});
}

Actions QuorumState::receive(Answered request, const VoteResponse& response, Instant now) {
  Actions actions;
  if (!pacing_.answered(request.from, request.number)) return actions;
  if (response.error == QuorumError::unsupported_version && std::holds_alternative<ProspectiveState>(state_)) {
    become_candidate(actions, now);  // It does not know pre-votes.
    return actions;
  }
  if (absorb(response.error, response.leader, actions, now)) return actions;

  if (auto* prospective = std::get_if<ProspectiveState>(&state_)) {
    prospective->tally.record(request.from, response.granted);
    if (prospective->tally.is_lost()) {
      give_up_prospect(actions, now);
      return actions;
    }
  } else if (auto* candidate = std::get_if<CandidateState>(&state_)) {
    candidate->tally.record(request.from, response.granted);  // Lost: waits out its time, then asks again.
  }
  move_on_if_elected(actions, now);
  if (auto* candidate = std::get_if<CandidateState>(&state_)) request_votes(candidate->tally, false, actions, now);
  return actions;
}

void QuorumState::request_votes(VoteTally& tally, bool pre_vote, Actions& actions, Instant now) {
  if (tally.is_lost()) return;
  for (const NodeId id : tally.undecided()) {
    const Voter* voter = voters_.voters().find(id);
    if (voter == nullptr) continue;
    send(id, VoteRequest{config_.local, epoch_, log_.end(), voter->key, pre_vote}, actions, now);
  }
}

}  // namespace muir::storage

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "storage/raft/quorum_state.h"

namespace muir::storage {

LeaderHint QuorumState::hint() const {
  LeaderHint hint{epoch_, leader_id(), {}};
  if (is_leader() || std::holds_alternative<ResignedState>(state_)) hint.leader_endpoints = config_.local_endpoints;
  if (const auto* follower = std::get_if<FollowerState>(&state_)) hint.leader_endpoints = follower->leader_endpoints;
  if (const auto* prospective = std::get_if<ProspectiveState>(&state_))
    hint.leader_endpoints = prospective->leader_endpoints;
  return hint;
}

QuorumError QuorumState::check_voter_request(NodeId sender, Epoch epoch) const {
  if (epoch < epoch_) return QuorumError::fenced_leader_epoch;
  if (sender < NodeId{0}) return QuorumError::invalid_request;
  return QuorumError::none;
}

bool QuorumState::is_meant_for_us(const std::optional<ReplicaKey>& voter) const {
  if (!voter) return true;
  return voter->id == config_.local.id &&
         (voter->directory_id.is_zero() || voter->directory_id == config_.local.directory_id);
}

bool QuorumState::is_consistent(Epoch epoch, std::optional<NodeId> leader) const {
  if (leader == config_.local.id) return is_leader();
  const auto known = leader_id();
  return epoch != epoch_ || !leader || !known || leader == known;
}

std::vector<Endpoint> QuorumState::endpoints_of(const LeaderHint& hint) const {
  if (!hint.leader_endpoints.empty() || !hint.leader_id) return hint.leader_endpoints;
  const Voter* leader = voters_.voters().find(*hint.leader_id);
  return leader != nullptr ? leader->endpoints : std::vector<Endpoint>{};
}

// Takes over what a message says of a newer epoch, or of who leads this one.  False: it cannot be true.
bool QuorumState::follow(const LeaderHint& hint, Actions& actions, Instant now) {
  if (!is_consistent(hint.epoch, hint.leader_id)) {
    actions.push_back(ReportViolation{fmt::format("leader {} of epoch {} contradicts leader {} of epoch {}",
                                                  hint.leader_id.value_or(kNoNode).value, hint.epoch.value,
                                                  leader_id().value_or(kNoNode).value, epoch_.value)});
    return false;
  }
  auto endpoints = endpoints_of(hint);
  const bool reachable = hint.leader_id && !endpoints.empty();
  const auto known = this->hint();
  if (epoch_ < hint.epoch) {
    if (reachable)
      become_follower(hint.epoch, *hint.leader_id, std::move(endpoints), actions, now);
    else
      become_unattached(hint.epoch, hint.leader_id, actions, now);
  } else if (hint.epoch == epoch_ && reachable && !is_leader() &&
             (!known.leader_id || known.leader_endpoints.size() < endpoints.size())) {
    become_follower(epoch_, *hint.leader_id, std::move(endpoints), actions, now);
  }
  return true;
}

bool QuorumState::absorb(QuorumError error, const LeaderHint& hint, Actions& actions, Instant now) {
  if (hint.epoch < epoch_ || error == QuorumError::unknown_leader_epoch) return true;  // Too late to matter.
  if (!follow(hint, actions, now)) return true;
  return error != QuorumError::none || hint.epoch != epoch_;
}

Actions QuorumState::receive(const BeginQuorumEpochRequest& request, Instant now) {
  Actions actions;
  QuorumError error = check_voter_request(request.leader_id, request.epoch);
  if (error == QuorumError::none) {
    if (!follow({request.epoch, request.leader_id, request.leader_endpoints}, actions, now))
      error = QuorumError::invalid_request;
    else if (!is_meant_for_us(request.voter))
      error = QuorumError::invalid_voter_key;
  }
  actions.push_back(SendResponse{BeginQuorumEpochResponse{error, hint()}});
  return actions;
}

Actions QuorumState::receive(Answered request, const BeginQuorumEpochResponse& response, Instant now) {
  Actions actions;
  if (!pacing_.answered(request.from, request.number)) return actions;
  absorb(response.error, response.leader, actions, now);  // That it follows us, its fetches will say.
  return actions;
}

Actions QuorumState::receive(const EndQuorumEpochRequest& request, Instant now) {
  Actions actions;
  QuorumError error = check_voter_request(request.leader_id, request.epoch);
  if (error == QuorumError::none) {
    if (!follow({request.epoch, request.leader_id, request.leader_endpoints}, actions, now))
      error = QuorumError::invalid_request;
    else if (auto* follower = std::get_if<FollowerState>(&state_); follower && follower->leader_id == request.leader_id)
      follower->fetch_deadline = now + backoff_after_end(request.preferred_candidates);
  }
  actions.push_back(SendResponse{EndQuorumEpochResponse{error, hint()}});
  return actions;
}

// The first candidate stands at once, each later one waits twice as long as the one before it.
std::chrono::milliseconds QuorumState::backoff_after_end(const std::vector<ReplicaKey>& candidates) const {
  const auto ours = std::ranges::find_if(candidates, [&](const ReplicaKey& key) { return is_meant_for_us(key); });
  const auto position = static_cast<std::size_t>(ours - candidates.begin());
  if (candidates.empty() || position == 0) return std::chrono::milliseconds{0};
  if (ours == candidates.end()) return config_.election_backoff_max;
  constexpr std::size_t kDoublingsMax = 30;
  const auto base = config_.election_backoff_max.count() >> std::min(candidates.size() - 1, kDoublingsMax);
  const std::chrono::milliseconds backoff{base << std::min(position - 1, kDoublingsMax)};
  return std::min(backoff, config_.election_backoff_max);
}

Actions QuorumState::receive(Answered request, const EndQuorumEpochResponse& response, Instant now) {
  Actions actions;
  if (!pacing_.answered(request.from, request.number)) return actions;
  if (absorb(response.error, response.leader, actions, now)) return actions;
  if (auto* resigned = std::get_if<ResignedState>(&state_)) std::erase(resigned->unacknowledged, request.from);
  return actions;
}

void QuorumState::tell_silent_voters(LeaderState& leader, Actions& actions, Instant now) {
  for (const ReplicaKey& voter : leader.silent_voters(now)) {
    if (pacing_.is_ready(voter.id, now))
      send(voter.id, BeginQuorumEpochRequest{config_.local.id, epoch_, config_.local_endpoints, voter}, actions, now);
  }
}

void QuorumState::tell_of_resignation(ResignedState& resigned, Actions& actions, Instant now) {
  for (const NodeId voter : resigned.unacknowledged)
    send(voter, EndQuorumEpochRequest{config_.local.id, epoch_, config_.local_endpoints, resigned.preferred_candidates},
         actions, now);
}

}  // namespace muir::storage

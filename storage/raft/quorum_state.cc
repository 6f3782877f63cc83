#include "storage/raft/quorum_state.h"

#include <algorithm>
#include <utility>

#include "wire/base/check.h"

namespace muir::storage {

QuorumState::QuorumState(QuorumConfig config, ElectionState saved, LogSummary log, VoterHistory voters)
    : config_(std::move(config)),
      saved_(saved),
      log_(std::move(log)),
      voters_(std::move(voters)),
      random_(config_.seed),
      pacing_(config_.request_timeout, config_.retry_backoff) {}

Actions QuorumState::start(Instant now) {
  Actions actions;
  restore(actions, now);
  if (std::holds_alternative<CandidateState>(state_))
    move_on_if_elected(actions, now);
  else if (voters_.voters().is_only_voter(config_.local))
    become_prospective(actions, now);  // Nobody to wait for.
  return actions;
}

Actions QuorumState::tick(Instant now) {
  Actions actions;
  if (auto* unattached = std::get_if<UnattachedState>(&state_)) {
    if (is_voter() && unattached->election_deadline && *unattached->election_deadline <= now)
      become_prospective(actions, now);
    else
      fetch_from_anybody(actions, now);
  } else if (auto* follower = std::get_if<FollowerState>(&state_)) {
    if (is_voter() && follower->fetch_deadline <= now)
      become_prospective(actions, now);
    else if (!follower->fetching_snapshot)
      fetch(follower->leader_id, actions, now);
  } else if (auto* candidate = std::get_if<CandidateState>(&state_)) {
    if (candidate->election_deadline <= now) become_prospective(actions, now);
  } else if (auto* prospective = std::get_if<ProspectiveState>(&state_)) {
    if (prospective->election_deadline <= now) give_up_prospect(actions, now);
  } else if (auto* leader = std::get_if<LeaderState>(&state_)) {
    if (leader->has_lost_quorum(now))
      become_resigned(actions, now);
    else
      tell_silent_voters(*leader, actions, now);
  } else if (auto* resigned = std::get_if<ResignedState>(&state_); resigned->election_deadline <= now) {
    // A higher epoch, so that no answer of ours names us as leader any more.
    become_unattached(Epoch{epoch_.value + 1}, std::nullopt, actions, now);
  }

  if (auto* prospective = std::get_if<ProspectiveState>(&state_))
    request_votes(prospective->tally, true, actions, now);
  else if (auto* candidate = std::get_if<CandidateState>(&state_))
    request_votes(candidate->tally, false, actions, now);
  else if (auto* resigned = std::get_if<ResignedState>(&state_))
    tell_of_resignation(*resigned, actions, now);
  return actions;
}

Instant QuorumState::next_deadline(Instant now) const {
  Instant next = now + config_.fetch_timeout / 2;
  const auto sooner = [&](std::optional<Instant> other) {
    if (other) next = std::min(next, *other);
  };
  sooner(pacing_.next(now));
  if (const auto* unattached = std::get_if<UnattachedState>(&state_)) sooner(unattached->election_deadline);
  if (const auto* prospective = std::get_if<ProspectiveState>(&state_)) sooner(prospective->election_deadline);
  if (const auto* candidate = std::get_if<CandidateState>(&state_)) sooner(candidate->election_deadline);
  if (const auto* follower = std::get_if<FollowerState>(&state_)) sooner(follower->fetch_deadline);
  if (const auto* leader = std::get_if<LeaderState>(&state_)) sooner(leader->quorum_deadline());
  if (const auto* resigned = std::get_if<ResignedState>(&state_)) sooner(resigned->election_deadline);
  return std::max(next, now);
}

Actions QuorumState::request_failed(NodeId to, Instant now) {
  pacing_.failed(to, now);
  Actions actions;
  // Perhaps another replica knows of a newer leader.
  if (const auto* follower = std::get_if<FollowerState>(&state_); follower && follower->leader_id == to)
    fetch_from_anybody(actions, now);
  return actions;
}

void QuorumState::appended(Offset end, Epoch epoch) { log_.appended(end, epoch); }

Actions QuorumState::synced(Offset end) {
  log_.synced(end);
  Actions actions;
  if (auto* leader = std::get_if<LeaderState>(&state_)) {
    if (leader->local_synced(end)) advance(actions);
  } else {
    advance(actions);
  }
  return actions;
}

Actions QuorumState::voters_appended(Offset at, VoterSet voters) {
  voters_.add(at, std::move(voters));
  Actions actions;
  if (auto* leader = std::get_if<LeaderState>(&state_); leader && leader->set_voters(voters_.voters()))
    advance(actions);
  return actions;
}

Actions QuorumState::snapshot_fetched(OffsetAndEpoch id, VoterHistory voters) {
  Actions actions;
  auto* follower = std::get_if<FollowerState>(&state_);
  if (follower == nullptr) return actions;
  follower->fetching_snapshot.reset();
  log_.restarted_at(id);
  voters_ = std::move(voters);
  leader_high_watermark_ = std::max(leader_high_watermark_, id.offset);
  advance(actions);
  return actions;
}

void QuorumState::trimmed_to(OffsetAndEpoch id) {
  log_.starts_at(id);
  voters_.forget_before(id.offset);
}

Actions QuorumState::resign(Instant now) {
  Actions actions;
  if (!is_leader()) return actions;
  become_resigned(actions, now);
  tell_of_resignation(std::get<ResignedState>(state_), actions, now);
  return actions;
}

std::optional<NodeId> QuorumState::leader_id() const { return election().leader_id; }

std::optional<Offset> QuorumState::high_watermark() const {
  // A new leader does not know what is committed until a majority holds a record of its own epoch.
  if (const auto* leader = std::get_if<LeaderState>(&state_)) return leader->high_watermark();
  return high_watermark_;
}

ElectionState QuorumState::election() const {
  ElectionState now{.epoch = epoch_};
  if (const auto* unattached = std::get_if<UnattachedState>(&state_)) {
    now.leader_id = unattached->leader_id;
    now.voted = unattached->voted;
  } else if (const auto* prospective = std::get_if<ProspectiveState>(&state_)) {
    now.leader_id = prospective->leader_id;
    now.voted = prospective->voted;
  } else if (const auto* follower = std::get_if<FollowerState>(&state_)) {
    now.leader_id = follower->leader_id;
    now.voted = follower->voted;
  } else if (std::holds_alternative<CandidateState>(state_)) {
    now.voted = config_.local;
  } else {
    now.leader_id = config_.local.id;  // Leader, or Resigned.
  }
  return now;
}

std::string_view QuorumState::state_name() const {
  constexpr std::string_view kNames[] = {"unattached", "prospective", "candidate", "leader", "follower", "resigned"};
  return kNames[state_.index()];
}

void QuorumState::advance(Actions& actions) {
  const std::optional<Offset> reached = high_watermark();
  if (auto* leader = std::get_if<LeaderState>(&state_)) {
    CHECK(leader->high_watermark());
    // What was committed before this epoch is in our log: we could not have been elected without it.
    if (high_watermark_ && *reached <= *high_watermark_) return;
    high_watermark_ = reached;
    actions.push_back(AdvanceHighWatermark{*reached});
    return;
  }
  const Offset held = std::min(leader_high_watermark_, log_.synced_offset());
  if (held < Offset{0} || (high_watermark_ && held <= *high_watermark_)) return;
  high_watermark_ = held;
  actions.push_back(AdvanceHighWatermark{held});
}

bool QuorumState::send(NodeId to, QuorumRequest request, Actions& actions, Instant now) {
  if (!pacing_.is_ready(to, now)) return false;
  const std::uint64_t number = pacing_.sent(to, now);
  actions.push_back(SendRequest{to, std::move(request), number});
  return true;
}

}  // namespace muir::storage

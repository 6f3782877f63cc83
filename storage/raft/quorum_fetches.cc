#include <algorithm>

#include <fmt/format.h>

#include "storage/raft/quorum_state.h"

namespace muir::storage {

// As the leader.  A follower that shares our log up to its offset has thereby acknowledged all of it.
Actions QuorumState::receive(const QuorumFetchRequest& request, Instant now) {
  Actions actions;
  QuorumFetchResponse response;
  auto* leader = std::get_if<LeaderState>(&state_);
  if (request.offset < Offset{0} || request.last_fetched_epoch < Epoch{0} ||
      request.current_leader_epoch < request.last_fetched_epoch || request.replica.id == config_.local.id) {
    response.error = QuorumError::invalid_request;
  } else if (request.current_leader_epoch < epoch_) {
    response.error = QuorumError::fenced_leader_epoch;
  } else if (epoch_ < request.current_leader_epoch) {
    response.error = QuorumError::unknown_leader_epoch;
  } else if (leader == nullptr) {
    response.error = QuorumError::not_leader_or_follower;
  } else {
    const auto snapshot = log_.latest_snapshot();
    auto position = log_.validate(request.offset, request.last_fetched_epoch);
    // An empty log is filled sooner from a snapshot than from records.
    if (request.offset == Offset{0} && snapshot && *snapshot != kBootstrapSnapshotId)
      position = {LogSummary::Position::Kind::snapshot, *snapshot};
    if (position.kind == LogSummary::Position::Kind::snapshot) response.snapshot = position.at;
    if (position.kind == LogSummary::Position::Kind::diverging) response.diverging = position.at;
    const bool counts = position.kind == LogSummary::Position::Kind::valid && request.replica.id >= NodeId{0};
    if (counts && leader->fetched(request.replica, request.offset, log_.end_offset(), now)) advance(actions);
    response.high_watermark = leader->high_watermark().value_or(kNoOffset);
  }
  response.leader = hint();
  actions.push_back(SendResponse{std::move(response)});
  return actions;
}

// A voter's fetch acknowledges: it asks for what follows the part of its log that is on the disk.
void QuorumState::fetch(NodeId from, Actions& actions, Instant now) {
  if (log_.synced_offset() < log_.end_offset()) return;
  send(from, QuorumFetchRequest{config_.local, epoch_, log_.end_offset(), log_.end().epoch}, actions, now);
}

// Whoever answers names the leader.
void QuorumState::fetch_from_anybody(Actions& actions, Instant now) {
  std::vector<NodeId> others;
  for (int i = 0; i < config_.bootstrap_servers; ++i) others.push_back(NodeId{-2 - i});
  if (others.empty())
    for (const NodeId id : voters_.voters().ids())
      if (id != config_.local.id) others.push_back(id);
  if (others.empty()) return;
  const bool waiting = std::ranges::any_of(others, [&](NodeId id) { return !pacing_.is_ready(id, now); });
  if (waiting) return;  // One at a time.
  next_bootstrap_server_ = (next_bootstrap_server_ + 1) % static_cast<int>(others.size());
  fetch(others[static_cast<std::size_t>(next_bootstrap_server_)], actions, now);
}

// As a follower.
Actions QuorumState::receive(Answered request, const QuorumFetchResponse& response, Instant now) {
  Actions actions;
  if (!pacing_.answered(request.from, request.number)) return actions;
  if (absorb(response.error, response.leader, actions, now)) return actions;
  auto* follower = std::get_if<FollowerState>(&state_);
  // A bootstrap server that turned out to be the leader counts as it.
  if (follower == nullptr || (request.from >= NodeId{0} && request.from != follower->leader_id)) return actions;
  follower->fetch_deadline = now + config_.fetch_timeout;
  follower->has_fetched = true;
  take(response, request.from, actions);
  return actions;
}

void QuorumState::take(const QuorumFetchResponse& response, NodeId from, Actions& actions) {
  if (response.diverging) {
    const Offset end = log_.truncation_for(*response.diverging);
    if (high_watermark_ && end < *high_watermark_) {
      actions.push_back(Halt{fmt::format("the leader asks to truncate to {}, below the high watermark {}", end.value,
                                         high_watermark_->value)});
      return;
    }
    log_.truncated_to(end);
    voters_.truncate_to(end);
    actions.push_back(TruncateLog{end});
  } else if (response.snapshot) {
    if (response.snapshot->offset < Offset{0} || response.snapshot->epoch < Epoch{0}) {
      actions.push_back(ReportViolation{"a snapshot id without offset or epoch"});
      return;
    }
    std::get<FollowerState>(state_).fetching_snapshot = response.snapshot;
    actions.push_back(FetchSnapshot{from, *response.snapshot});
  } else {
    leader_high_watermark_ = std::max(leader_high_watermark_, response.high_watermark);
    actions.push_back(AppendFetched{});
    advance(actions);
  }
}

}  // namespace muir::storage

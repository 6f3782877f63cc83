#include "storage/replication/partition_state.h"

#include <algorithm>

#include "wire/base/check.h"

namespace muir::storage {

namespace {

bool contains(const std::vector<NodeId>& brokers, NodeId broker) {
  return std::ranges::find(brokers, broker) != brokers.end();
}

}  // namespace

void PartitionState::log_opened(Offset log_start, Offset log_end, Offset high_watermark) {
  CHECK(log_start <= log_end);
  log_start_ = log_start;
  log_end_ = log_end;
  high_watermark_ = std::clamp(high_watermark, log_start, log_end);
}

ReplicationEffects PartitionState::become_leader(const PartitionRegistration& registration,
                                                 std::int32_t min_insync_replicas, Instant now) {
  ReplicationEffects effects;
  if (registration.partition_epoch < partition_epoch_) return effects;

  const bool new_leader = !is_leader();
  registration_ = registration;
  partition_epoch_ = registration.partition_epoch;
  min_insync_replicas_ = min_insync_replicas;
  isr_ = Isr(registration.isr);
  set_followers(registration.replicas);

  if (leader_epoch_ < registration.leader_epoch) {
    // Known at once, even before the first append: a follower with records of a later epoch than any of ours must learn
    // where to truncate.
    leader_epoch_start_ = log_end_;
    effects.epoch_start = ReplicationEffects::EpochStart{registration.leader_epoch, log_end_};
    for (auto& [broker, replica] : followers_)
      replica.begin_epoch(now, log_end_, new_leader, contains(registration.isr, broker));
    leader_epoch_ = registration.leader_epoch;
  }
  role_ = ReplicaRole::leader;
  if (advance_high_watermark(now)) effects.high_watermark = high_watermark_;
  return effects;
}

ReplicationEffects PartitionState::become_follower(const PartitionRegistration& registration) {
  if (registration.partition_epoch < partition_epoch_) return {};
  registration_ = registration;
  partition_epoch_ = registration.partition_epoch;
  leader_epoch_ = registration.leader_epoch;
  leader_epoch_start_.reset();
  role_ = ReplicaRole::follower;
  isr_ = Isr();
  followers_.clear();
  return {};
}

ReplicationEffects PartitionState::appended(Offset end, Instant now) {
  CHECK(log_end_ <= end);
  log_end_ = end;
  ReplicationEffects effects;
  if (is_leader() && advance_high_watermark(now)) effects.high_watermark = high_watermark_;
  return effects;
}

FollowerOutcome PartitionState::follower_fetched(const FollowerFetch& fetch, Instant now) {
  const auto found = is_leader() ? followers_.find(fetch.replica) : followers_.end();
  if (found == followers_.end()) return {FollowerVerdict::not_a_replica, {}};

  // A broker that restarted has lost its claim to what its former incarnation fetched (KIP-903).
  const auto alive_epoch = brokers_->alive_broker_epoch(fetch.replica);
  if (fetch.broker_epoch != kAnyBrokerEpoch && alive_epoch && *alive_epoch > fetch.broker_epoch)
    return {FollowerVerdict::stale_broker_epoch, {}};

  const Offset low_watermark_before = low_watermark();
  const Offset end_before = found->second.end_offset();
  found->second.fetched(fetch, now);

  FollowerOutcome outcome;
  outcome.effects.proposal = maybe_expand(fetch.replica, found->second);
  if (found->second.end_offset() != end_before && advance_high_watermark(now))
    outcome.effects.high_watermark = high_watermark_;
  outcome.effects.low_watermark_moved = low_watermark_before < low_watermark();
  return outcome;
}

ReplicationEffects PartitionState::leader_said(Offset leader_high_watermark) {
  ReplicationEffects effects;
  const Offset clamped = std::clamp(leader_high_watermark, log_start_, log_end_);
  if (is_leader() || clamped == high_watermark_) return effects;
  high_watermark_ = clamped;
  effects.high_watermark = clamped;
  return effects;
}

void PartitionState::truncated(Offset end) {
  CHECK(!is_leader());
  log_end_ = end;
  log_start_ = std::min(log_start_, end);
  high_watermark_ = std::min(high_watermark_, end);
}

ReplicationEffects PartitionState::log_start_moved(Offset log_start) {
  ReplicationEffects effects;
  const Offset low_watermark_before = low_watermark();
  log_start_ = log_start;
  log_end_ = std::max(log_end_, log_start);
  if (high_watermark_ < log_start) effects.high_watermark = high_watermark_ = log_start;
  effects.low_watermark_moved = low_watermark_before < low_watermark();
  return effects;
}

ReplicationEffects PartitionState::min_insync_replicas_changed(std::int32_t min_insync_replicas, Instant now) {
  min_insync_replicas_ = min_insync_replicas;
  ReplicationEffects effects;
  if (is_leader() && advance_high_watermark(now)) effects.high_watermark = high_watermark_;
  return effects;
}

ReplicationEffects PartitionState::check_isr(Instant now) {
  ReplicationEffects effects;
  if (!is_leader() || isr_.in_flight()) return effects;

  std::vector<NodeId> in_sync;
  for (const NodeId broker : isr_.committed()) {
    const auto follower = followers_.find(broker);
    const bool stays =
        broker == settings_.self ||
        (follower != followers_.end() && follower->second.is_caught_up(log_end_, now, settings_.replica_lag_time_max));
    if (stays) in_sync.push_back(broker);
  }
  if (in_sync.size() == isr_.committed().size()) return effects;

  isr_.propose_shrinkage(++last_proposal_id_);
  effects.proposal = propose(in_sync);
  return effects;
}

ReplicationEffects PartitionState::isr_decided(std::uint64_t proposal_id, const IsrDecision& decision, Instant now) {
  ReplicationEffects effects;
  if (!isr_.awaits(proposal_id)) return effects;
  if (decision.leader_epoch != leader_epoch_ || decision.partition_epoch < partition_epoch_) return effects;
  isr_ = Isr(decision.isr);
  partition_epoch_ = decision.partition_epoch;
  if (advance_high_watermark(now)) effects.high_watermark = high_watermark_;  // The ISR may be down to the leader.
  return effects;
}

ReplicationEffects PartitionState::isr_refused(std::uint64_t proposal_id, IsrRefusal refusal) {
  ReplicationEffects effects;
  if (!isr_.awaits(proposal_id)) return effects;
  switch (refusal) {
    case IsrRefusal::not_applied:
      isr_.give_up();
      break;
    case IsrRefusal::await_metadata:
      break;  // Stays in flight, and thereby maximal, until metadata replaces it.
    case IsrRefusal::try_again:
      effects.proposal = last_proposal_;
      break;
  }
  return effects;
}

EpochCheck PartitionState::check_epoch(std::optional<Epoch> current_leader_epoch) const {
  if (!current_leader_epoch || *current_leader_epoch == leader_epoch_) return EpochCheck::current;
  return *current_leader_epoch < leader_epoch_ ? EpochCheck::fenced : EpochCheck::unknown;
}

Commitment PartitionState::commitment(Offset end) const {
  if (!is_leader()) return Commitment::not_leader;
  if (high_watermark_ < end) return Commitment::waiting;
  const bool enough = effective_min_isr() <= static_cast<std::int32_t>(isr_.maximal_size());
  return enough ? Commitment::committed : Commitment::committed_below_min_isr;
}

bool PartitionState::is_under_min_isr() const {
  return is_leader() && static_cast<std::int32_t>(isr_.committed().size()) < effective_min_isr();
}

Offset PartitionState::low_watermark() const {
  Offset lowest = log_start_;
  for (const auto& [broker, replica] : followers_)
    if (brokers_->alive_broker_epoch(broker)) lowest = std::min(lowest, replica.log_start_offset());
  return lowest;
}

bool PartitionState::is_adding_replica(NodeId broker) const { return contains(registration_.adding_replicas, broker); }

std::int32_t PartitionState::effective_min_isr() const {
  return std::min(min_insync_replicas_, static_cast<std::int32_t>(followers_.size()) + 1);
}

void PartitionState::set_followers(const std::vector<NodeId>& replicas) {
  std::erase_if(followers_, [&](const auto& entry) { return !contains(replicas, entry.first); });
  for (const NodeId broker : replicas)
    if (broker != settings_.self) followers_.try_emplace(broker);
}

bool PartitionState::may_join_isr(NodeId broker, const RemoteReplica& replica) const {
  const auto fetched_as = replica.broker_epoch();
  const auto alive_epoch = brokers_->alive_broker_epoch(broker);
  if (!fetched_as || !alive_epoch || brokers_->is_shutting_down(broker)) return false;
  return *fetched_as == kAnyBrokerEpoch || *fetched_as == *alive_epoch;
}

bool PartitionState::advance_high_watermark(Instant now) {
  if (is_under_min_isr()) return false;
  Offset committed = log_end_;
  for (const auto& [broker, replica] : followers_) {
    if (replica.end_offset() >= committed) continue;
    // A follower about to join is waited for already: otherwise a busy leader could keep it out for ever.
    const bool about_to_join =
        replica.is_caught_up(log_end_, now, settings_.replica_lag_time_max) && may_join_isr(broker, replica);
    if (isr_.maximal_contains(broker) || about_to_join) committed = replica.end_offset();
  }
  if (committed <= high_watermark_) return false;
  high_watermark_ = committed;
  return true;
}

std::optional<IsrProposal> PartitionState::maybe_expand(NodeId broker, const RemoteReplica& replica) {
  if (isr_.in_flight() || isr_.contains(broker) || !may_join_isr(broker, replica)) return std::nullopt;
  const bool in_sync = replica.end_offset() >= high_watermark_ && replica.end_offset() >= leader_epoch_start_;
  if (!in_sync) return std::nullopt;

  isr_.propose_expansion(++last_proposal_id_, broker);
  std::vector<NodeId> isr = isr_.committed();
  isr.push_back(broker);
  return propose(isr);
}

IsrProposal PartitionState::propose(const std::vector<NodeId>& isr) {
  IsrProposal proposal{last_proposal_id_, leader_epoch_, partition_epoch_, {}};
  for (const NodeId broker : isr) {
    const auto follower = followers_.find(broker);
    const auto epoch = broker == settings_.self       ? brokers_->alive_broker_epoch(broker)
                       : follower == followers_.end() ? std::nullopt
                                                      : follower->second.broker_epoch();
    proposal.isr.push_back({broker, epoch.value_or(kAnyBrokerEpoch)});
  }
  last_proposal_ = proposal;
  return proposal;
}

}  // namespace muir::storage

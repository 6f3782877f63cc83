#include "server/controller/partition_change.h"

#include <algorithm>
#include <utility>

namespace muir::server {
namespace {

bool is_no_op(const wire::PartitionChangeRecord& record) {
  return !record.isr && !record.eligible_leader_replicas && !record.last_known_elr && !record.replicas &&
         !record.removing_replicas && !record.adding_replicas && !record.directories &&
         record.leader == kNoLeaderChange && record.leader_recovery_state == -1;
}

}  // namespace

PartitionChange::PartitionChange(const PartitionRegistration& partition, const Uuid& topic_id, PartitionId index,
                                 Cluster cluster)
    : partition_(partition),
      topic_id_(topic_id),
      index_(index),
      cluster_(std::move(cluster)),
      replicas_(partition.replicas),
      isr_(partition.isr),
      removing_(partition.removing_replicas),
      adding_(partition.adding_replicas),
      elr_(partition.elr),
      recovery_state_(partition.leader_recovery_state) {
  for (std::size_t i = 0; i < partition.replicas.size(); ++i)
    directories_[partition.replicas[i]] = partition.directories[i];
}

std::optional<wire::PartitionChangeRecord> PartitionChange::build() {
  wire::PartitionChangeRecord record;
  record.topic_id = topic_id_;
  record.partition_id = index_.value;

  complete_reassignment();
  populate_elr();
  elect(record);
  bump_epoch_for_reassignment(record);
  update_elr(record);
  // Only ELR allows an empty ISR; an unclean election has set the ISR already.
  if (!record.isr && (!isr_.empty() || cluster_.options.is_elr_enabled) && isr_ != partition_.isr)
    record.isr = ids_of(isr_);
  bump_epoch_for_isr_shrink(record);
  update_last_known_leader(record);
  set_assignment(record);
  if (recovery_state_ != partition_.leader_recovery_state)
    record.leader_recovery_state = static_cast<std::int8_t>(recovery_state_);

  if (is_no_op(record)) return std::nullopt;
  return record;
}

// A reassignment ends as soon as the ISR can do without the replicas that leave and has all those that come.
void PartitionChange::complete_reassignment() {
  if (removing_.empty() && adding_.empty()) return;
  auto isr = without(isr_, removing_);
  auto replicas = without(replicas_, removing_);
  if (!removing_.empty() && (isr.empty() || replicas.empty())) return;
  if (!contains_all(isr, adding_)) return;
  // With fewer replicas than before, ending early could shrink the ISR needlessly.
  if (adding_.size() < removing_.size() && !contains_all(isr, replicas)) return;
  isr_ = std::move(isr);
  replicas_ = std::move(replicas);
  removing_.clear();
  adding_.clear();
}

// Below min.insync.replicas nothing can be committed, so whoever leaves the ISR then still has all that is committed.
void PartitionChange::populate_elr() {
  if (!cluster_.options.is_elr_enabled) return;
  if (static_cast<std::int64_t>(isr_.size()) >= cluster_.min_isr) {
    elr_.clear();
    return;
  }
  auto candidates = elr_;
  for (const auto id : partition_.isr) {
    if (!contains(candidates, id)) candidates.push_back(id);
  }
  std::sort(candidates.begin(), candidates.end());
  std::erase_if(candidates, [&](NodeId id) { return contains(isr_, id) || id == unclean_broker_; });
  elr_ = std::move(candidates);
}

bool PartitionChange::may_be_elected(NodeId replica) const {
  return (contains(isr_, replica) || (isr_.empty() && contains(elr_, replica))) && cluster_.may_lead(replica);
}

bool PartitionChange::can_elect_last_known_leader() const {
  return cluster_.options.is_elr_enabled && elr_.empty() && isr_.empty() && partition_.last_known_elr.size() == 1 &&
         cluster_.may_lead(partition_.last_known_elr.front());
}

PartitionChange::Elected PartitionChange::elected() const {
  const bool by_preference = election_ == Election::preferred && !replicas_.empty();
  if (by_preference && may_be_elected(replicas_.front())) return {replicas_.front()};
  if (may_be_elected(partition_.leader)) return {partition_.leader};
  for (const auto replica : replicas_) {
    if (may_be_elected(replica)) return {replica};
  }
  if (can_elect_last_known_leader()) return {partition_.last_known_elr.front(), true};
  if (election_ == Election::unclean) {
    const auto any = std::find_if(replicas_.begin(), replicas_.end(), cluster_.may_lead);
    if (any != replicas_.end()) return {*any, true};
  }
  return {};
}

void PartitionChange::elect(wire::PartitionChangeRecord& record) {
  const auto result = elected();
  if (result.leader == partition_.leader) return;
  if (contains(elr_, result.leader)) {
    isr_ = {result.leader};
    elr_ = without(std::move(elr_), {result.leader});
  }
  record.leader = result.leader.value;
  if (!result.is_unclean) return;
  // The new leader decides what the log is: nobody else is in sync with it.
  record.isr = {result.leader.value};
  if (partition_.leader_recovery_state != LeaderRecoveryState::RECOVERING)
    record.leader_recovery_state = static_cast<std::int8_t>(LeaderRecoveryState::RECOVERING);
}

// Naming the leader, even the same one, raises the leader epoch: a removed replica can no longer pass as a member.
void PartitionChange::bump_epoch_for_reassignment(wire::PartitionChangeRecord& record) const {
  if (record.leader != kNoLeaderChange || contains_all(replicas_, partition_.replicas)) return;
  record.leader = partition_.leader.value;
}

// Brokers before 3.6 needed it (KAFKA-15021).
void PartitionChange::bump_epoch_for_isr_shrink(wire::PartitionChangeRecord& record) const {
  if (cluster_.options.metadata_version >= kNoLeaderEpochBumpOnIsrShrinkLevel) return;
  if (record.leader != kNoLeaderChange || !record.isr) return;
  if (!contains_all(replicas_of(*record.isr), partition_.isr)) record.leader = partition_.leader.value;
}

void PartitionChange::update_elr(wire::PartitionChangeRecord& record) {
  const bool was_unclean = record.isr.has_value();
  if (was_unclean || !cluster_.options.is_elr_enabled) elr_.clear();
  if (elr_ != partition_.elr) record.eligible_leader_replicas = ids_of(elr_);
}

void PartitionChange::update_last_known_leader(wire::PartitionChangeRecord& record) const {
  if (!cluster_.options.is_elr_enabled) return;
  if (record.leader == kNoNode.value && partition_.last_known_elr.empty()) {
    record.last_known_elr = {partition_.leader.value};
  } else if (record.leader >= 0 && !partition_.last_known_elr.empty()) {
    record.last_known_elr.emplace();
  }
}

void PartitionChange::set_assignment(wire::PartitionChangeRecord& record) {
  if (!replicas_.empty()) {
    if (cluster_.options.metadata_version >= kDirectoryAssignmentLevel) {
      std::vector<Uuid> directories;
      for (const auto replica : replicas_) {
        const auto known = directories_.find(replica);
        directories.push_back(known != directories_.end() ? known->second : cluster_.default_dir(replica));
      }
      if (directories != partition_.directories) record.directories = std::move(directories);
    }
    if (replicas_ != partition_.replicas) record.replicas = ids_of(replicas_);
  }
  if (removing_ != partition_.removing_replicas) record.removing_replicas = ids_of(removing_);
  if (adding_ != partition_.adding_replicas) record.adding_replicas = ids_of(adding_);
}

}  // namespace muir::server

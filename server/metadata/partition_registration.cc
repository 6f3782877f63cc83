#include "server/metadata/partition_registration.h"

#include <algorithm>
#include <limits>

#include "server/metadata/errc.h"

namespace muir::server {
namespace {

// A partition from before KIP-858 has no directories, or only placeholders: either way one placeholder a replica.
std::vector<Uuid> directories_for(std::vector<Uuid> directories, std::size_t replicas) {
  const bool is_migrating = std::all_of(directories.begin(), directories.end(),
                                        [](const Uuid& directory) { return directory == kMigratingDirectory; });
  if (is_migrating) return std::vector<Uuid>(replicas, kMigratingDirectory);
  return directories;
}

Result<LeaderRecoveryState> recovery_state_of(std::int8_t value) {
  if (value != 0 && value != 1) return make_error_code(MetadataErrc::invalid_value);
  return static_cast<LeaderRecoveryState>(value);
}

}  // namespace

Result<PartitionRegistration> PartitionRegistration::from(const wire::PartitionRecord& record) {
  const auto state = recovery_state_of(record.leader_recovery_state);
  if (!state) return state.error();
  PartitionRegistration partition;
  partition.replicas = replicas_of(record.replicas);
  partition.directories = directories_for(record.directories, partition.replicas.size());
  if (partition.directories.size() != partition.replicas.size()) return make_error_code(MetadataErrc::invalid_value);
  partition.isr = replicas_of(record.isr);
  partition.removing_replicas = replicas_of(record.removing_replicas);
  partition.adding_replicas = replicas_of(record.adding_replicas);
  if (record.eligible_leader_replicas) partition.elr = replicas_of(*record.eligible_leader_replicas);
  if (record.last_known_elr) partition.last_known_elr = replicas_of(*record.last_known_elr);
  partition.leader = NodeId{record.leader};
  partition.leader_recovery_state = *state;
  partition.leader_epoch = Epoch{record.leader_epoch};
  partition.partition_epoch = record.partition_epoch;
  return partition;
}

Result<PartitionRegistration> PartitionRegistration::merge(const wire::PartitionChangeRecord& change) const {
  constexpr auto kEpochMax = std::numeric_limits<std::int32_t>::max();
  auto next = *this;
  if (change.replicas) next.replicas = replicas_of(*change.replicas);
  next.directories = directories_for(change.directories ? *change.directories : directories, next.replicas.size());
  if (next.directories.size() != next.replicas.size()) return make_error_code(MetadataErrc::invalid_value);
  if (change.isr) next.isr = replicas_of(*change.isr);
  if (change.removing_replicas) next.removing_replicas = replicas_of(*change.removing_replicas);
  if (change.adding_replicas) next.adding_replicas = replicas_of(*change.adding_replicas);
  if (change.eligible_leader_replicas) next.elr = replicas_of(*change.eligible_leader_replicas);
  if (change.last_known_elr) next.last_known_elr = replicas_of(*change.last_known_elr);
  if (change.leader != kNoLeaderChange) {
    if (leader_epoch.value == kEpochMax) return make_error_code(MetadataErrc::invalid_value);
    next.leader = NodeId{change.leader};
    next.leader_epoch = Epoch{leader_epoch.value + 1};
  }
  if (change.leader_recovery_state != -1) {
    const auto state = recovery_state_of(change.leader_recovery_state);
    if (!state) return state.error();
    next.leader_recovery_state = *state;
  }
  if (partition_epoch == kEpochMax) return make_error_code(MetadataErrc::invalid_value);
  next.partition_epoch = partition_epoch + 1;
  return next;
}

wire::PartitionRecord PartitionRegistration::to_record(const Uuid& topic_id, PartitionId partition,
                                                       const RecordOptions& options) const {
  wire::PartitionRecord record;
  record.partition_id = partition.value;
  record.topic_id = topic_id;
  record.replicas = ids_of(replicas);
  record.isr = ids_of(isr);
  record.removing_replicas = ids_of(removing_replicas);
  record.adding_replicas = ids_of(adding_replicas);
  record.leader = leader.value;
  record.leader_recovery_state = static_cast<std::int8_t>(leader_recovery_state);
  record.leader_epoch = leader_epoch.value;
  record.partition_epoch = partition_epoch;
  if (options.metadata_version >= kDirectoryAssignmentLevel) record.directories = directories;
  if (options.is_elr_enabled && !elr.empty()) record.eligible_leader_replicas = ids_of(elr);
  if (options.is_elr_enabled && !last_known_elr.empty()) record.last_known_elr = ids_of(last_known_elr);
  return record;
}

Uuid PartitionRegistration::directory_of(NodeId replica) const {
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    if (replicas[i] == replica) return directories[i];
  }
  return kLostDirectory;
}

}  // namespace muir::server

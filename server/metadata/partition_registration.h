#pragma once

#include <cstdint>
#include <vector>

#include "server/metadata/metadata_version.h"
#include "server/metadata/replicas.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/schema/partition_change_record.h"
#include "wire/schema/partition_record.h"

namespace muir::server {

// Whether the leader may have lost records that were committed: it was elected from outside the ISR (KIP-704).
enum class LeaderRecoveryState : std::int8_t { RECOVERED = 0, RECOVERING = 1 };

inline constexpr std::int32_t kNoLeaderChange = -2;  // PartitionChangeRecord.Leader: keep leader and leader epoch.

// One partition as the cluster knows it.
struct PartitionRegistration {
  Replicas replicas;              // In order of preference.
  std::vector<Uuid> directories;  // Parallel to `replicas` (KIP-858).
  Replicas isr;
  Replicas removing_replicas;  // Of a running reassignment (KIP-455).
  Replicas adding_replicas;
  Replicas elr;             // Eligible leaders outside the ISR (KIP-966); disjoint from `isr`.
  Replicas last_known_elr;  // The last leader, when there is none.
  NodeId leader = kNoNode;
  LeaderRecoveryState leader_recovery_state = LeaderRecoveryState::RECOVERED;
  Epoch leader_epoch{0};             // One more with each election, and with each shrinking of `replicas`.
  std::int32_t partition_epoch = 0;  // One more with each change.

  // Fails with MetadataErrc::invalid_value if the record contradicts itself.
  static Result<PartitionRegistration> from(const wire::PartitionRecord& record);

  // What this partition is after `change`: absent fields stay.  Fails with MetadataErrc::invalid_value.
  Result<PartitionRegistration> merge(const wire::PartitionChangeRecord& change) const;

  wire::PartitionRecord to_record(const Uuid& topic_id, PartitionId partition, const RecordOptions& options) const;

  bool has_leader() const { return leader != kNoNode; }
  bool has_preferred_leader() const { return leader == (replicas.empty() ? kNoNode : replicas.front()); }
  bool is_reassigning() const { return !removing_replicas.empty() || !adding_replicas.empty(); }

  // The directory of one of `replicas`; kLostDirectory for any other broker.
  Uuid directory_of(NodeId replica) const;

  bool operator==(const PartitionRegistration&) const = default;
};

}  // namespace muir::server

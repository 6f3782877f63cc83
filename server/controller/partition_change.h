#pragma once

#include <functional>
#include <map>
#include <optional>

#include "server/metadata/metadata_version.h"
#include "server/metadata/partition_registration.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"
#include "wire/schema/partition_change_record.h"

namespace muir::server {

enum class Election {
  preferred,  // The preferred replica if it may lead, else as online.
  online,     // Keep the leader if it may lead, else another member of the ISR (or of the ELR when the ISR is empty).
  unclean,    // As online, but a replica that may have lost records rather than none.
};

// What becomes of one partition when its ISR, replicas or directories change: who leads it, who is eligible (KIP-966),
// whether a reassignment is complete (KIP-455), and the PartitionChangeRecord that says so.  Pure.
class PartitionChange {
 public:
  struct Cluster {
    std::function<bool(NodeId)> may_lead;     // Alive, and its directory of this partition online.
    std::function<Uuid(NodeId)> default_dir;  // For a replica that is new to the partition.
    RecordOptions options;
    std::int32_t min_isr = 1;  // Effective for the topic: never above the replication factor.
  };

  PartitionChange(const PartitionRegistration& partition, const Uuid& topic_id, PartitionId index, Cluster cluster);

  PartitionChange& election(Election election) { return election_ = election, *this; }
  PartitionChange& target_isr(Replicas isr) { return isr_ = std::move(isr), *this; }
  PartitionChange& target_replicas(Replicas replicas) { return replicas_ = std::move(replicas), *this; }
  PartitionChange& target_removing(Replicas removing) { return removing_ = std::move(removing), *this; }
  PartitionChange& target_adding(Replicas adding) { return adding_ = std::move(adding), *this; }
  PartitionChange& target_recovery_state(LeaderRecoveryState state) { return recovery_state_ = state, *this; }
  // This broker stopped without a clean shutdown: what it had acknowledged may be gone.
  PartitionChange& unclean_shutdown(NodeId broker) { return unclean_broker_ = broker, *this; }
  PartitionChange& directory(NodeId broker, const Uuid& directory) { return directories_[broker] = directory, *this; }

  // The record, or nothing if nothing changes.  Call once.
  std::optional<wire::PartitionChangeRecord> build();

 private:
  struct Elected {
    NodeId leader = kNoNode;
    bool is_unclean = false;
  };

  void complete_reassignment();
  void populate_elr();
  void elect(wire::PartitionChangeRecord& record);
  Elected elected() const;
  bool may_be_elected(NodeId replica) const;
  bool can_elect_last_known_leader() const;
  void bump_epoch_for_reassignment(wire::PartitionChangeRecord& record) const;
  void bump_epoch_for_isr_shrink(wire::PartitionChangeRecord& record) const;
  void update_elr(wire::PartitionChangeRecord& record);
  void update_last_known_leader(wire::PartitionChangeRecord& record) const;
  void set_assignment(wire::PartitionChangeRecord& record);

  const PartitionRegistration& partition_;
  Uuid topic_id_;
  PartitionId index_;
  Cluster cluster_;
  Election election_ = Election::online;
  Replicas replicas_;
  Replicas isr_;
  Replicas removing_;
  Replicas adding_;
  Replicas elr_;
  LeaderRecoveryState recovery_state_;
  NodeId unclean_broker_ = kNoNode;
  std::map<NodeId, Uuid> directories_;
};

}  // namespace muir::server

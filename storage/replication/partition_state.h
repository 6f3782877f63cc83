#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "storage/replication/isr.h"
#include "storage/replication/registration.h"
#include "storage/replication/remote_replica.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::storage {

enum class ReplicaRole { none, leader, follower };

// How a caller's idea of the leader epoch compares with ours (KIP-320).
enum class EpochCheck { current, fenced, unknown };

// What became of an append that waits for all in-sync replicas.
enum class Commitment {
  waiting,
  committed,
  committed_below_min_isr,  // Committed, but by fewer than min.insync.replicas: NOT_ENOUGH_REPLICAS_AFTER_APPEND.
  not_leader,               // This replica no longer leads: nobody here can tell.
};

// What a FollowerFetch was worth.
enum class FollowerVerdict { recorded, not_a_replica, stale_broker_epoch };

// What the shell has to carry out, in the order of the members.
struct ReplicationEffects {
  struct EpochStart {
    Epoch epoch;
    Offset start;
  };
  std::optional<EpochStart> epoch_start;  // Write to the leader epoch cache, before anything is appended in this epoch.
  std::optional<Offset> high_watermark;   // It advanced to here: tell the log, wake those who wait for it.
  std::optional<IsrProposal> proposal;    // Send to the controller; exactly one of the isr_*() calls answers it.
  bool low_watermark_moved = false;       // A deletion of records may have reached every replica.
};

struct FollowerOutcome {
  FollowerVerdict verdict = FollowerVerdict::recorded;
  ReplicationEffects effects;
};

struct ReplicationSettings {
  NodeId self;
  std::chrono::milliseconds replica_lag_time_max{30'000};  // replica.lag.time.max.ms
};

// Leader or follower of one partition: who is in sync, and up to where records are committed.
//
// The high watermark is the end of what every member of the maximal ISR holds.  It never goes back while this replica
// leads, and does not advance while the ISR is smaller than min.insync.replicas (KIP-966).  With one replica the rules
// are the same, and say that a record is committed as soon as the log has accepted it.
//
// Pure: it is told what happened and says what to do.  Owner: the Partition; used on its shard only.
class PartitionState {
 public:
  // `brokers` outlives it.
  PartitionState(ReplicationSettings settings, const BrokerLiveness& brokers)
      : settings_(settings), brokers_(&brokers) {}

  // The log was recovered: holds [log_start, log_end), and the checkpoint said `high_watermark` (clamped to the log).
  void log_opened(Offset log_start, Offset log_end, Offset high_watermark);

  // Both are ignored when older than what is known; the partition epoch may be equal, because an AlterPartition answer
  // may have come before the metadata.  `registration.leader` decides which of the two the shell calls.
  ReplicationEffects become_leader(const PartitionRegistration& registration, std::int32_t min_insync_replicas,
                                   Instant now);
  ReplicationEffects become_follower(const PartitionRegistration& registration);

  // The leader's log accepted records, or a follower's log copied some; `end` is its new end.
  ReplicationEffects appended(Offset end, Instant now);
  FollowerOutcome follower_fetched(const FollowerFetch& fetch, Instant now);
  // As a follower: the leader said how far records are committed.
  ReplicationEffects leader_said(Offset leader_high_watermark);
  void truncated(Offset end);
  ReplicationEffects log_start_moved(Offset log_start);
  ReplicationEffects min_insync_replicas_changed(std::int32_t min_insync_replicas, Instant now);

  // Proposes to drop followers that have not been caught up for replica.lag.time.max.ms.  Called every half of it.
  ReplicationEffects check_isr(Instant now);
  // Answers to a proposal; one that is no longer in flight is ignored.
  ReplicationEffects isr_decided(std::uint64_t proposal_id, const IsrDecision& decision, Instant now);
  ReplicationEffects isr_refused(std::uint64_t proposal_id, IsrRefusal refusal);

  EpochCheck check_epoch(std::optional<Epoch> current_leader_epoch) const;
  Commitment commitment(Offset end) const;
  // Fewer in-sync replicas than min.insync.replicas (which counts at most as much as there are replicas).
  bool is_under_min_isr() const;

  bool is_leader() const { return role_ == ReplicaRole::leader; }
  ReplicaRole role() const { return role_; }
  NodeId leader() const { return registration_.leader; }
  Epoch leader_epoch() const { return leader_epoch_; }
  std::int32_t partition_epoch() const { return partition_epoch_; }
  // Where this leader's epoch began; nothing on a follower.
  std::optional<Offset> leader_epoch_start() const { return leader_epoch_start_; }
  Offset high_watermark() const { return high_watermark_; }
  Offset log_start_offset() const { return log_start_; }
  Offset log_end_offset() const { return log_end_; }
  // The lowest log start of the replicas that are alive; only the leader knows.
  Offset low_watermark() const;
  const Isr& isr() const { return isr_; }
  const PartitionRegistration& registration() const { return registration_; }
  bool is_adding_replica(NodeId broker) const;
  bool has_follower(NodeId broker) const { return followers_.contains(broker); }

 private:
  std::int32_t effective_min_isr() const;
  void set_followers(const std::vector<NodeId>& replicas);
  bool may_join_isr(NodeId broker, const RemoteReplica& replica) const;
  bool advance_high_watermark(Instant now);
  std::optional<IsrProposal> maybe_expand(NodeId broker, const RemoteReplica& replica);
  IsrProposal propose(const std::vector<NodeId>& isr);

  ReplicationSettings settings_;
  const BrokerLiveness* brokers_;

  ReplicaRole role_ = ReplicaRole::none;
  PartitionRegistration registration_;
  Epoch leader_epoch_ = kNoEpoch;
  std::int32_t partition_epoch_ = 0;
  std::int32_t min_insync_replicas_ = 1;
  std::optional<Offset> leader_epoch_start_;
  Isr isr_;
  std::map<NodeId, RemoteReplica> followers_;  // Empty unless leader.
  IsrProposal last_proposal_;                  // Sent again when the controller could not be asked.
  std::uint64_t last_proposal_id_ = 0;

  // Invariant: log_start_ <= high_watermark_ <= log_end_.
  Offset log_start_{0};
  Offset high_watermark_{0};
  Offset log_end_{0};
};

}  // namespace muir::storage

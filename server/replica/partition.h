#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "server/replica/errc.h"
#include "server/replica/offset_waits.h"
#include "server/replica/partition_read.h"
#include "server/replica/partition_watch.h"
#include "server/replica/topic_id_partition.h"
#include "server/runtime/shard.h"
#include "storage/log/log.h"
#include "storage/log/record_rejection.h"
#include "storage/replication/partition_state.h"
#include "wire/base/bytes.h"

namespace muir::server {

class FutureReplica;
class Partition;

// What a Partition needs of its broker.  All of it outlives every Partition.
struct PartitionHost {
  Shard& shard;  // Its home.
  storage::ReplicationSettings replication;
  const storage::BrokerLiveness& brokers;
  // Sends a proposal to the controller; its answer comes back by Partition::isr_decided() or isr_refused().
  std::function<void(const std::shared_ptr<Partition>&, const storage::IsrProposal&)> propose_isr;
  // The partition's log directory has failed: told once a partition.
  std::function<void(const std::shared_ptr<Partition>&, const Error&)> log_failed;
  // Told once a loop turn in which the partition moved: its end, its watermarks, its role.  May be empty.
  std::function<void(const Partition&)> moved;
};

// One replica of one partition, open on this broker: its log, who replicates it, and who waits for it.
//
// The checks and their order are Kafka's.  Owner: the ShardReplicas of its home shard; used on that shard only.  A
// caller that waits keeps it alive: it may have been deleted meanwhile, and then says unknown_topic_or_partition.
class Partition final : public std::enable_shared_from_this<Partition>, private TurnEnd {
 public:
  // `high_watermark`: of the checkpoint; zero if it has none.
  Partition(TopicIdPartition id, PartitionHost host, std::unique_ptr<storage::Log> log,
            std::int32_t min_insync_replicas, Offset high_watermark);
  ~Partition();

  // --- what the metadata decides
  Task<Result<void>> become_leader(storage::PartitionRegistration registration);
  Task<Result<void>> become_follower(storage::PartitionRegistration registration);
  void set_config(storage::LogConfig config, std::int32_t min_insync_replicas);
  void isr_decided(std::uint64_t proposal_id, const storage::IsrDecision& decision);
  void isr_refused(std::uint64_t proposal_id, storage::IsrRefusal refusal);
  void check_isr();  // Every half of replica.lag.time.max.ms.

  // --- Produce
  struct Append {
    Error error;
    // After an error only log_start_offset counts: the log's, or -1 where Kafka does not tell it.
    storage::AppendInfo info;
    // Why the records were refused, if the validator refused them: what the client is told (KIP-467).
    storage::RecordRejection rejection;
    // What await_committed() and await_flushed() are to be asked; a duplicate's is that of the original.
    Offset end_offset() const { return info.last_offset + 1; }
    // flush.messages asks for a sync before this may be answered or become visible (ADR 067).
    bool awaits_flush = false;
  };
  // Appends to the log of the leader, in the order of the calls.  `all_in_sync` (acks=-1): refuses at once what
  // min.insync.replicas would not let commit.  `records` stays alive and untouched until the task has ended.
  // Fails with not_leader_or_follower, not_enough_replicas, or what the log said.
  Task<Append> append(MutableByteView records, bool all_in_sync, storage::AppendOrigin origin);
  // Waits until every in-sync replica has everything below `end`.  Fails with request_timed_out,
  // not_enough_replicas_after_append, and not_leader_or_follower when leadership was lost: then nobody here can tell.
  Task<Result<void>> await_committed(Offset end, Instant deadline);
  // Waits until flush.messages has no objection to what lies below `end` any more: what acks=1 waits for.  As long as
  // the disk takes.  Fails with kafka_storage_error, and with not_leader_or_follower when the records are gone.
  Task<Result<void>> await_flushed(Offset end);

  // --- Fetch
  // Fails with fenced_leader_epoch, unknown_leader_epoch, not_leader_or_follower, offset_out_of_range, or what the disk
  // said.
  Task<Result<PartitionRead>> read(PartitionFetch fetch, FetchReader reader);
  // Told whenever a read could yield something else than before.
  void watch(PartitionWatch& watch) { watches_.add(watch); }
  // Counts what watches are told: equal numbers mean that nothing has happened.
  std::uint64_t moves() const { return moves_; }

  // --- ListOffsets, OffsetForLeaderEpoch, DeleteRecords
  // `timestamp`: a time, or one of the special values -1 to -6.  `isolation`: of a client; nothing for a replica or a
  // debugging consumer, who see all of the log.  Nothing when there is no such offset, which is no error.
  // Fails as read() does, and with offset_not_available.
  Task<Result<std::optional<storage::TimestampedOffset>>> offset_for(std::int64_t timestamp,
                                                                     std::optional<FetchIsolation> isolation,
                                                                     std::optional<Epoch> current_leader_epoch,
                                                                     bool leader_only);
  // Where `epoch` ends in this log; -1 and -1 when it is not known.
  Result<storage::EpochEnd> epoch_end_offset(std::optional<Epoch> current_leader_epoch, Epoch epoch,
                                             bool leader_only) const;
  // Moves the log start to `offset` (-1: the high watermark) and waits for the live replicas to follow.  The low
  // watermark, which is at least that.  Fails with not_leader_or_follower, policy_violation, offset_out_of_range and
  // request_timed_out.
  Task<Result<Offset>> delete_records(Offset offset, Instant deadline);

  // --- AlterReplicaLogDirs: a future replica is filled, and takes the log's place (partition_future.cc)
  using FuturePtr = std::shared_ptr<FutureReplica>;
  // What opens the log again under its live name, once its directory `from` is closed.
  using Promote = std::function<Task<Result<std::unique_ptr<storage::Log>>>(std::string from)>;
  const FuturePtr& future() const { return future_; }
  void set_future(FuturePtr future) {
    future_ = std::move(future);
    log_moved();
  }
  // Holds appends back, copies what is left, and swaps the logs; yields the old one, which readers may still be using.
  // Fails with move_cancelled if `future` is no longer the one, and else as FutureReplica does: then the old log goes
  // on.
  Task<Result<std::shared_ptr<storage::Log>>> promote_future(FuturePtr future, std::uint64_t bytes_max,
                                                             Promote promote);
  // The future replica is wanted no longer.  Yields it, for the caller to discard; null if there was none, or it has
  // taken the log's place.
  Task<FuturePtr> give_up_future();

  // --- what its log needs from time to time; failures go to PartitionHost::log_failed
  Task<void> apply_retention();
  Task<void> do_chores();
  void forget_expired_producers();
  // The cleaner or a move has changed what checkpoints say of the log, or of the future replica, or left it chores.
  void log_moved();

  // --- its end
  // Nobody may use it any more; those who wait are told.  The log stays open until close() or delete_log().
  void stop(ReplicaErrc why);
  Task<Result<void>> close();              // For a clean stop: flushed, snapshot taken.
  Task<Result<std::string>> delete_log();  // Renames the directory; yields its new path.
  bool is_stopped() const { return stopped_.has_value(); }

  const TopicIdPartition& id() const { return id_; }
  const storage::PartitionState& state() const { return state_; }
  storage::Log& log() { return *log_; }
  const storage::Log& log() const { return *log_; }
  // For those who wait while they use it: a future replica may take its place meanwhile.
  std::shared_ptr<storage::Log> shared_log() const { return log_; }
  std::size_t waiters() const { return commit_waits_.size() + flush_waits_.size() + low_watermark_waits_.size(); }

  // Tells the ReplicaManager's shard about an error of the log, if it is one of the disk; yields it.  A full disk is
  // told to the operator only.
  Error failed(const Error& error);
  // The same for an error of a log that may have been replaced since.
  Error failed(const storage::Log& log, const Error& error);
  // The same for an error of reading `log`: damage is told with its place.
  Error read_failed(const storage::Log& log, const Error& error);

 private:
  void turn_ended() override;
  void moved();
  void carry_out(const storage::ReplicationEffects& effects);
  Result<void> check(std::optional<Epoch> current_leader_epoch, bool leader_only) const;
  Result<void> check_follower(const PartitionFetch& fetch, const FetchReader& reader) const;
  Result<void> record_follower(const PartitionFetch& fetch, const FetchReader& reader, Offset leader_end_offset);
  Result<std::optional<storage::EpochEnd>> find_divergence(const PartitionFetch& fetch) const;
  Offset upper_bound(FetchIsolation isolation) const;
  void count_appended();
  Task<void> flush_appended();
  Task<Result<void>> settle_appended();
  void flush_failed(const Error& error);

  TopicIdPartition id_;
  PartitionHost host_;
  std::shared_ptr<storage::Log> log_;
  FuturePtr future_;
  storage::PartitionState state_;
  std::int32_t min_insync_replicas_;
  std::optional<ReplicaErrc> stopped_;
  bool is_doing_chores_ = false;
  bool has_failed_ = false;
  bool owes_flush_ = false;   // What the log has and state_ does not know of waits for a sync,
  bool is_flushing_ = false;  // which is under way.

  storage::AppendQueue changes_;  // Appends and changes of role: one at a time, so that no epoch begins amid an append.
  OffsetWaits commit_waits_;
  OffsetWaits flush_waits_;
  OffsetWaits low_watermark_waits_;
  PartitionWatches watches_;
  std::uint64_t moves_ = 0;
};

}  // namespace muir::server

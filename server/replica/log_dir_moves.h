#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/replica/future_replica.h"
#include "server/replica/hosted_replicas.h"
#include "server/replica/log_manager.h"
#include "server/runtime/pool.h"

namespace muir::server {

// What moves need of the ReplicaManager.  All of it is called on the manager's shard.
struct LogDirMovesHost {
  // Tells the controller where the replica lies (AssignReplicasToDirs); false: it could not be told, try again.
  std::function<Task<bool>(PartitionKey, Uuid directory)> assign;
  // Writes recovery points and log starts, those of future replicas too.
  std::function<Task<void>()> write_log_offsets;
  std::function<Task<void>(std::string dir)> dir_failed;
};

// Moves of replicas between log directories (AlterReplicaLogDirs, KIP-113): a future replica is filled beside the
// current one; when it has caught up the controller is told where the replica will be (KIP-858), and then the two are
// swapped (ADR 65).  A crash at any moment leaves one whole log that the next start finds.
//
// Owner: the manager's shard.  Each move is a task on its partition's shard.
class LogDirMoves {
 public:
  // Everything passed outlives it.
  LogDirMoves(Shard& shard, HostedReplicas& replicas, LogManager& logs, Pool& pool, LogDirMovesHost host);

  // replica.alter.log.dirs.io.max.bytes.per.second, of all moves together.
  void set_bytes_per_second(std::int64_t rate) { bytes_per_second_ = rate; }

  // The replica of `id` shall lie in `dir`, one of log.dirs, absolute.  Ends when that has begun.  Where it lies there
  // already, a move under way is cancelled.  Fails, in Kafka's order, with invalid_topic_exception (its name is too
  // long for a future log), log_dir_not_found, kafka_storage_error, invalid_replica_assignment (cordoned), and as
  // ShardReplicas::get(); for a partition that is not here `dir` is remembered.
  Task<Result<void>> alter(TopicIdPartition id, std::string dir);

  // Goes on with a move that a restart interrupted.
  Task<void> resume(TopicIdPartition id, OpenedLog future);

 private:
  using PartitionPtr = std::shared_ptr<Partition>;
  using FuturePtr = std::shared_ptr<FutureReplica>;

  Result<std::string> check_dir(const TopicIdPartition& id, const std::string& dir) const;
  Task<void> cancel(TopicIdPartition id, PartitionPtr partition, std::string current_dir);
  Task<Result<void>> begin(TopicIdPartition id, FuturePtr future);

  // On the partition's shard.
  Task<void> move(PartitionPtr partition, FuturePtr future);
  Task<Result<void>> try_move(PartitionPtr partition, FuturePtr future);
  Task<Result<void>> fill(PartitionPtr partition, FuturePtr future);
  Task<Result<void>> assign(PartitionPtr partition, FuturePtr future);
  Task<Result<void>> swap(PartitionPtr partition, FuturePtr future);
  Task<bool> blame(PartitionPtr partition, FuturePtr future, Error error);
  Task<Instant> pace(std::uint64_t size_bytes);

  Shard& shard_;
  HostedReplicas& replicas_;
  LogManager& logs_;
  Pool& pool_;
  const LogDirMovesHost host_;
  std::int64_t bytes_per_second_ = INT64_MAX;
  Instant paid_until_{};  // When what was copied so far is in line with bytes_per_second_.
};

}  // namespace muir::server

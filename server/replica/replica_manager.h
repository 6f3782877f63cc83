#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/config/broker_config.h"
#include "server/config/topic_config.h"
#include "server/metadata/metadata_changes.h"
#include "server/metadata/metadata_image.h"
#include "server/replica/hosted_replicas.h"
#include "server/replica/image_liveness.h"
#include "server/replica/log_dir_moves.h"
#include "server/replica/log_manager.h"
#include "server/replica/periodic.h"
#include "server/replica/replica_change.h"
#include "server/runtime/pool.h"

namespace muir::server {

class LogCleaner;

using BrokerConfigPtr = std::shared_ptr<const BrokerConfig>;

// What the ReplicaManager tells the rest of the broker, each on its own shard (see there).
struct ReplicaManagerEvents {
  // On a partition's shard: send this to the controller (AlterPartition).
  std::function<void(const std::shared_ptr<Partition>&, const storage::IsrProposal&)> propose_isr;
  // On the manager's shard: the replica lies in another directory than the metadata says (AssignReplicasToDirs).
  std::function<void(const PartitionKey&, const Uuid& directory)> assigned_to_dir;
  // On the manager's shard: the replica is about to move to this directory; tell, and say whether the controller knows.
  std::function<Task<bool>(PartitionKey, Uuid directory)> assign_to_dir;
  // On the manager's shard: a log directory has failed (BrokerHeartbeat tells); `is_last`: the broker must stop.
  std::function<void(const Uuid& directory, bool is_last)> dir_failed;
};

// Makes this broker's replicas what the metadata says: opens and deletes logs, makes leaders and followers, changes
// settings, and does what they need in the background: checkpoints, retention, flushes, shrinking ISRs.
//
// Owner: one shard, the manager's (one of HostedReplicas::shards()), where all of it is called; partitions are touched
// at home.  Settings: log.*.interval.ms, replica.lag.time.max.ms, replica.high.watermark.checkpoint.interval.ms.
class ReplicaManager {
 public:
  // Everything passed outlives it.
  ReplicaManager(Shard& shard, HostedReplicas& replicas, LogManager& logs, Pool& pool, BrokerConfigPtr config,
                 ReplicaManagerEvents events);
  ~ReplicaManager();

  // Opens every log in the directories, before the first apply().  `image`: the first that the broker has caught up
  // with.  Fails as LogManager::load().
  Task<Result<void>> load(MetadataImagePtr image);

  // Follows the metadata from the image before to this one; all partitions are what it says when the task ends.  One
  // call at a time, in the order of the images.
  Task<void> apply(MetadataImagePtr image, MetadataChanges changes);

  // New broker settings: the defaults of all topics may have changed.
  Task<void> set_broker_config(BrokerConfigPtr config);

  // AlterReplicaLogDirs for one partition; see LogDirMoves::alter().
  Task<Result<void>> alter_log_dir(StoredTopic topic, PartitionId partition, std::string dir);

  // Begins the background work.
  void start();

  // A clean stop: nobody can use a partition any more, every log is synced and closed, checkpoints are written, and
  // directories where all of that succeeded are marked (`.kafka_cleanshutdown`) with the broker's epoch.
  Task<void> stop(std::int64_t broker_epoch);

  // The log directory of a hosted partition has failed: everything in it goes offline.
  Task<void> handle_dir_failure(std::string dir);

 private:
  using Changes = std::vector<std::vector<ReplicaChange>>;  // By shard.
  struct Checkpoints {
    OffsetsByDir recovery_points, log_start_offsets, high_watermarks;
  };

  PartitionHost host_on(std::size_t shard);
  LogDirMovesHost moves_host();
  void log_failed_at_home(const std::shared_ptr<Partition>& partition, const Error& error);
  Task<void> report_dir_failure(std::string dir);
  TopicConfig topic_config(const MetadataImage& image, StoredTopicView topic) const;

  void plan_removals(const MetadataImage& before, const MetadataImage& after, const MetadataChanges& changes,
                     Changes& plan);
  void plan_topic(const MetadataImage& before, const MetadataImage& after, const TopicImage& topic, Changes& plan);
  Task<void> open_log(ReplicaChange& change);
  std::optional<Epoch> first_epoch_of(const ReplicaChange& change) const;
  Task<void> prepare_directories(const std::vector<ReplicaChange*>& changes);
  Task<void> open_those(std::vector<ReplicaChange*>& left);
  Task<void> open_logs(Changes& plan);
  Task<void> carry_out(Changes& plan);
  Task<void> resume_moves(Changes& plan);
  Task<void> carry_out_on(std::size_t shard, std::vector<ReplicaChange>& changes);
  Task<void> reconfigure(const MetadataImage& image, const MetadataChanges* changes);

  Task<Checkpoints> collect_checkpoints();
  Task<bool> moved_since(std::uint64_t* seen);
  Task<void> write_high_watermarks_if_moved();
  Task<void> write_log_offsets_if_moved();
  Task<void> write_high_watermarks();
  Task<void> write_log_offsets();
  Task<void> start_on(std::size_t shard);

  Shard& shard_;
  HostedReplicas& replicas_;
  LogManager& logs_;
  Pool& pool_;
  BrokerConfigPtr config_;
  ReplicaManagerEvents events_;
  LogDirMoves moves_;
  storage::AppendQueue changes_;  // New metadata, or a move: one at a time, so that no partition goes amid the other.
  ImageLiveness liveness_;
  MetadataImagePtr image_;  // As applied last; never null.
  std::unordered_set<PartitionKey> hosted_;
  storage::AppendQueue checkpoints_;              // Who writes them: an older one must not replace a newer.
  std::uint64_t high_watermarks_written_at_ = 0;  // After so many moves of all partitions.
  std::uint64_t log_offsets_written_at_ = 0;
  std::unique_ptr<LogCleaner> cleaner_;
  std::vector<std::unique_ptr<Periodic>> periodic_;  // By shard, touched there; the manager's own is the last.
};

}  // namespace muir::server

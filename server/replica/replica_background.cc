// What the ReplicaManager does beside following the metadata: checkpoints, retention, flushes, failed directories, and
// the clean stop.

#include <algorithm>

#include "server/replica/future_replica.h"
#include "server/replica/log_cleaner.h"
#include "server/replica/replica_manager.h"
#include "server/runtime/log.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

// What a log's chores, flush.ms among them, wait for at most when nobody asked for them.  Apache Kafka looks at
// flush.ms every log.flush.scheduler.interval.ms, by default never; that can make it sooner here, not later.
constexpr milliseconds kChoresInterval{1000};

constexpr std::size_t kLogsClosedAtOnce = 64;

struct PartitionOffsets {
  std::string dir;
  storage::PartitionName partition;
  Offset recovery_point, log_start_offset, high_watermark;
};

Task<std::uint64_t> moves_at_home(ShardReplicas& replicas) { co_return replicas.moves(); }

PartitionOffsets offsets_of(const TopicIdPartition& id, const storage::Log& log) {
  return {LogManager::dir_of(log.directory()),
          {id.topic.name, id.key.partition},
          log.recovery_point(),
          log.log_start_offset(),
          log.high_watermark()};
}

// A future replica lies in another directory, under the same name in its checkpoints.
Task<std::vector<PartitionOffsets>> offsets_at_home(ShardReplicas& replicas) {
  std::vector<PartitionOffsets> all;
  for (const auto& partition : replicas.all()) {
    all.push_back(offsets_of(partition->id(), partition->log()));
    if (partition->future()) all.push_back(offsets_of(partition->id(), partition->future()->log()));
  }
  co_return all;
}

Task<void> close_future(std::shared_ptr<Partition> partition, std::vector<std::string>& dirty) {
  const auto future = partition->future();
  if (future == nullptr) co_return;
  const auto closed = co_await future->close();
  if (closed) co_return;
  log_error("future log not closed", field("dir", future->log().directory()), field("error", closed.error().message()));
  dirty.push_back(LogManager::dir_of(future->log().directory()));
}

// Compacted logs are the cleaner's, who knows which of them are being cleaned.
Task<void> retain_at_home(ShardReplicas& replicas) {
  for (const auto& partition : replicas.all())
    if (!partition->log().config().cleanup_compact) co_await partition->apply_retention();
}

Task<void> do_chores_at_home(ShardReplicas& replicas) {
  for (const auto& partition : replicas.take_those_with_timed_chores()) co_await partition->do_chores();
}

Task<void> forget_producers_at_home(ShardReplicas& replicas) {
  for (const auto& partition : replicas.all()) partition->forget_expired_producers();
  co_return;
}

Task<void> check_isrs_at_home(ShardReplicas& replicas) {
  for (const auto& partition : replicas.all()) partition->check_isr();
  co_return;
}

Task<void> close_those(std::vector<std::shared_ptr<Partition>>& left, std::vector<std::string>& dirty) {
  while (!left.empty()) {
    const auto partition = std::move(left.back());
    left.pop_back();
    const auto closed = co_await partition->close();
    co_await close_future(partition, dirty);
    if (closed) continue;
    log_error("log not closed", field("partition", partition->id().to_string()),
              field("error", closed.error().message()));
    dirty.push_back(LogManager::dir_of(partition->log().directory()));
  }
}

// Closes every log, many at once, so that they share their syncs; the directories of those that could not be.
Task<std::vector<std::string>> close_at_home(ShardReplicas& replicas, Periodic& periodic) {
  periodic.stop();
  std::vector<std::string> dirty;
  auto partitions = replicas.all();
  for (const auto& partition : partitions) partition->stop(ReplicaErrc::not_leader_or_follower);
  TaskGroup closing;
  for (std::size_t i = std::min(partitions.size(), kLogsClosedAtOnce); i > 0; --i)
    closing.spawn("close logs", close_those(partitions, dirty));
  co_await closing.close();
  co_return dirty;
}

// A replica that was to move into the failed directory or out of it, and stays where it is.
struct StoppedMove {
  PartitionKey key;
  std::string dir;
  bool was_assigned = false;  // The controller believes it to be elsewhere.
};

Task<std::vector<StoppedMove>> take_offline_at_home(ShardReplicas& replicas, std::string dir) {
  std::vector<StoppedMove> stopped;
  for (const auto& partition : replicas.all()) {
    const auto future = partition->future();
    if (LogManager::dir_of(partition->log().directory()) == dir) {
      partition->stop(ReplicaErrc::kafka_storage_error);
      replicas.mark_offline(partition->id().key);
      if (future == nullptr) continue;
      const auto closed = co_await future->close();  // The next start goes on with it.
      if (!closed) log_warn("future log not closed", field("dir", future->log().directory()));
      stopped.push_back({partition->id().key, dir, future->is_assigned});
    } else if (future != nullptr && LogManager::dir_of(future->log().directory()) == dir) {
      static_cast<void>(co_await partition->give_up_future());
      stopped.push_back({partition->id().key, LogManager::dir_of(partition->log().directory()), future->is_assigned});
    }
  }
  co_return stopped;
}

template <class Work>
Task<void> spawn_periodic(Shard& shard, Periodic& periodic, const char* name, milliseconds first, milliseconds every,
                          Work work) {
  shard.tasks().spawn(name, periodic.run(first, every, std::move(work)));
  co_return;
}

}  // namespace

void ReplicaManager::start() {
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard)
    shard_.tasks().spawn("start", start_on(shard));

  if (config_->log_cleaner_enable) cleaner_->start();
  Periodic& periodic = *periodic_.back();
  const auto delay = config_->log_initial_task_delay_ms;
  auto& tasks = shard_.tasks();
  tasks.spawn("high watermark checkpoint", periodic.run(config_->replica_high_watermark_checkpoint_interval_ms,
                                                        config_->replica_high_watermark_checkpoint_interval_ms,
                                                        [this] { return write_high_watermarks_if_moved(); }));
  tasks.spawn("recovery point and log start checkpoint",
              periodic.run(delay,
                           std::min(config_->log_flush_offset_checkpoint_interval_ms,
                                    config_->log_flush_start_offset_checkpoint_interval_ms),
                           [this] { return write_log_offsets_if_moved(); }));
  tasks.spawn("removal of deleted partitions",
              periodic.run(kChoresInterval, kChoresInterval, [this] { return logs_.remove_deleted(pool_); }));
}

Task<void> ReplicaManager::start_on(std::size_t index) {
  Shard& shard = *replicas_.shards()[index];
  Periodic& periodic = *periodic_[index];
  ShardReplicas& replicas = replicas_.on(index);
  const auto delay = config_->log_initial_task_delay_ms;
  const auto retention_every = config_->log_retention_check_interval_ms;
  const auto chores_every = std::min(kChoresInterval, config_->log_flush_scheduler_interval_ms);
  const auto expiry_every = config_->producer_id_expiration_check_interval_ms;
  const auto isr_every = config_->replica_lag_time_max_ms / 2;
  co_await call(shard, [&] {
    return spawn_periodic(shard, periodic, "retention", delay, retention_every,
                          [&replicas] { return retain_at_home(replicas); });
  });
  co_await call(shard, [&] {
    return spawn_periodic(shard, periodic, "chores of logs", chores_every, chores_every,
                          [&replicas] { return do_chores_at_home(replicas); });
  });
  co_await call(shard, [&] {
    return spawn_periodic(shard, periodic, "expiry of producers", expiry_every, expiry_every,
                          [&replicas] { return forget_producers_at_home(replicas); });
  });
  co_await call(shard, [&] {
    return spawn_periodic(shard, periodic, "shrinking of ISRs", isr_every, isr_every,
                          [&replicas] { return check_isrs_at_home(replicas); });
  });
}

Task<ReplicaManager::Checkpoints> ReplicaManager::collect_checkpoints() {
  Checkpoints checkpoints;
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard) {
    const auto all = co_await call(*replicas_.shards()[shard], [&] { return offsets_at_home(replicas_.on(shard)); });
    for (const PartitionOffsets& offsets : all) {
      checkpoints.recovery_points[offsets.dir][offsets.partition] = offsets.recovery_point;
      checkpoints.high_watermarks[offsets.dir][offsets.partition] = offsets.high_watermark;
      if (Offset{0} < offsets.log_start_offset)
        checkpoints.log_start_offsets[offsets.dir][offsets.partition] = offsets.log_start_offset;
    }
  }
  co_return checkpoints;
}

// A checkpoint names every partition: with thousands that are idle it is not written for nothing.
Task<bool> ReplicaManager::moved_since(std::uint64_t* seen) {
  std::uint64_t moves = 0;
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard)
    moves += co_await call(*replicas_.shards()[shard], [&] { return moves_at_home(replicas_.on(shard)); });
  co_return std::exchange(*seen, moves) != moves;
}

Task<void> ReplicaManager::write_high_watermarks_if_moved() {
  const bool moved = co_await moved_since(&high_watermarks_written_at_);
  if (moved) co_await write_high_watermarks();
}

Task<void> ReplicaManager::write_log_offsets_if_moved() {
  const bool moved = co_await moved_since(&log_offsets_written_at_);
  if (moved) co_await write_log_offsets();
}

Task<void> ReplicaManager::write_high_watermarks() {
  const auto turn = co_await checkpoints_.turn();
  auto checkpoints = co_await collect_checkpoints();
  co_await logs_.write_checkpoint(storage::kReplicationCheckpoint, std::move(checkpoints.high_watermarks));
}

Task<void> ReplicaManager::write_log_offsets() {
  const auto turn = co_await checkpoints_.turn();
  auto checkpoints = co_await collect_checkpoints();
  co_await logs_.write_checkpoint(storage::kRecoveryPointCheckpoint, std::move(checkpoints.recovery_points));
  co_await logs_.write_checkpoint(storage::kLogStartCheckpoint, std::move(checkpoints.log_start_offsets));
}

Task<void> ReplicaManager::stop(std::int64_t broker_epoch) {
  periodic_.back()->stop();
  co_await cleaner_->stop();
  std::vector<std::string> dirty;
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard) {
    const auto more = co_await call(*replicas_.shards()[shard],
                                    [&] { return close_at_home(replicas_.on(shard), *periodic_[shard]); });
    dirty.insert(dirty.end(), more.begin(), more.end());
  }
  co_await write_high_watermarks();
  co_await write_log_offsets();
  co_await logs_.mark_clean(broker_epoch, dirty);
}

void ReplicaManager::log_failed_at_home(const std::shared_ptr<Partition>& partition, const Error& error) {
  const std::string dir = LogManager::dir_of(partition->log().directory());
  log_error("log failed", field("partition", partition->id().to_string()), field("dir", dir),
            field("error", error.message()));
  Shard::current()->tasks().spawn("report a failed log directory", report_dir_failure(dir));
}

Task<void> ReplicaManager::report_dir_failure(std::string dir) {
  co_await call(shard_, [&] { return handle_dir_failure(dir); });
}

Task<void> ReplicaManager::handle_dir_failure(std::string dir) {
  const auto id = logs_.dir_id(dir);
  const auto online = logs_.online_dirs();
  if (!id || std::ranges::find(online, *id) == online.end()) co_return;  // Known.
  const auto others = logs_.dir_failed(dir);
  log_error("log directory offline", field("dir", dir));
  for (std::size_t shard = 0; shard < replicas_.shards().size(); ++shard) {
    const auto stopped =
        co_await call(*replicas_.shards()[shard], [&] { return take_offline_at_home(replicas_.on(shard), dir); });
    for (const StoppedMove& move : stopped) {
      const auto current = logs_.dir_id(move.dir);
      if (!move.was_assigned || !current) continue;
      const bool is_told = co_await events_.assign_to_dir(move.key, *current);
      if (!is_told) log_error("a replica's directory could not be told", field("dir", move.dir));
    }
  }
  if (events_.dir_failed) events_.dir_failed(*id, !others);
}

}  // namespace muir::server

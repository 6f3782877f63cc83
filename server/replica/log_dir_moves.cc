#include "server/replica/log_dir_moves.h"

#include <algorithm>
#include <utility>

#include "server/runtime/log.h"
#include "storage/log/file_names.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

// How much a shard copies before it turns to its other work.
constexpr std::uint64_t kSliceBytes = 256 * 1024;
constexpr milliseconds kRetryAfter{1000};
// "<topic>-<partition>.<32 hex digits>-future" in 255 bytes.
constexpr std::size_t kDirectoryNameMax = 255;
constexpr std::size_t kFutureSuffixBytes = 1 + 32 + storage::kFutureDirSuffix.size();

// Where a replica is, and is to be.
struct Places {
  std::shared_ptr<Partition> partition;
  std::string current;
  std::string future;  // Empty: it does not move.
  storage::LogConfig config;
};

Task<Result<Places>> places_at_home(const ShardReplicas& replicas, PartitionKey key) {
  const auto partition = replicas.get(key);
  if (!partition) co_return partition.error();
  const auto& future = (*partition)->future();
  Places places{*partition, LogManager::dir_of((*partition)->log().directory()), "", (*partition)->log().config()};
  if (future) places.future = LogManager::dir_of(future->log().directory());
  co_return places;
}

Task<Partition::FuturePtr> give_up_at_home(std::shared_ptr<Partition> partition) {
  co_return co_await partition->give_up_future();
}

}  // namespace

LogDirMoves::LogDirMoves(Shard& shard, HostedReplicas& replicas, LogManager& logs, Pool& pool, LogDirMovesHost host)
    : shard_(shard), replicas_(replicas), logs_(logs), pool_(pool), host_(std::move(host)) {}

Result<std::string> LogDirMoves::check_dir(const TopicIdPartition& id, const std::string& dir) const {
  if (id.to_string().size() + kFutureSuffixBytes > kDirectoryNameMax) return ReplicaErrc::invalid_topic_exception;
  const auto found = logs_.dir_at(dir);
  if (!found) return ReplicaErrc::log_dir_not_found;
  if (!found->is_online) return ReplicaErrc::kafka_storage_error;
  if (found->is_cordoned) return ReplicaErrc::invalid_replica_assignment;
  return found->path;
}

Task<Result<void>> LogDirMoves::alter(TopicIdPartition id, std::string dir) {
  const auto path = check_dir(id, dir);
  if (!path) co_return path.error();
  Shard& home = replicas_.home_of(id.key);
  const auto places = co_await call(home, [&] { return places_at_home(replicas_.at_home_of(id.key), id.key); });
  if (!places) {
    if (places.error() != ReplicaErrc::kafka_storage_error) logs_.prefer(id, *path);
    co_return places.error();
  }
  if (places->future == *path) co_return ok();
  if (!places->future.empty()) co_await cancel(id, places->partition, places->current);
  if (places->current == *path) co_return ok();

  co_await host_.write_log_offsets();  // What the directory's checkpoints say of an earlier replica must not count.
  auto log = co_await logs_.create_future(pool_, id, *path, places->config);
  if (!log) co_return ReplicaErrc::kafka_storage_error;
  log_info("replica is to move", field("partition", id.to_string()), field("to", *path));
  const auto begun = co_await begin(id, std::make_shared<FutureReplica>(std::move(*log)));
  co_return begun;
}

Task<void> LogDirMoves::cancel(TopicIdPartition id, PartitionPtr partition, std::string current_dir) {
  Shard& home = replicas_.home_of(id.key);
  const auto future = co_await call(home, [&] { return give_up_at_home(partition); });
  if (future == nullptr) co_return;
  const std::string directory = future->log().directory();
  const auto delay = milliseconds(future->log().config().file_delete_delay_ms);
  const auto renamed = co_await call(home, [&] { return future->discard(); });
  logs_.deleted(directory, renamed ? *renamed : "", shard_.clock().now() + delay);
  log_info("move of a replica cancelled", field("partition", id.to_string()), field("was_in", directory));
  const auto current = logs_.dir_id(current_dir);
  if (future->is_assigned && current) static_cast<void>(co_await host_.assign(id.key, *current));
}

namespace {

Task<Result<std::shared_ptr<Partition>>> attach_at_home(const ShardReplicas& replicas, PartitionKey key,
                                                        std::shared_ptr<FutureReplica> future) {
  const auto partition = replicas.get(key);
  if (!partition) co_return partition.error();
  if ((*partition)->is_stopped()) co_return ReplicaErrc::not_leader_or_follower;
  (*partition)->set_future(std::move(future));
  co_return *partition;
}

template <class Start>
Task<void> spawn_at_home(Shard& home, Start start) {
  home.tasks().spawn("move a replica to another log directory", start());
  co_return;
}

}  // namespace

Task<Result<void>> LogDirMoves::begin(TopicIdPartition id, FuturePtr future) {
  Shard& home = replicas_.home_of(id.key);
  const auto attached =
      co_await call(home, [&] { return attach_at_home(replicas_.at_home_of(id.key), id.key, future); });
  if (!attached) {
    const std::string directory = future->log().directory();
    const auto renamed = co_await call(home, [&] { return future->discard(); });
    logs_.deleted(directory, renamed ? *renamed : "", shard_.clock().now());
    co_return attached.error();
  }
  const auto start = [&] { return move(*attached, future); };
  co_await call(home, [&] { return spawn_at_home(home, start); });
  co_return ok();
}

Task<void> LogDirMoves::resume(TopicIdPartition id, OpenedLog future) {
  log_info("move of a replica goes on", field("partition", id.to_string()), field("to", future.log->directory()));
  const auto begun = co_await begin(id, std::make_shared<FutureReplica>(std::move(future.log)));
  if (!begun)
    log_error("move of a replica does not go on", field("partition", id.to_string()),
              field("error", begun.error().message()));
}

// From here on at the partition's home.
Task<void> LogDirMoves::move(PartitionPtr partition, FuturePtr future) {
  for (;;) {
    const auto moved = co_await try_move(partition, future);
    if (moved || future->is_cancelled() || moved.error() == ReplicaErrc::move_cancelled) co_return;
    log_error("move of a replica stopped", field("partition", partition->id().to_string()),
              field("to", future->log().directory()), field("error", moved.error().message()));
    const bool is_hopeless = co_await blame(partition, future, moved.error());
    if (is_hopeless) {
      static_cast<void>(co_await partition->give_up_future());
      co_return;
    }
    // The disk is full, say.
    Shard& home = *Shard::current();
    const bool goes_on = co_await future->sleep_until(home.timers(), home.clock().now() + kRetryAfter);
    if (!goes_on) co_return;
  }
}

Task<Result<void>> LogDirMoves::try_move(PartitionPtr partition, FuturePtr future) {
  auto done = co_await fill(partition, future);
  if (!done) co_return done;
  done = co_await assign(partition, future);
  if (!done) co_return done;
  done = co_await fill(partition, future);
  if (!done) co_return done;
  done = co_await swap(partition, future);
  co_return done;
}

// Ends when the future replica has caught up for a moment, and is on stable storage but for the last of it.
Task<Result<void>> LogDirMoves::fill(PartitionPtr partition, FuturePtr future) {
  for (bool is_caught_up = false; !is_caught_up;) {
    const auto step =
        co_await future->copy_from(partition->shared_log(), partition->state().leader_epoch(), kSliceBytes);
    if (!step) co_return step.error();
    partition->log_moved();
    is_caught_up = step->is_caught_up;
    const auto size_bytes = step->size_bytes;
    const Instant next = co_await call(shard_, [this, size_bytes] { return pace(size_bytes); });
    const bool goes_on = co_await future->sleep_until(Shard::current()->timers(), next);
    if (!goes_on) co_return ReplicaErrc::move_cancelled;
  }
  const auto flushed = co_await future->flush();
  partition->log_moved();
  co_return flushed;
}

// Until then the metadata has the replica in its old directory, and afterwards in the new one: in between, the broker
// would lead from the one while the controller watches the other.
Task<Result<void>> LogDirMoves::assign(PartitionPtr partition, FuturePtr future) {
  const PartitionKey key = partition->id().key;
  const std::string dir = LogManager::dir_of(future->log().directory());
  const auto tell = [this, &key, &dir]() -> Task<bool> {
    const auto id = logs_.dir_id(dir);
    return host_.assign(key, id.value_or(kZeroUuid));
  };
  for (;;) {
    future->is_assigned = true;  // From the moment when it may be.
    const bool is_told = co_await call(shard_, tell);
    if (future->is_cancelled()) co_return ReplicaErrc::move_cancelled;
    if (is_told) co_return ok();
    Shard& home = *Shard::current();
    const bool goes_on = co_await future->sleep_until(home.timers(), home.clock().now() + kRetryAfter);
    if (!goes_on) co_return ReplicaErrc::move_cancelled;
  }
}

Task<Result<void>> LogDirMoves::swap(PartitionPtr partition, FuturePtr future) {
  // If we crash right after the swap, the next start must know where the log starts.
  co_await call(shard_, [this] { return host_.write_log_offsets(); });
  const TopicIdPartition id = partition->id();
  const auto config = partition->log().config();
  const Partition::Promote promote = [this, &id, &config, future](std::string from) {
    const storage::Log& log = future->log();
    return logs_.promote(pool_, id, std::move(from), config, log.log_start_offset(), log.log_end_offset());
  };
  const auto old = co_await partition->promote_future(future, kSliceBytes, promote);
  if (!old) co_return old.error();
  log_info("replica has moved", field("partition", id.to_string()), field("from", (*old)->directory()),
           field("to", partition->log().directory()));

  const std::string directory = (*old)->directory();
  const auto delay = milliseconds((*old)->config().file_delete_delay_ms);
  const auto renamed = co_await (*old)->mark_deleted();
  const std::string target = renamed ? *renamed : "";
  const auto finish = [this, &directory, &target, delay]() -> Task<void> {
    logs_.deleted(directory, target, shard_.clock().now() + delay);
    return host_.write_log_offsets();
  };
  co_await call(shard_, finish);
  if (!renamed) {
    const std::string dir = LogManager::dir_of(directory);
    co_await call(shard_, [&] { return host_.dir_failed(dir); });
  }
  co_return ok();
}

// Whose fault it was.  True if the move is over.
Task<bool> LogDirMoves::blame(PartitionPtr partition, FuturePtr future, Error error) {
  if (partition->log().is_offline()) {
    static_cast<void>(partition->failed(error));
    co_return true;
  }
  const bool is_system_error = error.category() == boost::system::system_category();
  const bool is_disk_full = storage::is_out_of_space(error) || error == storage::Errc::disk_full;
  const bool is_broken = future->log().is_offline() || future->is_finished() || (is_system_error && !is_disk_full);
  if (!is_broken) co_return false;
  const std::string dir = LogManager::dir_of(future->log().directory());
  co_await call(shard_, [&] { return host_.dir_failed(dir); });
  co_return true;
}

// When the next slice may be copied.
Task<Instant> LogDirMoves::pace(std::uint64_t size_bytes) {
  const Instant now = shard_.clock().now();
  if (bytes_per_second_ <= 0 || bytes_per_second_ == INT64_MAX) co_return now;
  const auto cost = std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(size_bytes) / static_cast<double>(bytes_per_second_) * 1e9));
  paid_until_ = std::max(paid_until_, now) + std::chrono::duration_cast<Instant::duration>(cost);
  co_return paid_until_;
}

}  // namespace muir::server

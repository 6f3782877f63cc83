#pragma once

#include <memory>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "server/replica/errc.h"
#include "server/replica/partition.h"
#include "server/replica/topic_id_partition.h"
#include "server/runtime/shard.h"

namespace muir::server {

// The partitions of one shard.  Owner: that shard; used there only.
class ShardReplicas {
 public:
  // Fails with kafka_storage_error if its directory has failed, not_leader_or_follower if it is somebody else's (or
  // will be here in a moment), unknown_topic_or_partition if the metadata that this shard has seen does not know it.
  Result<std::shared_ptr<Partition>> get(const PartitionKey& key) const;

  void host(std::shared_ptr<Partition> partition);
  // It is assigned here, but its log directory has failed.
  void mark_offline(const PartitionKey& key);
  // It is in the metadata, but not assigned here.
  void mark_remote(const PartitionKey& key);
  // It is no longer in the metadata.  Yields what was hosted, if anything.
  std::shared_ptr<Partition> forget(const PartitionKey& key);

  // Every partition that is hosted, in no order.
  std::vector<std::shared_ptr<Partition>> all() const;

  // Something of a partition is not any more what it was (PartitionHost::moved).
  void partition_moved(const Partition& partition);
  std::uint64_t moves() const { return moves_; }  // Equal numbers: no checkpoint would have changed.
  // Those whose logs have chores that time brings, and maybe some that had; each is told of once.
  std::vector<std::shared_ptr<Partition>> take_those_with_timed_chores();
  std::size_t size() const { return hosted_.size(); }

 private:
  enum class Absence { remote, offline };

  std::unordered_map<PartitionKey, std::shared_ptr<Partition>> hosted_;
  std::unordered_map<PartitionKey, Absence> absent_;
  std::unordered_set<PartitionKey> with_timed_chores_;
  std::uint64_t moves_ = 0;
};

// All partitions of this broker, each on its home shard.
// The shards outlive it; their number never changes.  May be asked on any thread; what a shard holds is touched there.
class HostedReplicas {
 public:
  explicit HostedReplicas(std::vector<Shard*> shards);

  // Partitions of one topic lie on neighbouring shards, so that a topic with as many partitions as shards uses all.
  Shard& home_of(const PartitionKey& key) const;
  std::size_t shard_index(const PartitionKey& key) const;

  const std::vector<Shard*>& shards() const { return shards_; }
  // Only on that shard.
  ShardReplicas& on(std::size_t shard_index) { return *replicas_[shard_index]; }
  ShardReplicas& at_home_of(const PartitionKey& key) { return on(shard_index(key)); }

  // Runs `function`, which takes a Partition& and returns a Task of some Result, at the partition's home, and waits.
  // The partition lives until it has ended.  Fails as ShardReplicas::get() does.
  template <class F, class R = typename std::invoke_result_t<F&, Partition&>::value_type>
  Task<R> on_partition(PartitionKey key, F function) {
    co_return co_await call(home_of(key), [this, key, &function] { return at_home<F, R>(key, function); });
  }

 private:
  template <class F, class R>
  Task<R> at_home(PartitionKey key, F& function) {
    const auto partition = at_home_of(key).get(key);
    if (!partition) co_return partition.error();
    co_return co_await function(**partition);
  }

  std::vector<Shard*> shards_;
  std::vector<std::unique_ptr<ShardReplicas>> replicas_;
};

}  // namespace muir::server

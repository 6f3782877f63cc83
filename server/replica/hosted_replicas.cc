#include "server/replica/hosted_replicas.h"

#include "wire/base/check.h"

namespace muir::server {

Result<std::shared_ptr<Partition>> ShardReplicas::get(const PartitionKey& key) const {
  if (const auto found = hosted_.find(key); found != hosted_.end()) return found->second;
  const auto absent = absent_.find(key);
  if (absent == absent_.end()) return ReplicaErrc::unknown_topic_or_partition;
  if (absent->second == Absence::offline) return ReplicaErrc::kafka_storage_error;
  return ReplicaErrc::not_leader_or_follower;
}

void ShardReplicas::host(std::shared_ptr<Partition> partition) {
  const PartitionKey key = partition->id().key;
  absent_.erase(key);
  partition_moved(*partition);
  hosted_[key] = std::move(partition);
}

void ShardReplicas::mark_offline(const PartitionKey& key) {
  ++moves_;
  hosted_.erase(key);
  absent_[key] = Absence::offline;
}

void ShardReplicas::mark_remote(const PartitionKey& key) {
  ++moves_;
  hosted_.erase(key);
  absent_[key] = Absence::remote;
}

std::shared_ptr<Partition> ShardReplicas::forget(const PartitionKey& key) {
  ++moves_;
  absent_.erase(key);
  auto node = hosted_.extract(key);
  return node.empty() ? nullptr : std::move(node.mapped());
}

std::vector<std::shared_ptr<Partition>> ShardReplicas::all() const {
  std::vector<std::shared_ptr<Partition>> partitions;
  partitions.reserve(hosted_.size());
  for (const auto& [key, partition] : hosted_) partitions.push_back(partition);
  return partitions;
}

void ShardReplicas::partition_moved(const Partition& partition) {
  ++moves_;
  if (partition.log().has_timed_chores()) with_timed_chores_.insert(partition.id().key);
}

std::vector<std::shared_ptr<Partition>> ShardReplicas::take_those_with_timed_chores() {
  std::vector<std::shared_ptr<Partition>> partitions;
  for (const PartitionKey& key : std::exchange(with_timed_chores_, {}))
    if (const auto found = hosted_.find(key); found != hosted_.end()) partitions.push_back(found->second);
  return partitions;
}

HostedReplicas::HostedReplicas(std::vector<Shard*> shards) : shards_(std::move(shards)) {
  CHECK(!shards_.empty());
  for (std::size_t i = 0; i < shards_.size(); ++i) replicas_.push_back(std::make_unique<ShardReplicas>());
}

std::size_t HostedReplicas::shard_index(const PartitionKey& key) const {
  return (std::hash<Uuid>{}(key.topic_id) + static_cast<std::size_t>(key.partition.value)) % shards_.size();
}

Shard& HostedReplicas::home_of(const PartitionKey& key) const { return *shards_[shard_index(key)]; }

}  // namespace muir::server

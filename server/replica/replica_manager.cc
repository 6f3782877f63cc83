#include "server/replica/replica_manager.h"

#include <algorithm>
#include <set>

#include "server/replica/log_cleaner.h"
#include "server/replica/log_config_of.h"
#include "server/runtime/log.h"

namespace muir::server {
namespace {

constexpr std::size_t kLogsOpenedAtOnce = 16;

storage::PartitionRegistration replication_of(const PartitionRegistration& registration) {
  return {registration.leader, registration.leader_epoch,    registration.partition_epoch,  registration.replicas,
          registration.isr,    registration.adding_replicas, registration.removing_replicas};
}

}  // namespace

ReplicaManager::ReplicaManager(Shard& shard, HostedReplicas& replicas, LogManager& logs, Pool& pool,
                               BrokerConfigPtr config, ReplicaManagerEvents events)
    : shard_(shard),
      replicas_(replicas),
      logs_(logs),
      pool_(pool),
      config_(std::move(config)),
      events_(std::move(events)),
      moves_(shard_, replicas_, logs_, pool_, moves_host()),
      image_(std::make_shared<const MetadataImage>()),
      cleaner_(std::make_unique<LogCleaner>(shard, replicas, logs, pool, config_)) {
  for (Shard* const home : replicas_.shards()) periodic_.push_back(std::make_unique<Periodic>(*home));
  periodic_.push_back(std::make_unique<Periodic>(shard_));
  moves_.set_bytes_per_second(config_->replica_alter_log_dirs_io_max_bytes_per_second);
}

LogDirMovesHost ReplicaManager::moves_host() {
  LogDirMovesHost host;
  host.assign = [this](PartitionKey key, Uuid directory) { return events_.assign_to_dir(key, directory); };
  host.write_log_offsets = [this] { return write_log_offsets(); };
  host.dir_failed = [this](std::string dir) { return handle_dir_failure(std::move(dir)); };
  return host;
}

Task<Result<void>> ReplicaManager::alter_log_dir(StoredTopic topic, PartitionId partition, std::string dir) {
  const auto turn = co_await changes_.turn();
  TopicIdPartition id{{kZeroUuid, partition}, topic};
  if (const TopicImage* const known = image_->topics.find(topic.view())) id.key.topic_id = known->id;
  const auto altered = co_await moves_.alter(std::move(id), std::move(dir));
  co_return altered;
}

ReplicaManager::~ReplicaManager() = default;

TopicConfig ReplicaManager::topic_config(const MetadataImage& image, StoredTopicView topic) const {
  return TopicConfig::resolve(image.configs.of({ConfigResourceType::TOPIC, std::string(topic.name)}), *config_);
}

Task<Result<void>> ReplicaManager::load(MetadataImagePtr image) {
  LogLoadPlan plan;
  plan.is_assigned_here = [&](const PartitionKey& key) {
    const auto* registration = image->topics.find(key.topic_id, key.partition);
    return registration != nullptr && contains(registration->replicas, config_->node_id);
  };
  plan.directory_of = [&](const PartitionKey& key) {
    const auto* registration = image->topics.find(key.topic_id, key.partition);
    return registration == nullptr ? kLostDirectory : registration->directory_of(config_->node_id);
  };
  plan.config_of = [&](const std::string& topic) {
    return log_config_of(topic_config(*image, StoredTopicView(topic)), *config_);
  };
  plan.loaded = [](const std::string& dir, const std::string& partition, std::size_t done, std::size_t total) {
    log_debug("log loaded", field("dir", dir), field("partition", partition), field("done", done), field("of", total));
  };
  co_return co_await pool_.run([&] { return logs_.load(plan); });
}

Task<void> ReplicaManager::apply(MetadataImagePtr image, MetadataChanges changes) {
  const auto turn = co_await changes_.turn();
  const MetadataImagePtr before = std::exchange(image_, image);
  liveness_.set(image);

  // Removals first: a topic that was created anew under its old name wants the same directory name.
  Changes removals(replicas_.shards().size());
  plan_removals(*before, *image, changes, removals);
  co_await carry_out(removals);

  Changes plan(replicas_.shards().size());
  if (changes.is_snapshot) {
    for (const auto& [id, topic] : image->topics.by_id()) plan_topic(*before, *image, *topic, plan);
  } else {
    for (const Uuid& id : changes.changed_topics)
      if (const TopicImage* topic = image->topics.find(id)) plan_topic(*before, *image, *topic, plan);
  }
  co_await open_logs(plan);
  co_await carry_out(plan);
  co_await resume_moves(plan);
  co_await reconfigure(*image, &changes);
}

void ReplicaManager::plan_removals(const MetadataImage& before, const MetadataImage& after,
                                   const MetadataChanges& changes, Changes& plan) {
  std::set<Uuid> deleted;
  for (const auto& [id, name] : changes.deleted_topics) deleted.insert(id);
  if (changes.is_snapshot)
    for (const auto& [id, topic] : before.topics.by_id())
      if (after.topics.find(id) == nullptr) deleted.insert(id);

  for (const Uuid& id : deleted) {
    const TopicImage* const topic = before.topics.find(id);
    if (topic == nullptr) continue;
    for (const auto& [partition, registration] : topic->partitions) {
      const PartitionKey key{id, partition};
      hosted_.erase(key);
      plan[replicas_.shard_index(key)].push_back({ReplicaChange::Kind::remove, {key, topic->name}});
    }
  }
}

void ReplicaManager::plan_topic(const MetadataImage& before, const MetadataImage& after, const TopicImage& topic,
                                Changes& plan) {
  const TopicConfig config = topic_config(after, topic.name);
  for (const auto& [partition, now] : topic.partitions) {
    const PartitionKey key{topic.id, partition};
    const PartitionRegistration* const then = before.topics.find(topic.id, partition);
    if (then != nullptr && *then == *now) continue;

    ReplicaChange change{ReplicaChange::Kind::host, {key, topic.name}, replication_of(*now)};
    if (contains(now->replicas, config_->node_id)) {
      change.config = log_config_of(config, *config_);
      change.min_insync_replicas = config.min_insync_replicas;
      // What was there when we started is not new, although we hear of it for the first time.
      change.is_new = then == nullptr && before.last_offset != kNoOffset;
      change.directory = now->directory_of(config_->node_id);
    } else {
      hosted_.erase(key);
      change.kind = ReplicaChange::Kind::remote;
    }
    plan[replicas_.shard_index(key)].push_back(std::move(change));
  }
}

Task<void> ReplicaManager::open_log(ReplicaChange& change) {
  if (auto loaded = logs_.take(change.id.key)) {
    change.log = std::move(*loaded);
  } else {
    auto created =
        co_await logs_.create(pool_, change.id, change.directory, change.is_new, change.config, first_epoch_of(change));
    if (created)
      change.log = std::move(*created);
    else
      change.open_error = created.error();
  }
  if (!change.log) co_return;
  change.future = logs_.take_future(change.id.key);
  hosted_.insert(change.id.key);
  const auto dir = logs_.dir_id(LogManager::dir_of(change.log->log->directory()));
  if (dir && *dir != change.directory && events_.assigned_to_dir) events_.assigned_to_dir(change.id.key, *dir);
}

std::optional<Epoch> ReplicaManager::first_epoch_of(const ReplicaChange& change) const {
  if (change.registration.leader != config_->node_id) return std::nullopt;
  return change.registration.leader_epoch;
}

Task<void> ReplicaManager::prepare_directories(const std::vector<ReplicaChange*>& changes) {
  std::vector<LogManager::NewReplica> replicas;
  for (const ReplicaChange* change : changes)
    if (change->is_new && !logs_.has_loaded(change->id.key))
      replicas.push_back({change->id, change->directory, first_epoch_of(*change)});
  co_await logs_.prepare(pool_, std::move(replicas));
}

Task<void> ReplicaManager::open_those(std::vector<ReplicaChange*>& left) {
  while (!left.empty()) {
    ReplicaChange& change = *left.back();
    left.pop_back();
    co_await open_log(change);
  }
}

// A few at once keep the pool's threads busy, and do not need memory for thousands that wait for them.
Task<void> ReplicaManager::open_logs(Changes& plan) {
  std::vector<ReplicaChange*> left;
  for (auto& changes : plan)
    for (ReplicaChange& change : changes)
      if (change.kind == ReplicaChange::Kind::host && !hosted_.contains(change.id.key)) left.push_back(&change);
  co_await prepare_directories(left);
  TaskGroup opening;
  for (std::size_t i = std::min(left.size(), kLogsOpenedAtOnce); i > 0; --i)
    opening.spawn("open logs", open_those(left));
  co_await opening.close();
}

Task<void> ReplicaManager::carry_out(Changes& plan) {
  TaskGroup shards;
  for (std::size_t i = 0; i < plan.size(); ++i)
    if (!plan[i].empty()) shards.spawn("apply metadata on a shard", carry_out_on(i, plan[i]));
  co_await shards.close();
}

Task<void> ReplicaManager::carry_out_on(std::size_t shard, std::vector<ReplicaChange>& changes) {
  const PartitionHost host = host_on(shard);
  const auto deleted = co_await call(
      *replicas_.shards()[shard], [&] { return apply_at_home(replicas_.on(shard), host, changes, config_->node_id); });
  for (const DeletedLog& log : deleted)
    logs_.deleted(log.directory, log.renamed_to, shard_.clock().now() + std::chrono::milliseconds(log.delay_ms));
}

Task<void> ReplicaManager::resume_moves(Changes& plan) {
  for (auto& changes : plan)
    for (ReplicaChange& change : changes)
      if (change.future) co_await moves_.resume(change.id, std::move(*change.future));
}

PartitionHost ReplicaManager::host_on(std::size_t shard) {
  return {*replicas_.shards()[shard],
          {config_->node_id, config_->replica_lag_time_max_ms},
          liveness_,
          events_.propose_isr ? events_.propose_isr : [](const auto&, const auto&) {},
          [this](const auto& partition, const Error& error) { log_failed_at_home(partition, error); },
          [&replicas = replicas_.on(shard)](const Partition& partition) { replicas.partition_moved(partition); }};
}

Task<void> ReplicaManager::set_broker_config(BrokerConfigPtr config) {
  config_ = std::move(config);
  cleaner_->set_broker_config(config_);
  logs_.set_cordoned(config_->cordoned_log_dirs);
  moves_.set_bytes_per_second(config_->replica_alter_log_dirs_io_max_bytes_per_second);
  co_await reconfigure(*image_, nullptr);
}

namespace {

struct NewConfig {
  PartitionKey key;
  storage::LogConfig config;
  std::int32_t min_insync_replicas;
};

Task<void> configure_at_home(ShardReplicas& replicas, const std::vector<NewConfig>& configs) {
  for (const NewConfig& config : configs)
    if (const auto partition = replicas.get(config.key))
      (*partition)->set_config(config.config, config.min_insync_replicas);
  co_return;
}

}  // namespace

// Of the topics whose settings changed; of all, without `changes`.
Task<void> ReplicaManager::reconfigure(const MetadataImage& image, const MetadataChanges* changes) {
  std::vector<const TopicImage*> topics;
  if (changes == nullptr || changes->is_snapshot) {
    for (const auto& [id, topic] : image.topics.by_id()) topics.push_back(&*topic);
  } else {
    for (const ConfigResource& resource : changes->configs)
      if (resource.type == ConfigResourceType::TOPIC)
        if (const TopicImage* topic = image.topics.find(StoredTopicView(resource.name))) topics.push_back(topic);
  }
  std::vector<std::vector<NewConfig>> by_shard(replicas_.shards().size());
  for (const TopicImage* topic : topics) {
    const TopicConfig config = topic_config(image, topic->name);
    for (const auto& [partition, registration] : topic->partitions) {
      const PartitionKey key{topic->id, partition};
      if (!hosted_.contains(key)) continue;
      by_shard[replicas_.shard_index(key)].push_back(
          {key, log_config_of(config, *config_), config.min_insync_replicas});
    }
  }
  for (std::size_t shard = 0; shard < by_shard.size(); ++shard)
    if (!by_shard[shard].empty())
      co_await call(*replicas_.shards()[shard],
                    [&] { return configure_at_home(replicas_.on(shard), by_shard[shard]); });
}

}  // namespace muir::server

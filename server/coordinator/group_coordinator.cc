#include "server/coordinator/group_coordinator.h"

#include <algorithm>

#include "server/coordinator/group/java_string.h"
#include "server/runtime/log.h"
#include "wire/base/uuid.h"

namespace muir::server {

GroupCoordinator::GroupCoordinator(HostedReplicas& replicas, NodeId node_id, Settings settings)
    : replicas_(replicas), node_id_(node_id), settings_(settings), hosted_(replicas.shards().size()) {}

GroupCoordinator::~GroupCoordinator() = default;

PartitionId GroupCoordinator::partition_of(const MetadataImage& image, std::string_view group_id) const {
  const TopicImage* topic = image.topics.find(kOffsetsTopic.view());
  const auto count = topic ? static_cast<std::int32_t>(topic->partitions.size()) : settings_.num_partitions;
  return PartitionId{coordinator_partition(group_id, count)};
}

std::optional<GroupCoordinator::Home> GroupCoordinator::find_home(const MetadataImage& image,
                                                                  PartitionId partition) const {
  const TopicImage* topic = image.topics.find(kOffsetsTopic.view());
  const PartitionRegistration* registration = topic ? topic->partition(partition) : nullptr;
  if (!registration || registration->leader != node_id_) return std::nullopt;
  return Home{{topic->id, partition}, registration->leader_epoch};
}

std::shared_ptr<StateMachinePartition> GroupCoordinator::find_hosted(const PartitionKey& key) {
  Hosted& here = hosted_[replicas_.shard_index(key)];
  const auto found = here.find(key);
  return found == here.end() ? nullptr : found->second.partition;
}

// --- following the metadata

Task<void> GroupCoordinator::apply(MetadataImagePtr image, const MetadataChanges& changes) {
  if (is_stopped_) co_return;
  const TopicImage* topic = image->topics.find(kOffsetsTopic.view());
  const bool concerns_us =
      changes.is_snapshot || (topic && changes.changed_topics.contains(topic->id)) ||
      std::ranges::any_of(changes.deleted_topics, [](const auto& deleted) { return deleted.second == kOffsetsTopic; });
  if (concerns_us) co_await follow(image);
  if (!changes.deleted_topics.empty()) co_await forget_topics(changes);
}

Task<void> GroupCoordinator::follow(MetadataImagePtr image) {
  std::vector<std::map<PartitionKey, Epoch>> led(hosted_.size());
  if (const TopicImage* topic = image->topics.find(kOffsetsTopic.view())) {
    for (const auto& [index, registration] : topic->partitions) {
      const PartitionKey key{topic->id, index};
      if (registration->leader == node_id_) led[replicas_.shard_index(key)].emplace(key, registration->leader_epoch);
    }
  }
  for (std::size_t shard = 0; shard < hosted_.size(); ++shard) {
    const auto there = [this, shard, &led] { return follow_on(shard, led[shard]); };
    co_await call(*replicas_.shards()[shard], there);
  }
}

Task<void> GroupCoordinator::follow_on(std::size_t shard, const std::map<PartitionKey, Epoch>& led) {
  Hosted& here = hosted_[shard];
  std::vector<std::shared_ptr<StateMachinePartition>> gone;
  for (auto hosted = here.begin(); hosted != here.end();) {
    const auto still = led.find(hosted->first);
    if (still != led.end() && still->second == hosted->second.leader_epoch) {
      ++hosted;
      continue;
    }
    gone.push_back(hosted->second.partition);
    hosted = here.erase(hosted);
  }
  for (const auto& partition : gone) co_await partition->unload();
  for (const auto& [key, epoch] : led) {
    if (!here.contains(key)) co_await load(key, epoch);
  }
}

// Begins to load; requests hear of it meanwhile.
Task<void> GroupCoordinator::load(PartitionKey key, Epoch leader_epoch) {
  const auto partition = replicas_.at_home_of(key).get(key);
  if (!partition) {
    log_error("Bug: a partition of the offsets topic is led here and not hosted",
              field("error", partition.error().message()));
    co_return;
  }
  Shard& shard = *Shard::current();
  auto machine = std::make_unique<GroupMachine>(settings_.groups, Uuid::random);
  auto loaded = std::make_shared<StateMachinePartition>(shard, *partition, std::move(machine), settings_.writes);
  hosted_[replicas_.shard_index(key)].emplace(key, Loaded{leader_epoch, loaded});
  shard.tasks().spawn("load a group coordinator", load_and_keep(std::move(loaded)));
}

Task<void> GroupCoordinator::load_and_keep(std::shared_ptr<StateMachinePartition> partition) {
  co_await partition->load();
}

// --- topics that are no more

Task<void> GroupCoordinator::forget_topics(const MetadataChanges& changes) {
  for (const auto& [id, name] : changes.deleted_topics) {
    for (std::size_t shard = 0; shard < hosted_.size(); ++shard) {
      const auto there = [this, shard, &id, &name] { return forget_topic_on(shard, id, name.name); };
      co_await call(*replicas_.shards()[shard], there);
    }
  }
}

Task<void> GroupCoordinator::forget_topic_on(std::size_t shard, const Uuid& id, std::string_view name) {
  std::vector<std::shared_ptr<StateMachinePartition>> partitions;
  for (const auto& [key, hosted] : hosted_[shard]) {
    if (hosted.partition->is_active()) partitions.push_back(hosted.partition);
  }
  for (const auto& partition : partitions) {
    if (machine_of(*partition).offsets().of_topic(name).empty()) continue;
    StateMachinePartition::Decide forget = [&](Moment, Effects& effects) {
      machine_of(*partition).delete_topics_offsets(name, id, effects);
    };
    const auto error = co_await partition->execute(std::move(forget));
    if (error != wire::ErrorCode::NONE) {
      log_warn("Offsets of a deleted topic stay", field("topic", name), field("error", wire::name(error)));
    }
  }
}

// --- all of them

Task<bool> GroupCoordinator::for_each(std::function<void(const GroupMachine&)> ask) {
  bool all_loaded = true;
  for (std::size_t shard = 0; shard < hosted_.size(); ++shard) {
    const auto there = [this, shard, &ask, &all_loaded] { return ask_on(shard, ask, all_loaded); };
    co_await call(*replicas_.shards()[shard], there);
  }
  co_return all_loaded;
}

Task<void> GroupCoordinator::ask_on(std::size_t shard, const std::function<void(const GroupMachine&)>& ask,
                                    bool& all_loaded) {
  for (const auto& [key, hosted] : hosted_[shard]) {
    if (hosted.partition->is_active()) {
      ask(machine_of(*hosted.partition));
    } else if (hosted.partition->is_loading()) {
      all_loaded = false;
    }
  }
  co_return;
}

Task<void> GroupCoordinator::stop() {
  is_stopped_ = true;
  const std::map<PartitionKey, Epoch> none;
  for (std::size_t shard = 0; shard < hosted_.size(); ++shard) {
    const auto there = [this, shard, &none] { return follow_on(shard, none); };
    co_await call(*replicas_.shards()[shard], there);
  }
}

}  // namespace muir::server

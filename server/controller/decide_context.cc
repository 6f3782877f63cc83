#include "server/controller/decide_context.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace muir::server {

const Permissions& DecideContext::permissions() const {
  static const Permissions everything;
  return request.permissions == nullptr ? everything : *request.permissions;
}

ApiError DecideContext::charge_mutation(std::size_t partitions) const {
  MutationQuota* quota = request.mutation_quota;
  if (quota == nullptr || quota->charge(static_cast<std::int64_t>(partitions))) return {};
  return ApiError(wire::ErrorCode::THROTTLING_QUOTA_EXCEEDED);
}

Uuid DecideContext::default_dir(NodeId broker) const {
  if (metadata_version() < kDirectoryAssignmentLevel) return kMigratingDirectory;
  const auto* registration = image().cluster.broker(broker);
  if (registration == nullptr) return kUnassignedDirectory;
  if (registration->log_dirs.empty()) return kMigratingDirectory;
  return registration->log_dirs.size() == 1 ? registration->log_dirs.front() : kUnassignedDirectory;
}

std::vector<UsableBroker> DecideContext::usable_brokers() const {
  std::vector<UsableBroker> usable;
  for (const auto& [id, beat] : heartbeats.brokers()) {
    const auto* broker = image().cluster.broker(id);
    if (broker == nullptr || beat.is_shutting_down() || !broker->has_uncordoned_dirs()) continue;
    usable.push_back({id, broker->rack, beat.is_fenced});
  }
  return usable;
}

const DynamicConfigs& DecideContext::cluster_configs() const {
  return image().configs.of({ConfigResourceType::BROKER, ""});
}

const DynamicConfigs& DecideContext::node_configs() const {
  return image().configs.of({ConfigResourceType::BROKER, std::to_string(settings.node_id.value)});
}

std::string DecideContext::topic_config(StoredTopicView topic, std::string_view key) const {
  const auto& own = image().configs.of({ConfigResourceType::TOPIC, std::string(topic.name)});
  return schema.effective_topic_config(key, own, node_configs(), cluster_configs());
}

std::int32_t DecideContext::min_isr(const TopicImage& topic) const {
  const auto text = topic_config(topic.name.view(), "min.insync.replicas");
  std::int32_t wanted = 1;
  std::from_chars(text.data(), text.data() + text.size(), wanted);
  const auto* first = topic.partition(PartitionId{0});
  const auto replicas = first == nullptr ? 1 : static_cast<std::int32_t>(first->replicas.size());
  return std::min(wanted, replicas);
}

bool DecideContext::is_unclean_election_enabled(StoredTopicView topic) const {
  return topic_config(topic, "unclean.leader.election.enable") == "true";
}

PartitionChange::Cluster DecideContext::cluster_for(const TopicImage& topic, const PartitionRegistration& partition,
                                                    std::function<bool(NodeId)> may_lead) const {
  auto has_online_dir = [this, &partition](NodeId id) {
    const auto* broker = image().cluster.broker(id);
    return broker != nullptr && contains(partition.replicas, id) && broker->has_online_dir(partition.directory_of(id));
  };
  PartitionChange::Cluster cluster;
  cluster.may_lead = [may_lead = std::move(may_lead), has_online_dir](NodeId id) {
    return may_lead(id) && has_online_dir(id);
  };
  cluster.default_dir = [this](NodeId id) { return default_dir(id); };
  cluster.options = record_options();
  cluster.min_isr = min_isr(topic);
  return cluster;
}

PartitionChange::Cluster DecideContext::cluster_for(const TopicImage& topic,
                                                    const PartitionRegistration& partition) const {
  return cluster_for(topic, partition, [this](NodeId id) { return image().cluster.is_active(id); });
}

std::optional<std::string> stale_broker_epoch(const ClusterImage& cluster, NodeId broker, std::int64_t epoch) {
  const auto* registration = cluster.broker(broker);
  if (registration == nullptr) return fmt::format("No broker registration found for broker id {}", broker.value);
  if (registration->epoch != epoch)
    return fmt::format("Expected broker epoch {}, but got broker epoch {}", registration->epoch, epoch);
  return std::nullopt;
}

}  // namespace muir::server

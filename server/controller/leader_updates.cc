#include "server/controller/leader_updates.h"

#include <algorithm>
#include <set>
#include <utility>

namespace muir::server {
namespace {

constexpr std::int8_t kFence = 1;
constexpr std::int8_t kUnfence = -1;

wire::BrokerRegistrationChangeRecord change_of(NodeId broker, std::int64_t epoch) {
  wire::BrokerRegistrationChangeRecord record;
  record.broker_id = broker.value;
  record.broker_epoch = epoch;
  return record;
}

auto with_isr_member(NodeId broker) {
  return [broker](const Uuid&, PartitionId, const PartitionRegistration& partition) {
    return contains(partition.isr, broker);
  };
}

auto with_elr_member(NodeId broker) {
  return [broker](const Uuid&, PartitionId, const PartitionRegistration& partition) {
    return contains(partition.elr, broker);
  };
}

}  // namespace

void update_leaders(const DecideContext& context, const LeaderUpdate& update,
                    const std::function<bool(const Uuid&, PartitionId, const PartitionRegistration&)>& concerns,
                    RecordBatch& records) {
  const auto may_lead = [&](NodeId id) {
    if (id == update.remove || id == update.unclean) return false;
    return id == update.add || context.image().cluster.is_active(id);
  };
  const auto version = partition_change_record_version(context.metadata_version());
  for (const auto& [topic_id, topic] : context.image().topics.by_id()) {
    for (const auto& [index, partition] : topic->partitions) {
      if (!concerns(topic_id, index, *partition)) continue;
      PartitionChange change(*partition, topic_id, index, context.cluster_for(*topic, *partition, may_lead));
      if (context.is_unclean_election_enabled(topic->name)) change.election(Election::unclean);
      change.unclean_shutdown(update.unclean);
      change.target_isr(without(partition->isr, {update.remove, update.unclean}));
      const auto record = change.build();
      if (record) records.add(*record, version);
    }
  }
}

void fence_broker(const DecideContext& context, NodeId broker, RecordBatch& records) {
  const auto* registration = context.image().cluster.broker(broker);
  if (registration == nullptr) return;
  update_leaders(context, {.remove = broker}, with_isr_member(broker), records);
  auto change = change_of(broker, registration->epoch);
  change.fenced = kFence;
  records.add(change, 0);
}

void unfence_broker(const DecideContext& context, NodeId broker, std::int64_t epoch, RecordBatch& records) {
  auto change = change_of(broker, epoch);
  change.fenced = kUnfence;
  records.add(change, 0);
  const auto is_leaderless = [](const Uuid&, PartitionId, const PartitionRegistration& partition) {
    return !partition.has_leader();
  };
  update_leaders(context, {.add = broker}, is_leaderless, records);
}

void begin_controlled_shutdown(const DecideContext& context, NodeId broker, std::int64_t epoch, RecordBatch& records) {
  const auto* registration = context.image().cluster.broker(broker);
  if (registration != nullptr && !registration->is_in_controlled_shutdown) {
    auto change = change_of(broker, epoch);
    change.in_controlled_shutdown = 1;
    records.add(change, 1);
  }
  update_leaders(context, {.remove = broker}, with_isr_member(broker), records);
}

void remove_broker(const DecideContext& context, NodeId broker, std::int64_t epoch, RecordBatch& records) {
  update_leaders(context, {.remove = broker}, with_isr_member(broker), records);
  update_leaders(context, {.remove = broker}, with_elr_member(broker), records);
  wire::UnregisterBrokerRecord record;
  record.broker_id = broker.value;
  record.broker_epoch = epoch;
  records.add(record, 0);
}

void end_incarnation(const DecideContext& context, NodeId broker, bool is_clean, RecordBatch& records) {
  if (is_clean || !context.image().features.is_elr_enabled()) {
    update_leaders(context, {.remove = broker}, with_isr_member(broker), records);
    return;
  }
  update_leaders(context, {.unclean = broker}, with_isr_member(broker), records);
  update_leaders(context, {.unclean = broker}, with_elr_member(broker), records);
}

void take_directories_offline(const DecideContext& context, NodeId broker, std::int64_t epoch,
                              const std::vector<Uuid>& offline, RecordBatch& records) {
  if (context.metadata_version() < kDirectoryAssignmentLevel) return;
  const auto* registration = context.image().cluster.broker(broker);
  if (registration == nullptr) return;
  const auto is_offline = [&](const Uuid& id) {
    return std::find(offline.begin(), offline.end(), id) != offline.end();
  };
  auto online = registration->log_dirs;
  std::erase_if(online, is_offline);
  if (online.size() == registration->log_dirs.size()) return;
  const std::set<Uuid> failed(offline.begin(), offline.end());
  const auto lies_there = [&](const Uuid&, PartitionId, const PartitionRegistration& partition) {
    return contains(partition.replicas, broker) && failed.contains(partition.directory_of(broker)) &&
           !is_reserved_directory(partition.directory_of(broker));
  };
  update_leaders(context, {.remove = broker}, lies_there, records);
  auto change = change_of(broker, epoch);
  change.log_dirs = std::move(online);
  records.add(change, 2);
}

void cordon_directories(const DecideContext& context, NodeId broker, std::int64_t epoch,
                        const std::optional<std::vector<Uuid>>& cordoned, RecordBatch& records) {
  // Absent until the broker has caught up with the metadata.
  if (context.metadata_version() < kCordonedLogDirsLevel || !cordoned) return;
  const auto* registration = context.image().cluster.broker(broker);
  if (registration == nullptr) return;
  const auto& known = registration->cordoned_log_dirs;
  if (known && std::set<Uuid>(known->begin(), known->end()) == std::set<Uuid>(cordoned->begin(), cordoned->end()))
    return;
  auto change = change_of(broker, epoch);
  change.cordoned_log_dirs = cordoned;
  records.add(change, 3);
}

bool has_leaderships(const MetadataImage& image, NodeId broker) {
  for (const auto& [id, topic] : image.topics.by_id()) {
    for (const auto& [index, partition] : topic->partitions) {
      if (partition->leader == broker) return true;
    }
  }
  return false;
}

}  // namespace muir::server

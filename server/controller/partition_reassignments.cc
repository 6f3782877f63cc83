#include "server/controller/partition_reassignments.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/controller/assignment.h"
#include "server/controller/record_batch.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using AlterRequest = wire::AlterPartitionReassignmentsRequest;
using AlterResponse = wire::AlterPartitionReassignmentsResponse;
using ListRequest = wire::ListPartitionReassignmentsRequest;
using ListResponse = wire::ListPartitionReassignmentsResponse;

// One partition, and where its new record goes.
struct Reassigned {
  const DecideContext& context;
  const TopicImage& topic;
  const PartitionRegistration& partition;
  PartitionId index;
  RecordBatch& records;

  PartitionChange change() const {
    return PartitionChange(partition, topic.id, index, context.cluster_for(topic, partition));
  }
  void add(PartitionChange& change) const {
    const auto record = change.build();
    if (record) records.add(*record, partition_change_record_version(context.metadata_version()));
  }
};

// Members of `a` that `b` has not, in ascending order.
Replicas difference(const Replicas& a, const Replicas& b) {
  const std::set<NodeId> ordered(a.begin(), a.end());
  return without(Replicas(ordered.begin(), ordered.end()), b);
}

// How many replicas the partition has, or will have when what is under way is complete.
std::size_t replication_factor(const PartitionRegistration& partition) {
  if (!partition.is_reassigning()) return partition.replicas.size();
  std::set<NodeId> replicas(partition.replicas.begin(), partition.replicas.end());
  replicas.insert(partition.adding_replicas.begin(), partition.adding_replicas.end());
  for (const auto id : partition.removing_replicas) replicas.erase(id);
  return replicas.size();
}

ApiError cancel(const Reassigned& it) {
  const auto& partition = it.partition;
  if (!partition.is_reassigning()) return ApiError(ErrorCode::NO_REASSIGNMENT_IN_PROGRESS);
  const auto replicas = without(partition.replicas, partition.adding_replicas);
  auto isr = without(partition.isr, partition.adding_replicas);
  const bool may_be_unclean = it.context.is_unclean_election_enabled(it.topic.name);
  if (isr.empty()) {
    if (replicas.empty()) {
      return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
              "Invalid replica assignment: addingReplicas contains all replicas."};
    }
    isr.push_back(replicas.front());
    if (!may_be_unclean) {
      return {ErrorCode::INVALID_REPLICA_ASSIGNMENT,
              fmt::format("Unable to revert partition assignment for {}:{} because it would require an unclean leader "
                          "election.",
                          it.topic.name.name, it.index.value)};
    }
  }
  auto change = it.change();
  if (may_be_unclean) change.election(Election::unclean);
  change.target_isr(std::move(isr)).target_replicas(replicas).target_removing({}).target_adding({});
  it.add(change);
  return {};
}

ApiError reassign(const Reassigned& it, const std::vector<std::int32_t>& brokers, bool allow_factor_change) {
  if (const auto problem = problem_with_assignment(it.context.image().cluster, brokers, std::nullopt)) return *problem;
  const auto target = replicas_of(brokers);
  const auto& current = it.partition.replicas;
  if (const auto factor = replication_factor(it.partition); !allow_factor_change && factor != target.size()) {
    return {ErrorCode::INVALID_REPLICATION_FACTOR,
            fmt::format("The replication factor is changed from {} to {}", factor, target.size())};
  }
  auto removing = difference(current, target);
  auto adding = difference(target, current);
  auto replicas = target;
  replicas.insert(replicas.end(), removing.begin(), removing.end());

  auto change = it.change();
  if (replicas != current) change.target_replicas(std::move(replicas));
  if (!removing.empty()) change.target_removing(std::move(removing));
  if (!adding.empty()) change.target_adding(std::move(adding));
  it.add(change);
  return {};
}

ApiError alter(const DecideContext& context, std::string_view name, const AlterRequest::ReassignablePartition& asked,
               bool allow_factor_change, RecordBatch& records) {
  const auto* topic = context.image().topics.find(StoredTopicView{name});
  if (topic == nullptr)
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, fmt::format("Unable to find a topic named {}.", name)};
  const PartitionId index{asked.partition_index};
  const auto* partition = topic->partition(index);
  if (partition == nullptr)
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, fmt::format("Unable to find partition {}:{}.", name, index.value)};
  const Reassigned it{context, *topic, *partition, index, records};
  return asked.replicas ? reassign(it, *asked.replicas, allow_factor_change) : cancel(it);
}

void list_topic(const TopicImage& topic, const std::vector<PartitionId>& indexes, Decision<ListResponse>& decision) {
  ListResponse::OngoingTopicReassignment ongoing;
  for (const PartitionId index : indexes) {
    const auto* partition = topic.partition(index);
    if (partition == nullptr || !partition->is_reassigning()) continue;
    auto& found = ongoing.partitions.emplace_back();
    found.partition_index = index.value;
    found.replicas = ids_of(partition->replicas);
    found.adding_replicas = ids_of(partition->adding_replicas);
    found.removing_replicas = ids_of(partition->removing_replicas);
  }
  if (ongoing.partitions.empty()) return;
  ongoing.name = decision.texts.keep(topic.name.name);
  decision.response.topics.push_back(std::move(ongoing));
}

void list_all(const DecideContext& context, Decision<ListResponse>& decision) {
  for (const auto& [id, topic] : context.image().topics.by_id()) {
    std::vector<PartitionId> indexes;
    for (const auto& [index, partition] : topic->partitions) indexes.push_back(index);
    list_topic(*topic, indexes, decision);
  }
}

}  // namespace

Decision<AlterResponse> decide_alter_partition_reassignments(const DecideContext& context,
                                                             const AlterRequest& request) {
  Decision<AlterResponse> decision;
  if (request.topics.empty()) return decision;  // Kafka's does not look at the rest: its message is "" and not null.
  auto& response = decision.response;
  response.error_message.reset();
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  RecordBatch records;
  for (const auto& topic : request.topics) {
    auto& answered = response.responses.emplace_back();
    answered.name = topic.name;
    for (const auto& partition : topic.partitions) {
      const bool had_failed = records.problem().failed();
      auto error = alter(context, topic.name, partition, request.allow_replication_factor_change, records);
      if (!had_failed && records.problem().failed()) error = records.problem();
      auto& result = answered.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      result.error_code = error.code;
      result.error_message = decision.texts.keep(error.message);
    }
  }
  decision.records = records.take();
  return decision;
}

Decision<ListResponse> decide_list_partition_reassignments(const DecideContext& context, const ListRequest& request) {
  Decision<ListResponse> decision;
  decision.response.error_message.reset();
  if (!request.topics) {
    list_all(context, decision);
    return decision;
  }
  for (const auto& asked : *request.topics) {
    const auto* topic = context.image().topics.find(StoredTopicView{asked.name});
    if (topic == nullptr) continue;
    std::vector<PartitionId> indexes;
    for (const auto index : asked.partition_indexes) indexes.emplace_back(index);
    list_topic(*topic, indexes, decision);
  }
  return decision;
}

}  // namespace muir::server

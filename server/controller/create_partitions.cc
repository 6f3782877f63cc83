#include "server/controller/create_partitions.h"

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
using Request = wire::CreatePartitionsRequest;
using Response = wire::CreatePartitionsResponse;
using Topic = Request::CreatePartitionsTopic;

struct NewPartitions {
  std::vector<PartitionRegistration> partitions;
  ApiError error;
};

NewPartitions refuse(ErrorCode code, std::string message) { return {{}, ApiError(code, std::move(message))}; }

NewPartitions assigned(const DecideContext& context, const Topic& topic, std::int64_t first, std::size_t factor) {
  NewPartitions added;
  for (const auto& assignment : *topic.assignments) {
    const auto problem = problem_with_assignment(context.image().cluster, assignment.broker_ids, factor);
    if (problem) return {{}, *problem};
    auto partition = new_partition(context, replicas_of(assignment.broker_ids));
    if (!partition) {
      return refuse(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    fmt::format("All brokers specified in the manual partition assignment for partition {} are fenced "
                                "or in controlled shutdown.",
                                first + static_cast<std::int64_t>(added.partitions.size())));
    }
    added.partitions.push_back(std::move(*partition));
  }
  return added;
}

NewPartitions placed(const DecideContext& context, std::int32_t count, std::size_t factor) {
  auto placement = place_replicas(context.usable_brokers(), count, static_cast<std::int32_t>(factor), context.random);
  if (placement.problem) return refuse(ErrorCode::INVALID_REPLICATION_FACTOR, placement.problem->message);
  NewPartitions added;
  for (auto& replicas : placement.partitions) {
    auto partition = new_partition(context, std::move(replicas));
    if (!partition) {
      return refuse(ErrorCode::INVALID_REPLICATION_FACTOR,
                    fmt::format("Unable to replicate the partition {} time(s): All brokers are currently fenced or in "
                                "controlled shutdown.",
                                factor));
    }
    added.partitions.push_back(std::move(*partition));
  }
  return added;
}

NewPartitions partitions_for(const DecideContext& context, const Topic& topic, const TopicImage& existing) {
  const auto current = static_cast<std::int64_t>(existing.partitions.size());
  if (topic.count == current)
    return refuse(ErrorCode::INVALID_PARTITIONS, fmt::format("Topic already has {} partition(s).", current));
  if (topic.count < current) {
    return refuse(ErrorCode::INVALID_PARTITIONS,
                  fmt::format("The topic {} currently has {} partition(s); {} would not be an increase.", topic.name,
                              current, topic.count));
  }
  const auto additional = topic.count - current;
  if (topic.assignments && static_cast<std::int64_t>(topic.assignments->size()) != additional) {
    return refuse(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                  fmt::format("Attempted to add {} additional partition(s), but only {} assignment(s) were specified.",
                              additional, topic.assignments->size()));
  }
  auto refused = context.charge_mutation(static_cast<std::size_t>(additional));
  if (refused.failed()) return {{}, std::move(refused)};
  if (existing.partitions.empty()) return {{}, ApiError(ErrorCode::UNKNOWN_SERVER_ERROR)};
  // More than fit one batch are refused before they are placed, as the records would be afterwards.
  if (additional > static_cast<std::int64_t>(RecordBatch::kRecordsPerRequestMax))
    return refuse(ErrorCode::POLICY_VIOLATION, "Unable to perform excessively large batch operation.");
  const auto factor = existing.partitions.begin()->second->replicas.size();
  if (topic.assignments) return assigned(context, topic, current, factor);
  return placed(context, static_cast<std::int32_t>(additional), factor);
}

ApiError create(const DecideContext& context, const Topic& topic, RecordBatch& records) {
  const auto* existing = context.image().topics.find(StoredTopicView{topic.name});
  if (existing == nullptr) return ApiError(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  const auto added = partitions_for(context, topic, *existing);
  if (added.error.failed()) return added.error;
  const auto options = context.record_options();
  auto index = static_cast<std::int32_t>(existing->partitions.size());
  for (const auto& partition : added.partitions) {
    records.add(partition.to_record(existing->id, PartitionId{index++}, options),
                partition_record_version(options.metadata_version));
  }
  return {};
}

}  // namespace

Decision<Response> decide_create_partitions(const DecideContext& context, const Request& request) {
  Decision<Response> decision;
  const auto answer = [&](std::string_view name, const ApiError& error) {
    auto& result = decision.response.results.emplace_back();
    result.name = name;
    result.error_code = error.code;
    result.error_message = decision.texts.keep(error.message);
  };
  std::set<std::string_view> seen;
  std::set<std::string_view> twice;
  for (const auto& topic : request.topics) {
    if (!seen.insert(topic.name).second) twice.insert(topic.name);
  }
  for (const auto name : twice) answer(name, ApiError(ErrorCode::INVALID_REQUEST, "Duplicate topic name."));
  RecordBatch records;
  for (const auto& topic : request.topics) {
    if (twice.contains(topic.name)) continue;
    if (context.permissions().may_alter_topic(topic.name)) {
      answer(topic.name, create(context, topic, records));
    } else {
      answer(topic.name, ApiError(ErrorCode::TOPIC_AUTHORIZATION_FAILED));
    }
  }
  if (records.problem().failed()) {
    decision.response.results.clear();
    for (const auto& topic : request.topics) answer(topic.name, records.problem());
  } else if (!request.validate_only) {
    decision.records = records.take();
  }
  return decision;
}

}  // namespace muir::server

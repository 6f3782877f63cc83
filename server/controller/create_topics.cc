#include "server/controller/create_topics.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/controller/alter_config_resource.h"
#include "server/controller/assignment.h"
#include "server/controller/topic_rules.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::CreateTopicsRequest;
using Response = wire::CreateTopicsResponse;
using Topic = Request::CreatableTopic;
using TopicResult = Response::CreatableTopicResult;

constexpr std::string_view kClusterMetadataTopic = "__cluster_metadata";

TopicResult failed_result(std::string_view name, const ApiError& error, Texts& texts) {
  TopicResult result;
  result.name = name;
  result.error_code = error.code;
  result.error_message = texts.keep(error.message);
  return result;
}

// The partitions of one topic, or why there are none.
struct Layout {
  std::map<std::int32_t, PartitionRegistration> partitions;
  ApiError error;
};

Layout refuse(ErrorCode code, std::string message) { return {{}, ApiError(code, std::move(message))}; }

Layout lay_out_by_hand(const DecideContext& context, const Topic& topic) {
  if (topic.replication_factor != -1) {
    return refuse(ErrorCode::INVALID_REQUEST,
                  "A manual partition assignment was specified, but replication factor was not set to -1.");
  }
  if (topic.num_partitions != -1) {
    return refuse(ErrorCode::INVALID_REQUEST,
                  "A manual partition assignment was specified, but numPartitions was not set to -1.");
  }
  Layout layout;
  std::optional<std::size_t> replication_factor;
  for (const auto& assignment : topic.assignments) {
    const auto index = assignment.partition_index;
    if (layout.partitions.contains(index)) {
      return refuse(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    fmt::format("Found multiple manual partition assignments for partition {}", index));
    }
    const auto problem = problem_with_assignment(context.image().cluster, assignment.broker_ids, replication_factor);
    if (problem) return {{}, *problem};
    replication_factor = assignment.broker_ids.size();
    auto partition = new_partition(context, replicas_of(assignment.broker_ids));
    if (!partition) {
      return refuse(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    fmt::format("All brokers specified in the manual partition assignment for partition {} are fenced "
                                "or in controlled shutdown.",
                                index));
    }
    layout.partitions.emplace(index, std::move(*partition));
  }
  std::int32_t expected = 0;
  for (const auto& [index, partition] : layout.partitions) {
    if (index != expected++) {
      return refuse(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    "partitions should be a consecutive 0-based integer sequence");
    }
  }
  return layout;
}

Layout lay_out(const DecideContext& context, const Topic& topic) {
  if (!topic.assignments.empty()) return lay_out_by_hand(context, topic);
  if (topic.replication_factor < -1 || topic.replication_factor == 0) {
    return refuse(ErrorCode::INVALID_REPLICATION_FACTOR,
                  "Replication factor must be larger than 0, or -1 to use the default value.");
  }
  if (topic.num_partitions < -1 || topic.num_partitions == 0) {
    return refuse(ErrorCode::INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
  }
  const auto count = topic.num_partitions == -1 ? context.settings.num_partitions : topic.num_partitions;
  const auto factor =
      topic.replication_factor == -1 ? context.settings.default_replication_factor : topic.replication_factor;
  const auto unplaceable = [&](std::string_view why) {
    return refuse(ErrorCode::INVALID_REPLICATION_FACTOR,
                  fmt::format("Unable to replicate the partition {} time(s): {}", factor, why));
  };
  auto placement = place_replicas(context.usable_brokers(), count, factor, context.random);
  if (placement.problem) return unplaceable(placement.problem->message);
  Layout layout;
  for (auto& replicas : placement.partitions) {
    auto partition = new_partition(context, std::move(replicas));
    if (!partition) return unplaceable("All brokers are currently fenced or in controlled shutdown.");
    layout.partitions.emplace(static_cast<std::int32_t>(layout.partitions.size()), std::move(*partition));
  }
  return layout;
}

bool has_too_many_partitions(const Request& request, std::int32_t default_partitions) {
  std::int64_t total = 0;
  for (const auto& topic : request.topics) {
    if (!topic.assignments.empty()) {
      total += static_cast<std::int64_t>(topic.assignments.size());
    } else if (topic.num_partitions == -1) {
      total += default_partitions;
    } else if (topic.num_partitions > 0) {
      total += topic.num_partitions;
    }
  }
  return total > kPartitionsPerRequestMax;
}

// Checks of the name, in Kafka's order: a colliding name is told so even if it is invalid as well, and an existing one
// even if it collides.
ApiError problem_with_name(const ControllerState& state, std::string_view name) {
  ApiError error;
  if (auto why = topic_name_problem(name)) error = ApiError(ErrorCode::INVALID_TOPIC_EXCEPTION, std::move(*why));
  if (has_collision_chars(name)) {
    const auto* colliding = state.colliding_names.find(unify_collision_chars(name));
    if (colliding != nullptr) {
      error = ApiError(ErrorCode::INVALID_TOPIC_EXCEPTION,
                       fmt::format("Topic '{}' collides with existing topic: {}", name, *(*colliding)->begin()));
    }
  }
  if (state.image.topics.find(StoredTopicView{name}) != nullptr)
    error = ApiError(ErrorCode::TOPIC_ALREADY_EXISTS, fmt::format("Topic '{}' already exists.", name));
  return error;
}

// The topic's settings; an error names those without a value.
ApiError creation_configs(const Topic& topic, ConfigOperations& operations) {
  std::string nulls;
  for (const auto& config : topic.configs) {
    if (config.value) {
      operations.set(config.name, {ConfigOperation::SET, std::string(*config.value)});
    } else {
      nulls += (nulls.empty() ? "" : ",") + std::string(config.name);
    }
  }
  if (nulls.empty()) return {};
  return {ErrorCode::INVALID_CONFIG, "Null value not supported for topic configs: " + nulls};
}

class TopicCreation {
 public:
  TopicCreation(const DecideContext& context, const Topic& topic) : context_(context), topic_(topic) {}

  // Adds the topic's records and returns its result, or says why it cannot be created.
  TopicResult create(RecordBatch& records, Texts& texts) {
    ConfigOperations operations;
    auto error = problem_with_name(context_.state, topic_.name);
    if (!error.failed()) error = creation_configs(topic_, operations);
    ConfigOutcome configs;
    const ConfigResource resource{ConfigResourceType::TOPIC, std::string(topic_.name)};
    if (!error.failed() && !operations.empty()) {
      configs = alter_config_resource(context_, resource, operations, ConfigTarget::new_resource);
      error = configs.error;
    }
    if (error.failed()) return failed_result(topic_.name, error, texts);
    auto layout = lay_out(context_, topic_);
    error = layout.error.failed() ? layout.error : context_.charge_mutation(layout.partitions.size());
    if (error.failed()) return failed_result(topic_.name, error, texts);
    const auto id = context_.new_uuid();
    add_records(id, layout, configs.change, records);
    return result(id, layout, texts);
  }

 private:
  // The topic, its settings, its partitions, in this order.
  void add_records(const Uuid& id, const Layout& layout, const ConfigChange& configs, RecordBatch& records) const {
    wire::TopicRecord record;
    record.name = topic_.name;
    record.topic_id = id;
    records.add(record);
    write_config_records(configs, records);
    write_clear_elr_records(context_, configs, records);
    const auto options = context_.record_options();
    for (const auto& [index, partition] : layout.partitions) {
      records.add(partition.to_record(id, PartitionId{index}, options),
                  partition_record_version(options.metadata_version));
    }
  }

  TopicResult result(const Uuid& id, const Layout& layout, Texts& texts) const {
    TopicResult result;
    result.name = topic_.name;
    result.topic_id = id;
    result.error_message.reset();
    if (!context_.permissions().may_describe_topic_configs(topic_.name)) {
      result.topic_config_error_code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
      return result;
    }
    DynamicConfigs own;
    for (const auto& config : topic_.configs) own[std::string(config.name)] = std::string(*config.value);
    result.configs.emplace();
    for (auto& effective :
         context_.schema.effective_topic_configs(own, context_.node_configs(), context_.cluster_configs())) {
      auto& config = result.configs->emplace_back();
      config.name = texts.keep(std::move(effective.name));
      config.value.reset();
      if (effective.value && !effective.is_sensitive) config.value = texts.keep(std::move(*effective.value));
      config.config_source = effective.source;
      config.is_sensitive = effective.is_sensitive;
    }
    result.num_partitions = static_cast<std::int32_t>(layout.partitions.size());
    result.replication_factor = static_cast<std::int16_t>(layout.partitions.begin()->second.replicas.size());
    return result;
  }

  const DecideContext& context_;
  const Topic& topic_;
};

// Names that occur more than once; none of them is created.
std::set<std::string_view> duplicates(const Request& request) {
  std::set<std::string_view> seen;
  std::set<std::string_view> twice;
  for (const auto& topic : request.topics) {
    if (!seen.insert(topic.name).second) twice.insert(topic.name);
  }
  return twice;
}

ApiError problem_with_request(const DecideContext& context, const Topic& topic) {
  if (topic.name == kClusterMetadataTopic)
    return {ErrorCode::INVALID_REQUEST, "Creation of internal topic __cluster_metadata is prohibited."};
  if (!context.permissions().may_create_topic(topic.name))
    return {ErrorCode::TOPIC_AUTHORIZATION_FAILED, "Authorization failed."};
  return {};
}

// What every topic of the request is answered when the request as a whole is refused.
Response refuse_all(const Request& request, const ApiError& error, Texts& texts) {
  Response response;
  for (const auto& topic : request.topics) response.topics.push_back(failed_result(topic.name, error, texts));
  return response;
}

}  // namespace

Decision<Response> decide_create_topics(const DecideContext& context, const Request& request) {
  Decision<Response> decision;
  const auto twice = duplicates(request);
  std::vector<TopicResult> refused;
  Request effective;  // What is left for the controller proper.
  for (const auto name : twice) {
    const ApiError error(ErrorCode::INVALID_REQUEST, "Duplicate topic name.");
    refused.push_back(failed_result(name, error, decision.texts));
  }
  for (const auto& topic : request.topics) {
    if (twice.contains(topic.name)) continue;
    const auto problem = problem_with_request(context, topic);
    if (problem.failed()) {
      refused.push_back(failed_result(topic.name, problem, decision.texts));
    } else {
      effective.topics.push_back(topic);
    }
  }
  RecordBatch records;
  auto& answered = decision.response.topics;
  if (has_too_many_partitions(effective, context.settings.num_partitions)) {
    const ApiError error(ErrorCode::POLICY_VIOLATION, "Excessively large number of partitions per request.");
    decision.response = refuse_all(request, error, decision.texts);
    return decision;
  }
  for (const auto& topic : effective.topics)
    answered.push_back(TopicCreation(context, topic).create(records, decision.texts));
  if (records.problem().failed()) {
    decision.response = refuse_all(request, records.problem(), decision.texts);
    return decision;
  }
  answered.insert(answered.end(), refused.begin(), refused.end());
  if (!request.validate_only) decision.records = records.take();
  return decision;
}

}  // namespace muir::server

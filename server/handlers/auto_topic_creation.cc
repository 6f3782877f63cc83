#include "server/handlers/auto_topic_creation.h"

#include "server/active_controller/controller_service.h"
#include "server/coordinator/group_coordinator.h"
#include "server/runtime/log.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"

namespace muir::server {
namespace {

constexpr std::int16_t kCreateTopicsVersion = 7;

// A default that the file does not set is the controller's to choose.
template <class Int>
Int explicit_or(const BrokerConfig& config, std::string_view key, Int value, Int otherwise) {
  return config.given().contains(key) ? value : otherwise;
}

// As Kafka makes it: compacted, in small segments, whatever the broker's defaults.
void describe_offsets_topic(const BrokerConfig& config, std::string_view segment_bytes,
                            wire::CreateTopicsRequest::CreatableTopic& topic) {
  topic.num_partitions = config.offsets_topic_num_partitions;
  topic.replication_factor = config.offsets_topic_replication_factor;
  const auto set = [&topic](std::string_view name, std::string_view value) {
    auto& config = topic.configs.emplace_back();
    config.name = name;
    config.value = value;
  };
  set("compression.type", "producer");
  set("cleanup.policy", "compact");
  set("segment.bytes", segment_bytes);
}

}  // namespace

Task<void> AutoTopicCreation::begin(std::vector<StoredTopic> topics, std::optional<RequestMutations> mutations) {
  std::erase_if(topics, [&](const StoredTopic& topic) { return !being_created_.insert(topic.name).second; });
  if (!topics.empty()) creating_tasks_.spawn("create topics", create(std::move(topics), std::move(mutations)));
  co_return;
}

Task<void> AutoTopicCreation::create(std::vector<StoredTopic> topics, std::optional<RequestMutations> mutations) {
  const BrokerConfig& config = services_.config;
  const std::string segment_bytes = std::to_string(config.offsets_topic_segment_bytes);
  wire::CreateTopicsRequest request;
  request.timeout_ms = static_cast<std::int32_t>(config.request_timeout_ms.count());
  for (const StoredTopic& name : topics) {
    auto& topic = request.topics.emplace_back();
    topic.name = name.name;
    if (name == kOffsetsTopic) {
      describe_offsets_topic(config, segment_bytes, topic);
      continue;
    }
    topic.num_partitions = explicit_or(config, "num.partitions", config.num_partitions, -1);
    topic.replication_factor = static_cast<std::int16_t>(
        explicit_or(config, "default.replication.factor", config.default_replication_factor, -1));
  }
  ControllerRequest surroundings;
  surroundings.api_version = kCreateTopicsVersion;
  surroundings.is_forwarded = true;
  if (mutations) surroundings.mutation_quota = &*mutations;
  const auto committed = co_await services_.controller.submit<wire::CreateTopicsRequest, wire::CreateTopicsResponse>(
      &Controller::create_topics, request, surroundings);
  for (const StoredTopic& name : topics) being_created_.erase(name.name);
  if (!committed) {
    log_warn("Auto topic creation failed", field("error", committed.error().message()));
    co_return;
  }
  for (const auto& topic : committed->decision.response.topics) {
    if (topic.error_code == wire::ErrorCode::NONE) {
      log_info("Created topic on demand", field("topic", topic.name));
    } else if (topic.error_code == wire::ErrorCode::THROTTLING_QUOTA_EXCEEDED) {
      log_debug("Auto topic creation is over the client's quota", field("topic", topic.name));
    } else if (topic.error_code != wire::ErrorCode::TOPIC_ALREADY_EXISTS) {
      log_warn("Auto topic creation failed", field("topic", topic.name), field("error", name(topic.error_code)),
               field("why", topic.error_message.value_or("")));
    }
  }
}

}  // namespace muir::server

#include "server/controller/broker_config_schema.h"

#include <charconv>
#include <utility>

#include "server/config/describe.h"
#include "server/config/group_config.h"
#include "server/config/key_table.h"
#include "server/config/topic_config.h"
#include "server/controller/topic_rules.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

const ConfigKey* find_key(ConfigResourceType type, std::string_view key) {
  switch (type) {
    case ConfigResourceType::TOPIC:
      return find_topic_key(key);
    case ConfigResourceType::BROKER:
      return find_broker_key(key);
    case ConfigResourceType::GROUP:
      return find_group_key(key);
    case ConfigResourceType::CLIENT_METRICS:
      return find_client_metrics_key(key);
    default:
      return nullptr;
  }
}

std::optional<ApiError> api_error_of(const ConfigResult<>& result) {
  if (result) return std::nullopt;
  const bool is_request = result.error().kind == ConfigError::Kind::invalid_request;
  return ApiError(is_request ? ErrorCode::INVALID_REQUEST : ErrorCode::INVALID_CONFIG, result.error().message);
}

std::optional<ApiError> problem_with_name(ConfigResourceType type, std::string_view name) {
  if (type == ConfigResourceType::TOPIC && name.empty())
    return ApiError(ErrorCode::INVALID_REQUEST, "Default topic resources are not allowed.");
  if (type == ConfigResourceType::GROUP && name.empty())
    return ApiError(ErrorCode::INVALID_REQUEST, "Default group resources are not allowed.");
  if (type != ConfigResourceType::TOPIC) return std::nullopt;
  auto why = topic_name_problem(name);
  if (!why) return std::nullopt;
  return ApiError(ErrorCode::INVALID_TOPIC_EXCEPTION, std::move(*why));
}

}  // namespace

std::optional<ApiError> BrokerConfigSchema::problem_with(ConfigResourceType type, std::string_view name,
                                                         const DynamicConfigs& existing,
                                                         const DynamicConfigs& wanted) const {
  auto problem = problem_with_name(type, name);
  if (problem) return problem;
  if (type == ConfigResourceType::GROUP) return api_error_of(validate_group_configs(wanted, file_));
  if (type == ConfigResourceType::CLIENT_METRICS) return api_error_of(validate_client_metrics_configs(name, wanted));
  return api_error_of(validate_topic_configs(existing, wanted, file_));
}

bool BrokerConfigSchema::is_list(ConfigResourceType type, std::string_view key) const {
  const auto* row = find_key(type, key);
  return row != nullptr && row->type == ConfigType::LIST;
}

std::optional<std::string> BrokerConfigSchema::default_value(ConfigResourceType type, std::string_view key) const {
  const auto* row = find_key(type, key);
  if (row == nullptr || !row->has_default() || row->default_text.data() == nullptr) return std::nullopt;
  return std::string(row->default_text);
}

const BrokerConfig& BrokerConfigSchema::layered(const DynamicConfigs& node, const DynamicConfigs& cluster) const {
  if (!last_ || last_->node != node || last_->cluster != cluster) {
    const auto config = file_.with_dynamic(cluster, node);
    // What is stored and contradicts the file is as if it were not there.
    last_ = Layered{node, cluster, config ? *config : file_};
  }
  return last_->config;
}

std::vector<EffectiveTopicConfig> BrokerConfigSchema::effective_topic_configs(const DynamicConfigs& topic,
                                                                              const DynamicConfigs& node,
                                                                              const DynamicConfigs& cluster) const {
  std::vector<EffectiveTopicConfig> effective;
  for (auto& entry : describe_topic(topic, layered(node, cluster))) {
    effective.push_back(
        {std::move(entry.name), std::move(entry.value), static_cast<std::int8_t>(entry.source), entry.sensitive});
  }
  return effective;
}

std::string BrokerConfigSchema::effective_topic_config(std::string_view key, const DynamicConfigs& topic,
                                                       const DynamicConfigs& node,
                                                       const DynamicConfigs& cluster) const {
  const auto own = topic.find(key);
  if (own != topic.end()) return own->second;
  const auto& broker = layered(node, cluster);
  for (const auto& synonym : synonyms_of_topic_key(key)) {
    if (synonym.factor != 1) continue;
    auto value = broker.value(synonym.broker_key);
    if (value) return std::move(*value);
  }
  return default_value(ConfigResourceType::TOPIC, key).value_or("");
}

std::int32_t BrokerConfigSchema::static_min_insync_replicas() const {
  const auto text = effective_topic_config("min.insync.replicas", {}, {}, {});
  std::int32_t value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace muir::server

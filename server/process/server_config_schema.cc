#include "server/process/server_config_schema.h"

#include <charconv>

#include "server/config/describe.h"
#include "server/config/dynamic_config.h"
#include "server/config/group_config.h"
#include "server/config/key_table.h"
#include "server/config/topic_config.h"

namespace muir::server {
namespace {

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

ApiError to_api_error(const ConfigError& error) {
  const bool is_request = error.kind == ConfigError::Kind::invalid_request;
  return {is_request ? wire::ErrorCode::INVALID_REQUEST : wire::ErrorCode::INVALID_CONFIG, error.message};
}

}  // namespace

std::optional<ApiError> ServerConfigSchema::problem_with(ConfigResourceType type, std::string_view name,
                                                         const DynamicConfigs& existing,
                                                         const DynamicConfigs& wanted) const {
  ConfigResult<> checked;
  switch (type) {
    case ConfigResourceType::TOPIC:
      checked = validate_topic_configs(existing, wanted, config_);
      break;
    case ConfigResourceType::GROUP:
      checked = validate_group_configs(wanted, config_);
      break;
    case ConfigResourceType::CLIENT_METRICS:
      checked = validate_client_metrics_configs(name, wanted);
      break;
    default:
      break;  // A broker checks its own before it asks.
  }
  if (checked) return std::nullopt;
  return to_api_error(checked.error());
}

bool ServerConfigSchema::is_list(ConfigResourceType type, std::string_view key) const {
  const ConfigKey* found = find_key(type, key);
  return found != nullptr && found->type == ConfigType::LIST;
}

std::optional<std::string> ServerConfigSchema::default_value(ConfigResourceType type, std::string_view key) const {
  const ConfigKey* found = find_key(type, key);
  if (found == nullptr || !found->has_default() || found->default_text.data() == nullptr) return std::nullopt;
  return std::string(found->default_text);
}

std::vector<EffectiveTopicConfig> ServerConfigSchema::effective_topic_configs(const DynamicConfigs& topic,
                                                                              const DynamicConfigs& node,
                                                                              const DynamicConfigs& cluster) const {
  const auto merged = config_.with_dynamic(cluster, node);
  std::vector<EffectiveTopicConfig> effective;
  for (ConfigEntry& entry : describe_topic(topic, merged ? *merged : config_)) {
    effective.push_back(
        {std::move(entry.name), std::move(entry.value), static_cast<std::int8_t>(entry.source), entry.sensitive});
  }
  return effective;
}

// The topic's own, else the first broker synonym that anybody set: this node, the cluster, the file; else the default.
std::string ServerConfigSchema::effective_topic_config(std::string_view key, const DynamicConfigs& topic,
                                                       const DynamicConfigs& node,
                                                       const DynamicConfigs& cluster) const {
  if (const auto own = topic.find(key); own != topic.end()) return own->second;
  for (const DynamicConfigs* layer : {&node, &cluster, &config_.given()}) {
    for (const TopicSynonym& synonym : synonyms_of_topic_key(key)) {
      if (const auto set = layer->find(synonym.broker_key); set != layer->end()) return set->second;
    }
  }
  return default_value(ConfigResourceType::TOPIC, key).value_or("");
}

std::int32_t ServerConfigSchema::static_min_insync_replicas() const {
  const std::string text = effective_topic_config("min.insync.replicas", {}, {}, {});
  std::int32_t replicas = 1;
  std::from_chars(text.data(), text.data() + text.size(), replicas);
  return replicas;
}

}  // namespace muir::server

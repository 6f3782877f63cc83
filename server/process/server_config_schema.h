#pragma once

#include "server/config/broker_config.h"
#include "server/controller/config_schema.h"

namespace muir::server {

// What the controller asks about configuration keys, answered out of server/config.  Immutable.
class ServerConfigSchema final : public ConfigSchema {
 public:
  // `config` outlives it.
  explicit ServerConfigSchema(const BrokerConfig& config) : config_(config) {}

  std::optional<ApiError> problem_with(ConfigResourceType type, std::string_view name, const DynamicConfigs& existing,
                                       const DynamicConfigs& wanted) const override;
  bool is_list(ConfigResourceType type, std::string_view key) const override;
  std::optional<std::string> default_value(ConfigResourceType type, std::string_view key) const override;
  std::vector<EffectiveTopicConfig> effective_topic_configs(const DynamicConfigs& topic, const DynamicConfigs& node,
                                                            const DynamicConfigs& cluster) const override;
  std::string effective_topic_config(std::string_view key, const DynamicConfigs& topic, const DynamicConfigs& node,
                                     const DynamicConfigs& cluster) const override;
  std::int32_t static_min_insync_replicas() const override;

 private:
  const BrokerConfig& config_;
};

}  // namespace muir::server

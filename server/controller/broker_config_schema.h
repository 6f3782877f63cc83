#pragma once

#include <optional>

#include "server/config/broker_config.h"
#include "server/controller/config_schema.h"

namespace muir::server {

// ConfigSchema over the real tables: the controller's node with its file, and whatever dynamic layers the metadata log
// has put over it.  Remembers the last layers it was asked about, since they hardly ever change: used by one thread.
class BrokerConfigSchema final : public ConfigSchema {
 public:
  // `file` is the node's configuration without dynamic layers.
  explicit BrokerConfigSchema(BrokerConfig file) : file_(std::move(file)) {}

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
  struct Layered {
    DynamicConfigs node;
    DynamicConfigs cluster;
    BrokerConfig config;
  };

  const BrokerConfig& layered(const DynamicConfigs& node, const DynamicConfigs& cluster) const;

  BrokerConfig file_;
  mutable std::optional<Layered> last_;
};

}  // namespace muir::server

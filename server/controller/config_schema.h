#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/controller/api_error.h"
#include "server/metadata/config_resource.h"
#include "server/metadata/configurations_image.h"

namespace muir::server {

// What holds for one key of a topic, and where it comes from.
struct EffectiveTopicConfig {
  std::string name;
  std::optional<std::string> value;
  std::int8_t source = 5;  // DescribeConfigs' ConfigSource: 1 topic, 2 broker, 3 cluster default, 4 file, 5 default.
  bool is_sensitive = false;
};

// What the controller has to know of configuration keys.  The server implements it over server/config; tests fake it.
class ConfigSchema {
 public:
  virtual ~ConfigSchema() = default;

  // Whether `wanted` may be all of the dynamic settings of a topic, group or client-metrics resource that has
  // `existing` now; nothing if so, otherwise Kafka's code and sentence.  `name` is the resource's.
  virtual std::optional<ApiError> problem_with(ConfigResourceType type, std::string_view name,
                                               const DynamicConfigs& existing, const DynamicConfigs& wanted) const = 0;

  // Whether APPEND and SUBTRACT apply to the key; false for one that is unknown.
  virtual bool is_list(ConfigResourceType type, std::string_view key) const = 0;
  virtual std::optional<std::string> default_value(ConfigResourceType type, std::string_view key) const = 0;

  // Every key that a topic has, sorted by name, given its own dynamic settings, those of the controller's node and
  // those of the cluster (KIP-525).  An internal key only if it is in `topic`.
  virtual std::vector<EffectiveTopicConfig> effective_topic_configs(const DynamicConfigs& topic,
                                                                    const DynamicConfigs& node,
                                                                    const DynamicConfigs& cluster) const = 0;

  // One key of the above.  Needed for every partition of a broker that is fenced, so it must be cheap.
  virtual std::string effective_topic_config(std::string_view key, const DynamicConfigs& topic,
                                             const DynamicConfigs& node, const DynamicConfigs& cluster) const = 0;

  // min.insync.replicas as this node's file says it, or its default.
  virtual std::int32_t static_min_insync_replicas() const = 0;
};

}  // namespace muir::server

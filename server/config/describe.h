#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config/broker_config.h"
#include "server/config/key_table.h"

namespace muir::server {

// Where a value comes from.  DescribeConfigs' numbers.
enum class ConfigSource : std::int8_t {
  UNKNOWN = 0,
  DYNAMIC_TOPIC_CONFIG = 1,
  DYNAMIC_BROKER_CONFIG = 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG = 3,
  STATIC_BROKER_CONFIG = 4,
  DEFAULT_CONFIG = 5,
  DYNAMIC_BROKER_LOGGER_CONFIG = 6,
  DYNAMIC_CLIENT_METRICS_CONFIG = 7,
  DYNAMIC_GROUP_CONFIG = 8,
};

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;  // Null when sensitive.
  ConfigSource source = ConfigSource::UNKNOWN;

  bool operator==(const ConfigSynonym&) const = default;
};

// One line of a DescribeConfigs answer.  `synonyms` is every value that the key has anywhere, the one that holds first.
struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // Null when it is null, and when it is sensitive.
  ConfigSource source = ConfigSource::DEFAULT_CONFIG;
  bool read_only = false;
  bool sensitive = false;
  std::optional<ConfigType> type;  // None: the key is unknown; UNKNOWN on the wire.
  std::vector<ConfigSynonym> synonyms;

  bool is_default() const { return source == ConfigSource::DEFAULT_CONFIG; }
  bool operator==(const ConfigEntry&) const = default;
};

// What DescribeConfigs answers, sorted by name: what Apache Kafka 4.3.1 answers for the same settings, entry by entry.
// Whether the resource exists, and which keys were asked for, is the caller's business.
std::vector<ConfigEntry> describe_broker(const BrokerConfig& config);            // BROKER, this broker's id.
std::vector<ConfigEntry> describe_cluster_defaults(const BrokerConfig& config);  // BROKER, "".
std::vector<ConfigEntry> describe_topic(const ConfigMap& topic, const BrokerConfig& config);
std::vector<ConfigEntry> describe_group(const ConfigMap& group, const BrokerConfig& config);
std::vector<ConfigEntry> describe_client_metrics(const ConfigMap& subscription);

}  // namespace muir::server

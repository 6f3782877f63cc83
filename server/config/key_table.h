#pragma once

#include <span>
#include <string_view>

#include "server/config/config_key.h"

namespace muir::server {

// What can be configured.  The numbers are those of AlterConfigs, DescribeConfigs and ConfigRecord.
enum class ResourceType : std::int8_t { TOPIC = 2, BROKER = 4, BROKER_LOGGER = 8, CLIENT_METRICS = 16, GROUP = 32 };

// Every key of Kafka 4.3.1, sorted by name: 363 for a broker (3 of them only dynamically), 34 for a topic, 17 for a
// group, 3 for a subscription to client metrics.  The rows are in the *_keys.cc beside this file.
std::span<const ConfigKey> broker_keys();
std::span<const ConfigKey> topic_keys();
std::span<const ConfigKey> group_keys();
std::span<const ConfigKey> client_metrics_keys();

// Keys of ours: `muir.*`.  Kafka ignores them with a warning, so that it starts on the same file.
std::span<const ConfigKey> muir_keys();

// Keys that classes plugged into Kafka read from the broker's file, and that the broker itself does not define.
std::span<const ConfigKey> plugin_keys();

// The row of `name`, or null.  A broker knows Kafka's keys and ours.
const ConfigKey* find_broker_key(std::string_view name);
const ConfigKey* find_topic_key(std::string_view name);
const ConfigKey* find_group_key(std::string_view name);
const ConfigKey* find_client_metrics_key(std::string_view name);

// Whether a key can only change dynamically: in a file it is unknown.
bool is_dynamic_only(std::string_view broker_key);

// A broker key that stands in for a topic key that is not set, and how long its unit is in the topic's.
struct TopicSynonym {
  std::string_view topic_key;
  std::string_view broker_key;
  std::int64_t factor = 1;
};

// All of them; those of one topic key are together, the first that is set wins.
std::span<const TopicSynonym> topic_synonyms();
std::span<const TopicSynonym> synonyms_of_topic_key(std::string_view topic_key);

// The broker key behind a group key; empty when there is none.
std::string_view synonym_of_group_key(std::string_view group_key);

// The names that a broker key shares its meaning with, best first, itself included: log.roll.ms, log.roll.hours.
std::span<const std::string_view> broker_synonyms(std::string_view broker_key);

// `listener.name.<listener>.<key>`: the key; empty when `name` has not that form.
std::string_view strip_listener_prefix(std::string_view name);

namespace detail {
std::span<const ConfigKey> socket_keys();
std::span<const ConfigKey> server_keys();
std::span<const ConfigKey> replication_keys();
std::span<const ConfigKey> log_keys();
std::span<const ConfigKey> quorum_keys();
std::span<const ConfigKey> group_coordinator_keys();
std::span<const ConfigKey> share_keys();
std::span<const ConfigKey> transaction_keys();
std::span<const ConfigKey> remote_storage_keys();
std::span<const ConfigKey> ssl_keys();
std::span<const ConfigKey> sasl_keys();
std::span<const ConfigKey> oauth_keys();
std::span<const ConfigKey> security_keys();
std::span<const ConfigKey> topic_keys();
std::span<const ConfigKey> group_keys();
std::span<const ConfigKey> client_metrics_keys();
}  // namespace detail

}  // namespace muir::server

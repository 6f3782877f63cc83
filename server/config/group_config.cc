#include "server/config/group_config.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "server/config/key_table.h"
#include "server/config/key_values.h"

namespace muir::server {
namespace {

// A group key that must stay between two broker keys; an empty one is no bound.
struct Between {
  std::string_view key;
  std::string_view low;
  std::string_view high;
  bool only_if_set = false;  // Kafka does not look at the inherited value.
};

constexpr Between kBetween[] = {
    {"consumer.heartbeat.interval.ms", "group.consumer.min.heartbeat.interval.ms",
     "group.consumer.max.heartbeat.interval.ms"},
    {"consumer.session.timeout.ms", "group.consumer.min.session.timeout.ms", "group.consumer.max.session.timeout.ms"},
    {"consumer.assignment.interval.ms", "group.consumer.min.assignment.interval.ms",
     "group.consumer.max.assignment.interval.ms", true},
    {"share.heartbeat.interval.ms", "group.share.min.heartbeat.interval.ms", "group.share.max.heartbeat.interval.ms"},
    {"share.session.timeout.ms", "group.share.min.session.timeout.ms", "group.share.max.session.timeout.ms"},
    {"share.record.lock.duration.ms", "group.share.min.record.lock.duration.ms",
     "group.share.max.record.lock.duration.ms"},
    {"share.delivery.count.limit", "group.share.min.delivery.count.limit", "group.share.max.delivery.count.limit"},
    {"share.partition.max.record.locks", "group.share.min.partition.max.record.locks",
     "group.share.max.partition.max.record.locks"},
    {"share.assignment.interval.ms", "group.share.min.assignment.interval.ms", "group.share.max.assignment.interval.ms",
     true},
    {"streams.heartbeat.interval.ms", "group.streams.min.heartbeat.interval.ms",
     "group.streams.max.heartbeat.interval.ms"},
    {"streams.session.timeout.ms", "group.streams.min.session.timeout.ms", "group.streams.max.session.timeout.ms"},
    {"streams.num.standby.replicas", "", "group.streams.max.standby.replicas"},
    {"streams.assignment.interval.ms", "group.streams.min.assignment.interval.ms",
     "group.streams.max.assignment.interval.ms", true},
};

std::int32_t broker_bound(const BrokerConfig& broker, std::string_view key, std::int32_t none) {
  if (key.empty()) return none;
  return static_cast<std::int32_t>(std::stol(broker.value(key).value()));
}

struct Limits {
  std::int32_t low;
  std::int32_t high;
};

Limits limits(const Between& rule, const BrokerConfig& broker) {
  return {broker_bound(broker, rule.low, std::numeric_limits<std::int32_t>::min()),
          broker_bound(broker, rule.high, std::numeric_limits<std::int32_t>::max())};
}

ConfigMap inherit(ConfigMap own, const BrokerConfig& broker) {
  for (const ConfigKey& key : group_keys()) {
    const std::string_view synonym = synonym_of_group_key(key.name);
    if (synonym.empty() || own.contains(key.name)) continue;
    if (const auto value = broker.value(synonym)) own.emplace(key.name, *value);
  }
  return own;
}

ConfigResult<> check_limits(const KeyValues& values, const ConfigMap& wanted, const BrokerConfig& broker) {
  for (const Between& rule : kBetween) {
    if (rule.only_if_set && !wanted.contains(rule.key)) continue;
    const auto [low, high] = limits(rule, broker);
    const std::int32_t value = values.int32(rule.key);
    if (value < low) return invalid_config(fmt::format("{} must be greater than or equal to {}", rule.key, rule.low));
    if (value > high) return invalid_config(fmt::format("{} must be less than or equal to {}", rule.key, rule.high));
  }
  return {};
}

ConfigResult<> check_sessions_outlast_heartbeats(const KeyValues& values) {
  for (const std::string kind : {"consumer", "share", "streams"}) {
    const std::string session = kind + ".session.timeout.ms", heartbeat = kind + ".heartbeat.interval.ms";
    if (values.int32(session) <= values.int32(heartbeat))
      return invalid_config(fmt::format("{} must be greater than {}", session, heartbeat));
  }
  return {};
}

}  // namespace

ConfigResult<> validate_group_configs(const ConfigMap& wanted, const BrokerConfig& broker) {
  for (const auto& [name, value] : wanted)
    if (find_group_key(name) == nullptr) return invalid_config(fmt::format("Unknown group config name: {}", name));
  const auto values = KeyValues::parse(group_keys(), inherit(wanted, broker));
  if (!values) return values.error();
  const auto within = check_limits(*values, wanted, broker);
  if (!within) return within;
  return check_sessions_outlast_heartbeats(*values);
}

ConfigMap resolve_group_configs(const ConfigMap& group, const BrokerConfig& broker) {
  ConfigMap own;
  for (const auto& [name, text] : group) {
    const ConfigKey* key = find_group_key(name);
    if (key != nullptr && parse_value(*key, text)) own.emplace(name, text);
  }
  for (const Between& rule : kBetween) {
    const auto at = own.find(rule.key);
    const auto [low, high] = limits(rule, broker);
    if (at == own.end() || low > high) continue;
    const auto value = parse_value(*find_group_key(rule.key), at->second);
    at->second = std::to_string(std::clamp(std::get<std::int32_t>(*value), low, high));
  }
  ConfigMap resolved = inherit(std::move(own), broker);
  for (const ConfigKey& key : group_keys()) resolved.emplace(key.name, key.default_text);
  return resolved;
}

}  // namespace muir::server

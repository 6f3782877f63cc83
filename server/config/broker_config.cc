#include "server/config/broker_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/config/authorizer_config.h"
#include "server/config/broker_checks.h"
#include "server/config/broker_fields.h"
#include "server/config/dynamic_config.h"
#include "server/config/group_bounds.h"
#include "server/config/key_table.h"
#include "server/config/key_values.h"
#include "server/config/listener_config.h"
#include "server/config/protection.h"
#include "server/config/sasl_listener.h"

namespace muir::server {
namespace {

// broker.id is the older name of node.id; each stands in for the other.
void populate_synonyms(ConfigMap& given) {
  const auto node = given.find("node.id"), broker = given.find("broker.id");
  if (node == given.end() && broker != given.end()) given["node.id"] = std::string(broker->second);
  if (broker == given.end() && node != given.end()) given["broker.id"] = std::string(node->second);
}

bool is_known(std::string_view name) {
  if (find_broker_key(name) != nullptr) return !is_dynamic_only(name);
  if (std::ranges::find(plugin_keys(), name, &ConfigKey::name) != plugin_keys().end()) return true;
  return !strip_listener_prefix(name).empty();
}

ConfigResult<> check_names(const ConfigMap& given, std::vector<std::string>& warnings) {
  for (const auto& [name, value] : given) {
    if (is_known(name)) continue;
    if (name.starts_with("muir."))
      return invalid_config(
          fmt::format("Unknown configuration {}: keys that begin with muir. are ours, and this is none", name));
    warnings.push_back(fmt::format("The configuration {} is not known and has no effect", name));
  }
  for (const auto& [name, value] : given) {
    const ConfigKey* key = find_broker_key(name);
    if (key != nullptr && key->fate == Fate::no_meaning)
      warnings.push_back(fmt::format("The configuration {} has no meaning here: {}", name, key->note));
  }
  return {};
}

// An overriding key displaces the others of its meaning too: log.retention.ms from the cluster ends log.retention.hours
// of the file.
void override_with(ConfigMap& effective, const ConfigMap& layer) {
  for (const auto& [name, value] : layer) {
    for (const std::string_view synonym : broker_synonyms(name))
      if (const auto at = effective.find(synonym); at != effective.end()) effective.erase(at);
    effective[name] = value;
  }
}

ConfigResult<KeyValues> parse_all(const ConfigMap& effective) {
  std::vector<ConfigKey> keys(broker_keys().begin(), broker_keys().end());
  keys.insert(keys.end(), muir_keys().begin(), muir_keys().end());
  return KeyValues::parse(keys, effective);
}

// Fills every field from `effective`; `given` decides only what was set explicitly in the file.
ConfigResult<> read_everything(const ConfigMap& effective, BrokerConfig& config, std::vector<std::string>& warnings) {
  const auto values = parse_all(effective);
  if (!values) return values.error();
  const auto fields = read_fields(*values, config);
  if (!fields) return fields.error();
  const auto listeners = read_listeners(*values, effective.contains("listener.security.protocol.map"),
                                        effective.contains("security.inter.broker.protocol"), config);
  if (!listeners) return listeners.error();
  const auto authorizer = read_authorizer(effective, config);
  if (!authorizer) return authorizer.error();
  const auto overrides = read_listener_overrides(effective, config);
  if (!overrides) return overrides.error();
  const auto protocols =
      check_protocols(config.listeners, config.controller_listener_names, config.listener_security_protocols);
  if (!protocols) return protocols.error();
  const auto sasl = read_sasl_listeners(*values, effective, config);
  if (!sasl) return sasl.error();
  return check_combinations(*values, config, warnings);
}

}  // namespace

ConfigMap BrokerConfig::embedded_default() {
  return {
      {"process.roles", "broker,controller"},
      {"node.id", "1"},
      {"listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"},
      {"controller.listener.names", "CONTROLLER"},
      {"controller.quorum.bootstrap.servers", "127.0.0.1:9093"},
      {"log.dirs", "./data"},
      {"offsets.topic.replication.factor", "1"},
      {"transaction.state.log.replication.factor", "1"},
      {"transaction.state.log.min.isr", "1"},
      {"share.coordinator.state.topic.replication.factor", "1"},
      {"share.coordinator.state.topic.min.isr", "1"},
  };
}

ConfigResult<BrokerConfig> BrokerConfig::load(ConfigMap given) {
  populate_synonyms(given);
  BrokerConfig config;
  const auto names = check_names(given, config.warnings_);
  if (!names) return names.error();
  const auto protection = check_protection(given);
  if (!protection) return protection.error();
  const auto everything = read_everything(given, config, config.warnings_);
  if (!everything) return everything.error();
  config.effective_ = given;
  config.given_ = std::move(given);
  return config;
}

ConfigResult<BrokerConfig> BrokerConfig::with_dynamic(ConfigMap cluster_defaults, ConfigMap this_broker) const {
  std::vector<std::string> warnings;
  ConfigMap cluster = keep_what_is_allowed(std::move(cluster_defaults), false, warnings);
  ConfigMap broker = keep_what_is_allowed(std::move(this_broker), true, warnings);
  auto config = layered(std::move(cluster), std::move(broker), Clamping::on);
  if (config) config->warnings_ = std::move(warnings);
  return config;
}

ConfigResult<BrokerConfig> BrokerConfig::would_be(ConfigMap cluster_defaults, ConfigMap this_broker) const {
  return layered(std::move(cluster_defaults), std::move(this_broker), Clamping::off);
}

ConfigResult<BrokerConfig> BrokerConfig::layered(ConfigMap cluster, ConfigMap broker, Clamping clamping) const {
  BrokerConfig config;
  config.given_ = given_;
  config.effective_ = given_;
  override_with(config.effective_, cluster);
  override_with(config.effective_, broker);
  if (clamping == Clamping::on) clamp_assignment_intervals(config.effective_);
  config.cluster_defaults_ = std::move(cluster);
  config.this_broker_ = std::move(broker);
  std::vector<std::string> repeated;  // What load() has warned of already.
  const auto everything = read_everything(config.effective_, config, repeated);
  if (!everything) return everything.error();
  return config;
}

std::optional<std::string> BrokerConfig::value(std::string_view name) const {
  const ConfigKey* key = find_broker_key(name);
  if (key == nullptr) return std::nullopt;
  const auto at = effective_.find(name);
  const auto parsed = at == effective_.end() ? default_value(*key) : parse_value(*key, at->second);
  if (!parsed) return std::nullopt;
  return to_text(*parsed);
}

}  // namespace muir::server

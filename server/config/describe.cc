#include "server/config/describe.h"

#include <algorithm>

#include "server/config/group_config.h"
#include "server/config/topic_values.h"

namespace muir::server {
namespace {

using Synonyms = std::vector<ConfigSynonym>;

std::optional<std::string> print(const ConfigKey& key, const std::string& text) {
  const auto value = parse_value(key, text);
  return value ? to_text(*value) : std::optional(text);
}

void add_from(const ConfigMap& layer, std::string_view name, ConfigSource source, bool sensitive, Synonyms& out) {
  const auto at = layer.find(name);
  if (at == layer.end()) return;
  out.push_back({std::string(name), sensitive ? std::nullopt : std::optional(at->second), source});
}

void add_default(std::string_view name, bool sensitive, Synonyms& out) {
  const ConfigKey* key = find_broker_key(name);
  if (key == nullptr || key->default_text.data() == nullptr || !key->has_default()) return;
  out.push_back({std::string(name), sensitive ? std::nullopt : std::optional(std::string(key->default_text)),
                 ConfigSource::DEFAULT_CONFIG});
}

// `name` and the keys that share its meaning: a listener's key has the one without prefix as the second.
std::vector<std::string_view> names_like(std::string_view name) {
  const auto known = broker_synonyms(name);
  if (!known.empty()) return {known.begin(), known.end()};
  const std::string_view base = strip_listener_prefix(name);
  if (base.empty()) return {name};
  return {name, base};
}

// Every value that a broker key has, by precedence.  What stands before the first of the name itself is dropped, as
// Kafka does: it belongs to a synonym that is better set.
Synonyms broker_layers(std::string_view name, const BrokerConfig& config, bool sensitive) {
  const auto names = names_like(name);
  Synonyms all;
  for (const auto like : names)
    add_from(config.this_broker(), like, ConfigSource::DYNAMIC_BROKER_CONFIG, sensitive, all);
  for (const auto like : names)
    add_from(config.cluster_defaults(), like, ConfigSource::DYNAMIC_DEFAULT_BROKER_CONFIG, sensitive, all);
  for (const auto like : names) add_from(config.given(), like, ConfigSource::STATIC_BROKER_CONFIG, sensitive, all);
  for (const auto like : names) add_default(like, sensitive, all);
  all.erase(all.begin(), std::ranges::find(all, name, &ConfigSynonym::name));
  return all;
}

// The row that types a broker key, through a listener's prefix if need be.
const ConfigKey* typing_row(std::string_view name) {
  const ConfigKey* key = find_broker_key(name);
  return key != nullptr ? key : find_broker_key(strip_listener_prefix(name));
}

ConfigEntry broker_entry(const std::string& name, std::optional<std::string> value, Synonyms synonyms) {
  const ConfigKey* own = find_broker_key(name);
  const ConfigKey* key = typing_row(name);
  ConfigEntry entry;
  entry.name = name;
  entry.sensitive = key == nullptr || key->sensitive();  // Of an unknown key the worst is assumed.
  entry.value = entry.sensitive ? std::nullopt : std::move(value);
  entry.source = synonyms.empty() ? ConfigSource::DEFAULT_CONFIG : synonyms.front().source;
  entry.read_only = own == nullptr || own->scope == Scope::read_only || is_dynamic_only(name);
  if (key != nullptr) entry.type = key->type;
  entry.synonyms = std::move(synonyms);
  return entry;
}

bool is_sensitive(std::string_view name) {
  const ConfigKey* key = typing_row(name);
  return key == nullptr || key->sensitive();
}

// A topic's, group's or subscription's own setting stands before what it inherits.
ConfigEntry own_entry(const ConfigKey& key, const ConfigMap& own, std::optional<std::string> value, ConfigSource source,
                      Synonyms inherited) {
  ConfigEntry entry;
  entry.name = key.name;
  entry.value = std::move(value);
  entry.type = key.type;
  if (own.contains(key.name)) entry.synonyms.push_back({entry.name, entry.value, source});
  entry.synonyms.insert(entry.synonyms.end(), inherited.begin(), inherited.end());
  entry.source = entry.synonyms.empty() ? ConfigSource::DEFAULT_CONFIG : entry.synonyms.front().source;
  return entry;
}

std::optional<std::string> value_or_default(const ConfigKey& key, const ConfigMap& values) {
  if (const auto at = values.find(key.name); at != values.end()) return print(key, at->second);
  if (key.default_text.data() == nullptr) return std::nullopt;
  return std::string(key.default_text);
}

void sort_by_name(std::vector<ConfigEntry>& entries) { std::ranges::sort(entries, {}, &ConfigEntry::name); }

}  // namespace

std::vector<ConfigEntry> describe_broker(const BrokerConfig& config) {
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : broker_keys()) {
    if (key.internal || is_dynamic_only(key.name)) continue;
    const std::string name(key.name);
    entries.push_back(broker_entry(name, config.value(name), broker_layers(name, config, key.sensitive())));
  }
  for (const auto& [name, text] : config.effective()) {  // What is only there because somebody set it.
    const ConfigKey* key = find_broker_key(name);
    const bool listed = key != nullptr && !key->internal && !is_dynamic_only(name) && !name.starts_with("muir.");
    if (!listed) entries.push_back(broker_entry(name, text, broker_layers(name, config, is_sensitive(name))));
  }
  sort_by_name(entries);
  return entries;
}

std::vector<ConfigEntry> describe_cluster_defaults(const BrokerConfig& config) {
  std::vector<ConfigEntry> entries;
  for (const auto& [name, text] : config.cluster_defaults()) {
    Synonyms synonyms = broker_layers(name, config, is_sensitive(name));
    std::erase_if(synonyms,
                  [](const ConfigSynonym& s) { return s.source != ConfigSource::DYNAMIC_DEFAULT_BROKER_CONFIG; });
    entries.push_back(broker_entry(name, text, std::move(synonyms)));
  }
  return entries;
}

std::vector<ConfigEntry> describe_topic(const ConfigMap& topic, const BrokerConfig& config) {
  const ConfigMap own = keep_valid_topic_configs(topic);
  const ConfigMap layers = topic_layers(own, config);
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : topic_keys()) {
    if (key.internal && !own.contains(key.name)) continue;
    const auto synonyms = synonyms_of_topic_key(key.name);
    Synonyms inherited;  // Under the best of the broker's names, and in the broker's unit.
    if (!synonyms.empty()) inherited = broker_layers(synonyms.front().broker_key, config, false);
    entries.push_back(
        own_entry(key, own, value_or_default(key, layers), ConfigSource::DYNAMIC_TOPIC_CONFIG, std::move(inherited)));
  }
  return entries;
}

std::vector<ConfigEntry> describe_group(const ConfigMap& group, const BrokerConfig& config) {
  const ConfigMap inherited = resolve_group_configs({}, config);
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : group_keys()) {
    const std::string_view synonym = synonym_of_group_key(key.name);
    Synonyms layers;
    if (!synonym.empty()) layers = broker_layers(synonym, config, false);
    if (synonym.empty())
      layers.push_back({std::string(key.name), std::string(key.default_text), ConfigSource::DEFAULT_CONFIG});
    const auto& from = group.contains(key.name) ? group : inherited;
    entries.push_back(
        own_entry(key, group, value_or_default(key, from), ConfigSource::DYNAMIC_GROUP_CONFIG, std::move(layers)));
  }
  return entries;
}

std::vector<ConfigEntry> describe_client_metrics(const ConfigMap& subscription) {
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : client_metrics_keys())
    entries.push_back(own_entry(key, subscription, value_or_default(key, subscription),
                                ConfigSource::DYNAMIC_CLIENT_METRICS_CONFIG, {}));
  return entries;
}

}  // namespace muir::server

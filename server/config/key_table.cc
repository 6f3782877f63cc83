#include "server/config/key_table.h"

#include <algorithm>
#include <vector>

namespace muir::server {
namespace {

bool by_name(const ConfigKey& a, const ConfigKey& b) { return a.name < b.name; }

std::vector<ConfigKey> gather_broker_keys() {
  std::vector<ConfigKey> keys;
  for (const auto part : {detail::socket_keys(), detail::server_keys(), detail::replication_keys(), detail::log_keys(),
                          detail::quorum_keys(), detail::group_coordinator_keys(), detail::share_keys(),
                          detail::transaction_keys(), detail::remote_storage_keys(), detail::ssl_keys(),
                          detail::sasl_keys(), detail::oauth_keys(), detail::security_keys()})
    keys.insert(keys.end(), part.begin(), part.end());
  std::sort(keys.begin(), keys.end(), by_name);
  return keys;
}

const ConfigKey* find_in(std::span<const ConfigKey> keys, std::string_view name) {
  const auto at = std::lower_bound(keys.begin(), keys.end(), name,
                                   [](const ConfigKey& key, std::string_view wanted) { return key.name < wanted; });
  return at != keys.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

std::span<const ConfigKey> broker_keys() {
  static const std::vector<ConfigKey> keys = gather_broker_keys();
  return keys;
}
std::span<const ConfigKey> topic_keys() { return detail::topic_keys(); }
std::span<const ConfigKey> group_keys() { return detail::group_keys(); }
std::span<const ConfigKey> client_metrics_keys() { return detail::client_metrics_keys(); }

const ConfigKey* find_broker_key(std::string_view name) {
  const ConfigKey* key = find_in(broker_keys(), name);
  return key != nullptr ? key : find_in(muir_keys(), name);
}
const ConfigKey* find_topic_key(std::string_view name) { return find_in(topic_keys(), name); }
const ConfigKey* find_group_key(std::string_view name) { return find_in(group_keys(), name); }
const ConfigKey* find_client_metrics_key(std::string_view name) { return find_in(client_metrics_keys(), name); }

bool is_dynamic_only(std::string_view broker_key) {
  return broker_key == "leader.replication.throttled.rate" || broker_key == "follower.replication.throttled.rate" ||
         broker_key == "replica.alter.log.dirs.io.max.bytes.per.second";
}

std::string_view strip_listener_prefix(std::string_view name) {
  constexpr std::string_view kPrefix = "listener.name.";
  if (!name.starts_with(kPrefix)) return {};
  const auto dot = name.find('.', kPrefix.size());
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

}  // namespace muir::server

#include <algorithm>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/key_table.h"
#include "server/config/key_values.h"
#include "server/config/topic_config.h"
#include "server/config/topic_values.h"

namespace muir::server {
namespace {

ConfigResult<> check_names(const ConfigMap& wanted) {
  for (const auto& [name, value] : wanted)
    if (find_topic_key(name) == nullptr) return invalid_config(fmt::format("Unknown topic config name: {}", name));
  return {};
}

ConfigResult<> check_compaction_lags(const KeyValues& values) {
  const std::int64_t low = values.int64("min.compaction.lag.ms"), high = values.int64("max.compaction.lag.ms");
  if (low <= high) return {};
  return invalid_config(
      fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})", low, high));
}

// There is no tiered storage, so that it cannot be switched on; a topic that has it from elsewhere may switch it off.
ConfigResult<> check_tiered_storage(const ConfigMap& existing, const KeyValues& values) {
  if (values.boolean("remote.storage.enable"))
    return invalid_config(
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.");
  const auto stored = existing.find("remote.storage.enable");
  const bool was_on = stored != existing.end() && to_lower(stored->second) == "true";
  if (!was_on || values.boolean("remote.log.delete.on.disable")) return {};
  return invalid_config(
      "It is invalid to disable remote storage without deleting remote data. If you want to keep the remote data and "
      "turn to read only, please set `remote.storage.enable=true,remote.log.copy.disable=true`. If you want to disable "
      "remote storage and delete all remote data, please set "
      "`remote.storage.enable=false,remote.log.delete.on.disable=true`.");
}

}  // namespace

ConfigResult<> validate_topic_configs(const ConfigMap& existing, const ConfigMap& wanted, const BrokerConfig& broker) {
  const auto names = check_names(wanted);
  if (!names) return names;
  const auto values = KeyValues::parse(topic_keys(), topic_layers(wanted, broker));
  if (!values) return values.error();
  const auto lags = check_compaction_lags(*values);
  if (!lags) return lags;
  return check_tiered_storage(existing, *values);
}

}  // namespace muir::server

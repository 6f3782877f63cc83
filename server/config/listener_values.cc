#include "server/config/listener_values.h"

#include "server/config/config_text.h"
#include "server/config/config_value.h"
#include "server/config/key_table.h"

namespace muir::server {
namespace {

std::string own_key(std::string_view listener, std::string_view key) {
  return "listener.name." + to_lower(listener) + "." + std::string(key);
}

}  // namespace

bool has_own_value(const BrokerConfig& config, std::string_view listener, std::string_view key) {
  return config.effective().contains(own_key(listener, key));
}

std::optional<std::string> listener_value(const BrokerConfig& config, std::string_view listener, std::string_view key) {
  const auto own = config.effective().find(own_key(listener, key));
  if (own == config.effective().end()) return config.value(key);
  const ConfigKey* row = find_broker_key(key);
  if (row == nullptr) return own->second;
  const auto parsed = parse_value(*row, own->second);  // Checked when the configuration was loaded.
  return parsed ? to_text(*parsed) : std::nullopt;
}

}  // namespace muir::server

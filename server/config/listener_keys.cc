#include "server/config/listener_keys.h"

#include <variant>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/key_table.h"

namespace muir::server {

ListenerKeys::ListenerKeys(const ConfigMap& effective, const std::string& listener)
    : effective_(effective), prefix_("listener.name." + to_lower(listener) + ".") {}

const std::string* ListenerKeys::find(std::string_view key) const {
  auto at = effective_.find(name(key));
  if (at == effective_.end()) at = effective_.find(key);
  return at == effective_.end() ? nullptr : &at->second;
}

const std::string* ListenerKeys::find(std::string_view mechanism, std::string_view key) const {
  const std::string* own = find(fmt::format("{}.{}", to_lower(mechanism), key));
  return own != nullptr ? own : find(key);
}

ConfigResult<ConfigValue> ListenerKeys::value(std::string_view mechanism, std::string_view key) const {
  const ConfigKey& row = *find_broker_key(key);
  const std::string* given = find(mechanism, key);
  return given == nullptr ? default_value(row) : parse_value(row, *given);
}

ConfigResult<std::optional<std::string>> ListenerKeys::text(std::string_view mechanism, std::string_view key) const {
  const auto read = value(mechanism, key);
  if (!read) return read.error();
  const auto* text = std::get_if<std::string>(&*read);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

}  // namespace muir::server

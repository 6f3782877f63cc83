#include "server/config/listener_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/key_table.h"

namespace muir::server {
namespace {

constexpr std::string_view kAnyIpv4 = "0.0.0.0";

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_ssl_or_sasl(std::string_view name) { return name == "SSL" || name == "SASL_SSL" || name == "SASL_PLAINTEXT"; }

std::string listener_name_of(const std::string& entry) { return to_upper(entry.substr(0, entry.find(':'))); }

// Without an explicit map, controller listeners speak PLAINTEXT as long as nothing else is in use.
ConfigResult<ProtocolMap> effective_protocols(const KeyValues& values, bool given) {
  constexpr std::string_view kKey = "listener.security.protocol.map";
  auto map = parse_protocol_map(values.text(kKey), kKey);
  if (!map || given) return map;
  const auto controllers = values.list("controller.listener.names");
  const auto& listeners = values.list("listeners");
  const bool secured =
      std::ranges::any_of(controllers, is_ssl_or_sasl) ||
      std::ranges::any_of(listeners, [](const auto& e) { return is_ssl_or_sasl(listener_name_of(e)); });
  if (secured) return map;
  for (const std::string& name : controllers) (*map)[name] = SecurityProtocol::PLAINTEXT;
  return map;
}

const Endpoint* find_listener(const std::vector<Endpoint>& endpoints, std::string_view name) {
  const auto at = std::ranges::find(endpoints, to_upper(name), &Endpoint::listener_name);
  return at == endpoints.end() ? nullptr : &*at;
}

// What a controller listener that nobody advertised is advertised as.  The first takes its address from
// controller.quorum.voters when it listens everywhere (KIP-853); "0.0.0.0" becomes this machine's name.
Endpoint advertised_by_default(Endpoint endpoint, bool is_first, const BrokerConfig& config) {
  if (!endpoint.host.empty() && endpoint.host != kAnyIpv4) return endpoint;
  const auto voter = std::ranges::find(config.controller_quorum_voters, config.node_id.value, &QuorumAddress::id);
  if (is_first && voter != config.controller_quorum_voters.end()) {
    endpoint.host = voter->host;
    endpoint.port = voter->port;
  }
  if (endpoint.host == kAnyIpv4) endpoint.host.clear();
  return endpoint;
}

void advertise(const std::vector<Endpoint>& advertised, bool given, BrokerConfig& config) {
  for (const Endpoint& endpoint : given ? advertised : config.listeners)
    if (!contains(config.controller_listener_names, endpoint.listener_name))
      config.advertised_broker_listeners.push_back(endpoint);
  bool is_first = true;
  for (const std::string& name : config.controller_listener_names) {
    const Endpoint* chosen = find_listener(advertised, name);
    const Endpoint* listening = find_listener(config.controller_listeners, name);
    if (chosen != nullptr && contains(config.controller_listener_names, chosen->listener_name))
      config.advertised_controller_listeners.push_back(*chosen);
    else if (listening != nullptr)
      config.advertised_controller_listeners.push_back(advertised_by_default(*listening, is_first, config));
    is_first = false;
  }
}

ConfigResult<> read_inter_broker(const KeyValues& values, bool protocol_given, BrokerConfig& config) {
  const auto name = values.optional_text("inter.broker.listener.name");
  if (!name) {
    config.inter_broker_listener_name = values.text("security.inter.broker.protocol");
    return {};
  }
  if (protocol_given)
    return invalid_config("Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.");
  config.inter_broker_listener_name = to_upper(*name);
  if (config.listener_security_protocols.contains(config.inter_broker_listener_name)) return {};
  return invalid_config(fmt::format(
      "Listener with name {} defined in inter.broker.listener.name not found in listener.security.protocol.map.",
      config.inter_broker_listener_name));
}

}  // namespace

ConfigResult<> read_listeners(const KeyValues& values, bool protocol_map_given, bool inter_broker_protocol_given,
                              BrokerConfig& config) {
  config.controller_listener_names = values.list("controller.listener.names");
  auto protocols = effective_protocols(values, protocol_map_given);
  if (!protocols) return protocols.error();
  config.listener_security_protocols = std::move(*protocols);

  auto listeners = parse_endpoints(values.list("listeners"), config.listener_security_protocols, true);
  if (!listeners) return listeners.error();
  config.listeners = std::move(*listeners);
  for (const Endpoint& listener : config.listeners) {
    const bool of_controller = contains(config.controller_listener_names, listener.listener_name);
    (of_controller ? config.controller_listeners : config.broker_listeners).push_back(listener);
  }

  const bool advertised_given = !values.is_null("advertised.listeners");
  const auto advertised =
      parse_endpoints(values.list_or_empty("advertised.listeners"), config.listener_security_protocols, false);
  if (!advertised) return advertised.error();
  advertise(*advertised, advertised_given, config);
  return read_inter_broker(values, inter_broker_protocol_given, config);
}

ConfigResult<> read_listener_overrides(const ConfigMap& effective, BrokerConfig& config) {
  for (const auto& [name, text] : effective) {
    const std::string_view base = strip_listener_prefix(name);
    const ConfigKey* key = find_broker_key(base);
    if (base.empty() || key == nullptr) continue;
    const auto value = parse_value(*key, text);
    if (!value) return value.error();
    if (base != "max.connections") continue;
    constexpr std::size_t kPrefix = std::string_view("listener.name.").size();
    const std::string listener =
        to_upper(std::string_view(name).substr(kPrefix, name.size() - kPrefix - base.size() - 1));
    config.max_connections_of_listener[listener] = std::get<std::int32_t>(*value);
  }
  return {};
}

}  // namespace muir::server

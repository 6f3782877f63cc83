#include "server/config/endpoint.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include "server/config/config_text.h"

namespace muir::server {
namespace {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<Address> parse_host_port(const std::string& text) {
  static const re2::RE2 kHostPort(R"((?:[0-9a-zA-Z\-%._]*://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+))");
  std::string host, port_text;
  if (!re2::RE2::FullMatch(text, kHostPort, &host, &port_text)) return std::nullopt;
  const auto port = parse_port(port_text);
  if (!port) return std::nullopt;
  return Address{host, *port};
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}
bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

ConfigError bad_listeners(const std::vector<std::string>& entries, std::string_view why) {
  return invalid_config(fmt::format("Error creating broker listeners from '[{}]': {}", fmt::join(entries, ", "), why));
}

std::string each_listener(std::string_view what, const std::vector<std::string>& entries) {
  return fmt::format("Each listener must have a different {}, listeners: [{}]", what, fmt::join(entries, ", "));
}

ConfigResult<Endpoint> parse_endpoint(const std::string& entry, const ProtocolMap& protocols) {
  static const re2::RE2 kEndpoint(R"((.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+))");
  std::string name, host, port_text;
  if (!re2::RE2::FullMatch(entry, kEndpoint, &name, &host, &port_text))
    return invalid_config(fmt::format("Unable to parse {} to a broker endpoint", entry));
  const auto port = parse_port(port_text);
  if (!port) return invalid_config(fmt::format("Unable to parse {} to a broker endpoint: a port is 0 to 65535", entry));
  const std::string listener = to_upper(name);
  const auto protocol = protocols.find(listener);
  if (protocol == protocols.end())
    return invalid_config(fmt::format("No security protocol defined for listener {}", listener));
  return Endpoint{listener, protocol->second, host, *port};
}

// Those that share a port: all right for exactly one IPv4 and one IPv6 address, nothing else.
bool may_share_port(const std::vector<const Endpoint*>& group) {
  if (group.size() == 1) return true;
  if (group.size() != 2) return false;
  const std::string &a = group[0]->host, &b = group[1]->host;
  return (is_ipv4(a) && is_ipv6(b)) || (is_ipv6(a) && is_ipv4(b));
}

ConfigResult<> check_distinct(const std::vector<Endpoint>& endpoints, const std::vector<std::string>& entries,
                              bool distinct_ports) {
  std::set<std::string_view> names;
  std::map<std::uint16_t, std::vector<const Endpoint*>> by_port;
  for (const Endpoint& endpoint : endpoints) {
    if (!names.insert(endpoint.listener_name).second) return bad_listeners(entries, each_listener("name", entries));
    if (endpoint.port != 0) by_port[endpoint.port].push_back(&endpoint);
  }
  if (!distinct_ports) return {};
  for (const auto& [port, group] : by_port)
    if (!may_share_port(group))
      return bad_listeners(entries, each_listener("port", entries) + ", unless one is an IPv4 address and one an IPv6");
  return {};
}

constexpr std::pair<std::string_view, SecurityProtocol> kProtocols[] = {
    {"PLAINTEXT", SecurityProtocol::PLAINTEXT},
    {"SSL", SecurityProtocol::SSL},
    {"SASL_PLAINTEXT", SecurityProtocol::SASL_PLAINTEXT},
    {"SASL_SSL", SecurityProtocol::SASL_SSL},
};

}  // namespace

std::string_view to_text(SecurityProtocol protocol) { return kProtocols[static_cast<std::size_t>(protocol)].first; }

std::optional<SecurityProtocol> parse_security_protocol(std::string_view text) {
  for (const auto& [name, protocol] : kProtocols)
    if (name == to_upper(text)) return protocol;
  return std::nullopt;
}

ConfigResult<ProtocolMap> parse_protocol_map(std::string_view text, std::string_view key) {
  ProtocolMap map;
  for (const std::string& entry : split_list(text)) {
    const auto colon = entry.rfind(':');
    if (colon == std::string::npos)
      return invalid_config(
          fmt::format("Error parsing configuration property '{}': {} is not NAME:PROTOCOL", key, entry));
    const std::string_view value = trim(std::string_view(entry).substr(colon + 1));
    const auto protocol = parse_security_protocol(value);
    if (!protocol) return invalid_config(fmt::format("Invalid security protocol `{}` defined in {}", value, key));
    map[to_upper(trim(std::string_view(entry).substr(0, colon)))] = *protocol;
  }
  return map;
}

ConfigResult<std::vector<Endpoint>> parse_endpoints(const std::vector<std::string>& entries,
                                                    const ProtocolMap& protocols, bool distinct_ports) {
  std::vector<Endpoint> endpoints;
  for (const std::string& entry : entries) {
    const auto endpoint = parse_endpoint(entry, protocols);
    if (!endpoint) return bad_listeners(entries, endpoint.error().message);
    endpoints.push_back(*endpoint);
  }
  const auto distinct = check_distinct(endpoints, entries, distinct_ports);
  if (!distinct) return distinct.error();
  return endpoints;
}

ConfigResult<std::vector<QuorumAddress>> parse_quorum_voters(const std::vector<std::string>& entries) {
  std::vector<QuorumAddress> voters;
  for (const std::string& entry : entries) {
    const auto at = entry.find('@');
    if (at == std::string::npos || entry.find('@', at + 1) != std::string::npos)
      return invalid_config(
          "Invalid configuration value for controller.quorum.voters. Each entry should be in the form "
          "`{id}@{host}:{port}`.");
    const std::string_view id_text = std::string_view(entry).substr(0, at);
    std::int32_t id = 0;
    const auto [end, error] = std::from_chars(id_text.data(), id_text.data() + id_text.size(), id);
    if (error != std::errc{} || end != id_text.data() + id_text.size())
      return invalid_config(fmt::format("Failed to parse voter ID as an integer from {}", id_text));
    const auto address = parse_host_port(entry.substr(at + 1));
    if (!address)
      return invalid_config(
          fmt::format("Failed to parse host name from entry {} for the configuration "
                      "controller.quorum.voters. Each entry should be in the form "
                      "`{{id}}@{{host}}:{{port}}`.",
                      entry));
    voters.push_back({id, address->host, address->port});
  }
  return voters;
}

ConfigResult<std::vector<QuorumAddress>> parse_bootstrap_servers(const std::vector<std::string>& entries) {
  std::vector<QuorumAddress> servers;
  for (const std::string& entry : entries) {
    const auto address = parse_host_port(entry);
    if (!address)
      return invalid_config(
          fmt::format("Failed to parse host name from {} for the configuration "
                      "controller.quorum.bootstrap.servers. Each entry should be in the form "
                      "\"{{host}}:{{port}}\"",
                      entry));
    servers.push_back({-1, address->host, address->port});
  }
  return servers;
}

}  // namespace muir::server

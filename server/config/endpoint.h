#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"

namespace muir::server {

// The numbers are those of a registration record.
enum class SecurityProtocol : std::int16_t { PLAINTEXT = 0, SSL = 1, SASL_PLAINTEXT = 2, SASL_SSL = 3 };

constexpr bool speaks_tls(SecurityProtocol protocol) {
  return protocol == SecurityProtocol::SSL || protocol == SecurityProtocol::SASL_SSL;
}
constexpr bool speaks_sasl(SecurityProtocol protocol) {
  return protocol == SecurityProtocol::SASL_PLAINTEXT || protocol == SecurityProtocol::SASL_SSL;
}

std::string_view to_text(SecurityProtocol protocol);
std::optional<SecurityProtocol> parse_security_protocol(std::string_view text);  // In either case.

// `listener.security.protocol.map`: upper-case listener name -> protocol.
using ProtocolMap = std::map<std::string, SecurityProtocol, std::less<>>;

// One `NAME://host:port` of listeners or advertised.listeners.
struct Endpoint {
  std::string listener_name;  // Upper case, as Kafka normalises it.
  SecurityProtocol security_protocol = SecurityProtocol::PLAINTEXT;
  std::string host;        // Empty: every interface when listened on, this machine's name when advertised.
  std::uint16_t port = 0;  // 0: the operating system chooses when listened on.

  bool operator==(const Endpoint&) const = default;
};

// `NAME:PROTOCOL,...` with the listener names in upper case.  `key` is named in errors.
ConfigResult<ProtocolMap> parse_protocol_map(std::string_view text, std::string_view key);

// Parses every entry; a name may occur once, and (when `distinct_ports`) a port once, except that an IPv4 and an IPv6
// address may share one.
ConfigResult<std::vector<Endpoint>> parse_endpoints(const std::vector<std::string>& entries,
                                                    const ProtocolMap& protocols, bool distinct_ports);

// `host:port` of controller.quorum.bootstrap.servers, or `id@host:port` of controller.quorum.voters.
struct QuorumAddress {
  std::int32_t id = -1;  // -1 in a bootstrap server.
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const QuorumAddress&) const = default;
};
ConfigResult<std::vector<QuorumAddress>> parse_quorum_voters(const std::vector<std::string>& entries);
ConfigResult<std::vector<QuorumAddress>> parse_bootstrap_servers(const std::vector<std::string>& entries);

}  // namespace muir::server

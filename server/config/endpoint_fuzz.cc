// Any bytes as a list of listeners, of voters, and as the value of any key: parsing ends, and never in a crash.
#include <cstdlib>
#include <string>

#include "server/config/config_text.h"
#include "server/config/config_value.h"
#include "server/config/endpoint.h"
#include "server/config/key_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir::server;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto entries = split_list(text);
  const ProtocolMap protocols = {{"PLAINTEXT", SecurityProtocol::PLAINTEXT}, {"SSL", SecurityProtocol::SSL}};
  const auto endpoints = parse_endpoints(entries, protocols, data[0] % 2 == 0);
  if (endpoints && endpoints->size() != entries.size()) std::abort();
  static_cast<void>(parse_protocol_map(text, "listener.security.protocol.map"));
  static_cast<void>(parse_quorum_voters(entries));
  static_cast<void>(parse_bootstrap_servers(entries));

  // A value that passes prints as a value that passes, and as the same.
  const auto keys = data[0] % 2 == 0 ? topic_keys() : group_keys();
  const ConfigKey& key = keys[data[0] / 2 % keys.size()];
  const auto value = parse_value(key, text);
  if (!value) return 0;
  const auto printed = to_text(*value);
  if (!printed) return 0;
  const auto again = parse_value(key, *printed);
  if (!again || to_text(*again) != printed) std::abort();
  return 0;
}

#include "server/config/protection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/config/authorizer_config.h"
#include "server/config/config_text.h"
#include "server/config/config_value.h"
#include "server/config/key_table.h"

namespace muir::server {
namespace {

constexpr std::string_view kOneNode = "links to other nodes are plain; use PLAINTEXT on a trusted network";

ConfigError unprotected(std::string_view key, std::string_view value, std::string_view remedy) {
  return {ConfigError::Kind::unprotected,
          fmt::format("{}={} cannot be honoured by this version: {}", key, value, remedy)};
}

// The row that decides about `name`: Kafka's, a plug-in's, or the one behind a listener's or a mechanism's prefix
// (listener.name.internal.scram-sha-512.sasl.jaas.config).
const ConfigKey* protecting_row(std::string_view name) {
  const std::string_view suffix = strip_listener_prefix(name);
  const std::string_view base = suffix.empty() ? name : suffix;
  for (const auto rows : {broker_keys(), plugin_keys()})
    for (const ConfigKey& key : rows) {
      if (key.fate != Fate::protects) continue;
      const bool after_mechanism = !suffix.empty() && base.ends_with(key.name) && base.size() > key.name.size() &&
                                   base[base.size() - key.name.size() - 1] == '.';
      if (base == key.name || after_mechanism) return &key;
    }
  return nullptr;
}

// Classes of Kafka's that we do the work of.
constexpr std::pair<std::string_view, std::string_view> kOurClasses[] = {
    {"sasl.server.callback.handler.class",
     "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"},
    {"sasl.oauthbearer.jwt.validator.class", "org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator"},
};

bool is_safe(const ConfigKey& key, std::string_view text) {
  if (trim(text).empty()) return true;  // Nothing is asked for.
  if (key.name == "authorizer.class.name" && trim(text) == kStandardAuthorizer) return true;
  if (std::ranges::find(kOurClasses, std::pair(key.name, trim(text))) != std::ranges::end(kOurClasses)) return true;
  const auto wanted = parse_value(key, text);
  const auto safe = default_value(key);
  return wanted && safe && *wanted == *safe;
}

}  // namespace

std::vector<ProtectedKey> protected_keys() {
  std::vector<ProtectedKey> keys;
  for (const auto rows : {broker_keys(), plugin_keys()})
    for (const ConfigKey& key : rows)
      if (key.fate == Fate::protects)
        keys.push_back({std::string(key.name), std::string(key.sample), std::string(key.note)});
  keys.push_back({"listener.name.plaintext.ssl.engine.factory.class", "com.example.Engine",
                  std::string(protecting_row("ssl.engine.factory.class")->note)});
  return keys;
}

ConfigResult<> check_protection(const ConfigMap& given) {
  for (const auto& [name, value] : given) {
    const ConfigKey* key = protecting_row(name);
    if (key != nullptr && !is_safe(*key, value))
      return unprotected(name, key->sensitive() ? "[hidden]" : std::string_view(value), key->note);
  }
  return {};
}

ConfigResult<> check_protocols(const std::vector<Endpoint>& listeners, const std::vector<std::string>& controller_names,
                               const ProtocolMap& protocols) {
  for (const std::string& name : controller_names) {
    const auto protocol = protocols.find(name);
    const bool is_ours = std::ranges::find(listeners, name, &Endpoint::listener_name) != listeners.end();
    if (protocol != protocols.end() && protocol->second != SecurityProtocol::PLAINTEXT && !is_ours)
      return unprotected("controller.listener.names", fmt::format("{} ({})", name, to_text(protocol->second)),
                         kOneNode);
  }
  return {};
}

}  // namespace muir::server

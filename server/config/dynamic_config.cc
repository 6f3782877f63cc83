#include "server/config/dynamic_config.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/key_table.h"
#include "server/config/protection.h"
#include "server/config/reconfiguration.h"

namespace muir::server {
namespace {

// TLS key material: changes dynamically, but only for a named listener.
constexpr std::array<std::string_view, 10> kOnlyByListener = {"ssl.key.password",
                                                              "ssl.keystore.certificate.chain",
                                                              "ssl.keystore.key",
                                                              "ssl.keystore.location",
                                                              "ssl.keystore.password",
                                                              "ssl.keystore.type",
                                                              "ssl.truststore.certificates",
                                                              "ssl.truststore.location",
                                                              "ssl.truststore.password",
                                                              "ssl.truststore.type"};

// Keys of a listener that may nevertheless be given for the whole cluster.
constexpr std::array<std::string_view, 3> kListenerClusterWide = {"max.connections", "max.connection.creation.rate",
                                                                  "num.network.threads"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_read_only(std::string_view name) {
  const ConfigKey* key = find_broker_key(name);
  return key != nullptr && key->scope == Scope::read_only;
}

bool is_security_without_listener(std::string_view name) { return contains(kOnlyByListener, name); }

bool is_for_one_broker(std::string_view name) {
  const std::string_view of_listener = strip_listener_prefix(name);
  if (!of_listener.empty()) return !contains(kListenerClusterWide, of_listener);
  const ConfigKey* key = find_broker_key(name);
  return key != nullptr && key->scope == Scope::per_broker;
}

// A dynamic value by the row of its key, or of the key behind a listener's prefix.  Unknown keys have no row to break.
ConfigResult<> check_type(const std::string& name, const std::string& value) {
  const std::string_view of_listener = strip_listener_prefix(name);
  const ConfigKey* key = find_broker_key(of_listener.empty() ? std::string_view(name) : of_listener);
  if (key == nullptr || key->scope == Scope::read_only) return {};
  const auto parsed = parse_value(*key, value);
  if (!parsed) return parsed.error();
  return {};
}

using Predicate = bool (*)(std::string_view);

ConfigResult<> refuse_any(const ConfigMap& wanted, Predicate refused, std::string_view why) {
  std::vector<std::string> names;
  for (const auto& [name, value] : wanted)
    if (refused(name)) names.push_back(name);
  if (names.empty()) return {};
  return invalid_request(fmt::format("{}: [{}]", why, join(names, ", ")));
}

ConfigError as_request_error(ConfigError error) {
  error.kind = ConfigError::Kind::invalid_request;
  return error;
}

ConfigResult<> check_each(const ConfigMap& wanted, bool for_this_broker) {
  const auto dynamic = refuse_any(wanted, is_read_only, "Cannot update these configs dynamically");
  if (!dynamic) return dynamic;
  const auto by_listener =
      refuse_any(wanted, is_security_without_listener,
                 "These security configs can be dynamically updated only per-listener using the listener prefix");
  if (!by_listener) return by_listener;
  for (const auto& [name, value] : wanted) {
    const auto typed = check_type(name, value);
    if (!typed) return as_request_error(typed.error());
  }
  if (for_this_broker) return {};
  return refuse_any(wanted, is_for_one_broker,
                    "Cannot update these configs at default cluster level, broker id must be specified");
}

}  // namespace

ConfigResult<> validate_broker_configs(const BrokerConfig& config, const ConfigMap& wanted, bool for_this_broker) {
  const auto each = check_each(wanted, for_this_broker);
  if (!each) return each;
  // Together with the rest of this broker's configuration they must make sense, without the clamping of a start-up.
  const auto whole = for_this_broker ? config.would_be(config.cluster_defaults(), wanted)
                                     : config.would_be(wanted, config.this_broker());
  if (!whole) return as_request_error(whole.error());
  const auto protection = check_protection(wanted);
  if (!protection) return as_request_error(protection.error());
  return check_reconfiguration(config, *whole);
}

ConfigMap keep_what_is_allowed(ConfigMap stored, bool for_this_broker, std::vector<std::string>& warnings) {
  const auto drop = [&](const std::string& name, const std::string& value, std::string_view why) {
    const ConfigKey* key = find_broker_key(name);
    const bool hidden = key == nullptr || key->sensitive();
    warnings.push_back(
        fmt::format("The dynamic configuration {}={} has no effect: {}", name, hidden ? "[hidden]" : value, why));
    return true;
  };
  std::erase_if(stored, [&](const auto& entry) {
    const auto& [name, value] = entry;
    const auto typed = check_type(name, value);
    if (!typed) return drop(name, value, "its value is invalid");
    if (is_read_only(name)) return drop(name, value, "it is read when the broker starts");
    if (is_security_without_listener(name)) return drop(name, value, "it needs a listener's prefix");
    if (!for_this_broker && is_for_one_broker(name)) return drop(name, value, "it is for one broker");
    return false;
  });
  if (const auto protection = check_protection(stored); !protection) warnings.push_back(protection.error().message);
  return stored;
}

}  // namespace muir::server

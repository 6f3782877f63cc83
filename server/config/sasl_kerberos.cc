#include "server/config/sasl_kerberos.h"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "server/config/config_text.h"

namespace muir::server {
namespace {

// Java's classes read `true` in any case.
bool is_true(const auth::JaasEntry& jaas, std::string_view option) {
  const auto at = jaas.options.find(option);
  return at != jaas.options.end() && to_lower(at->second) == "true";
}

std::string option_of(const auth::JaasEntry& jaas, std::string_view option) {
  const auto at = jaas.options.find(option);
  return at == jaas.options.end() ? std::string() : at->second;
}

// In Kafka's words.
ConfigResult<> check_service_name(const ListenerKeys& keys, std::string_view mechanism, const auth::JaasEntry& jaas) {
  const auto configured = keys.text(mechanism, "sasl.kerberos.service.name");
  if (!configured) return configured.error();
  const std::string in_jaas = option_of(jaas, "serviceName");
  if (!in_jaas.empty() && *configured && **configured != in_jaas)
    return invalid_config(
        fmt::format("Conflicting serviceName values found in JAAS and Kafka configs value in JAAS file {}, value in "
                    "Kafka config {}",
                    in_jaas, **configured));
  if (in_jaas.empty() && configured->value_or("").empty())
    return invalid_config("No serviceName defined in either JAAS or Kafka config: set sasl.kerberos.service.name");
  return {};
}

// `file:` may stand before the path.
std::string keytab_path(std::string path) {
  constexpr std::string_view kFile = "file:";
  if (to_lower(path.substr(0, kFile.size())) == kFile) path.erase(0, kFile.size());
  return path;
}

ConfigResult<auth::KerberosShortNamer> read_rules(const ListenerKeys& keys, std::string_view mechanism) {
  constexpr std::string_view kRules = "sasl.kerberos.principal.to.local.rules";
  const auto rules = keys.value(mechanism, kRules);
  if (!rules) return rules.error();
  // Read once, as Java does: later the rules may change on a shard, which opens no files.
  static const std::string default_realm = auth::default_kerberos_realm();
  auto namer = auth::KerberosShortNamer::parse(std::get<std::vector<std::string>>(*rules), default_realm);
  if (!namer) return invalid_config(fmt::format("{} is not valid: {}", kRules, namer.error()));
  return std::move(*namer);
}

}  // namespace

ConfigResult<SaslListenerConfig::Kerberos> read_kerberos(const ListenerKeys& keys, std::string_view mechanism,
                                                         const std::optional<auth::JaasEntry>& jaas) {
  const std::string key = keys.name("gssapi.sasl.jaas.config");
  if (!jaas)
    return invalid_config(fmt::format("{} must be set: it is where the principal and the keytab of GSSAPI are", key));
  const std::string principal = option_of(*jaas, "principal");
  std::string keytab = keytab_path(option_of(*jaas, "keyTab"));
  const bool has_keys = is_true(*jaas, "useKeyTab") && is_true(*jaas, "storeKey") && !keytab.empty();
  if (!has_keys || principal.empty() || principal == "*")
    return invalid_config(fmt::format(
        "{} is not valid: a broker needs useKeyTab=true storeKey=true keyTab=\"...\" principal=\"...\"", key));
  const auto service = check_service_name(keys, mechanism, *jaas);
  if (!service) return service.error();
  auto names = read_rules(keys, mechanism);
  if (!names) return names.error();
  return SaslListenerConfig::Kerberos{std::make_shared<const auth::GssAcceptor>(principal, std::move(keytab)),
                                      std::make_shared<const auth::KerberosShortNamer>(std::move(*names))};
}

ConfigResult<> check_keytabs(const BrokerConfig& config) {
  for (const auto& [name, sasl] : config.sasl_of_listener) {
    if (!sasl->kerberos) continue;
    const auto had = sasl->kerberos->acceptor->acquire();
    if (!had)
      return invalid_config(fmt::format("Listener {} cannot take tickets for {}: {}", name,
                                        sasl->kerberos->acceptor->principal(), had.error().reason));
  }
  return {};
}

}  // namespace muir::server

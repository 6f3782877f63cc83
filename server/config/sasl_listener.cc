#include "server/config/sasl_listener.h"

#include <algorithm>
#include <array>
#include <memory>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/listener_keys.h"
#include "server/config/sasl_kerberos.h"

namespace muir::server {
namespace {

using Module = auth::JaasEntry::Module;

struct KnownMechanism {
  std::string_view name;
  Module module;
};
constexpr std::array kKnownMechanisms{
    KnownMechanism{"PLAIN", Module::plain},
    KnownMechanism{"GSSAPI", Module::kerberos},
    KnownMechanism{"OAUTHBEARER", Module::oauth_bearer},
    KnownMechanism{"SCRAM-SHA-256", Module::scram},
    KnownMechanism{"SCRAM-SHA-512", Module::scram},
};

ConfigError unprotected(std::string message) { return {ConfigError::Kind::unprotected, std::move(message)}; }

ConfigResult<std::optional<auth::JaasEntry>> read_jaas(const ListenerKeys& keys, const KnownMechanism& mechanism) {
  const std::string key = to_lower(mechanism.name) + ".sasl.jaas.config";
  const std::string* text = keys.find(key);
  if (text == nullptr) return std::optional<auth::JaasEntry>();
  auto entry = auth::parse_jaas(*text);
  if (!entry) return invalid_config(fmt::format("{} is not valid: {}", keys.name(key), entry.error()));
  if (entry->module != mechanism.module)
    return invalid_config(
        fmt::format("{} is not valid: its login module is not that of {}", keys.name(key), mechanism.name));
  return std::optional(std::move(*entry));
}

// user_<name>="<password>"; the module's own `username` and `password` are what a broker says to another.
auth::PlainUsers plain_users(const auth::JaasEntry& jaas) {
  constexpr std::string_view kPrefix = "user_";
  auth::PlainUsers users;
  for (const auto& [name, password] : jaas.options)
    if (name.starts_with(kPrefix)) users.emplace(name.substr(kPrefix.size()), password);
  return users;
}

ConfigResult<std::chrono::milliseconds> read_milliseconds(const ListenerKeys& keys, std::string_view mechanism,
                                                          std::string_view name) {
  const auto value = keys.value(mechanism, name);
  if (!value) return value.error();
  return std::chrono::milliseconds(std::get<std::int64_t>(*value));
}

ConfigResult<auth::JwtRules> read_jwt_rules(const ListenerKeys& keys, std::string_view mechanism) {
  auth::JwtRules rules;
  const auto audiences = keys.value(mechanism, "sasl.oauthbearer.expected.audience");
  if (!audiences) return audiences.error();
  if (const auto* list = std::get_if<std::vector<std::string>>(&*audiences)) rules.audiences = *list;
  auto issuer = keys.text(mechanism, "sasl.oauthbearer.expected.issuer");
  if (!issuer) return issuer.error();
  rules.issuer = std::move(*issuer);
  const auto subject = keys.text(mechanism, "sasl.oauthbearer.sub.claim.name");
  const auto scope = keys.text(mechanism, "sasl.oauthbearer.scope.claim.name");
  if (!subject) return subject.error();
  if (!scope) return scope.error();
  rules.subject_claim = subject->value_or("sub");
  rules.scope_claim = scope->value_or("scope");
  const auto skew = keys.value(mechanism, "sasl.oauthbearer.clock.skew.seconds");
  if (!skew) return skew.error();
  rules.clock_skew = std::chrono::seconds(std::get<std::int32_t>(*skew));
  return rules;
}

// Without the keys of an issuer nothing could be verified: Kafka then takes tokens that nobody has signed, we do not.
ConfigResult<SaslListenerConfig::OAuth> read_oauth(const ListenerKeys& keys, std::string_view mechanism) {
  const auto url = keys.text(mechanism, "sasl.oauthbearer.jwks.endpoint.url");
  if (!url) return url.error();
  if (!*url || !((*url)->starts_with("https://") || (*url)->starts_with("http://") || (*url)->starts_with("file:")))
    return unprotected(
        fmt::format("{} must be an https:, http: or file: URL: tokens are verified by the keys that it names, and "
                    "unsigned ones are "
                    "never taken",
                    keys.name("oauthbearer.sasl.oauthbearer.jwks.endpoint.url")));
  auto rules = read_jwt_rules(keys, mechanism);
  if (!rules) return rules.error();
  const auto refresh = read_milliseconds(keys, mechanism, "sasl.oauthbearer.jwks.endpoint.refresh.ms");
  const auto retry = read_milliseconds(keys, mechanism, "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms");
  if (!refresh) return refresh.error();
  if (!retry) return retry.error();
  return SaslListenerConfig::OAuth{**url, std::move(*rules),
                                   std::make_shared<auth::KeyRing>(auth::KeyRing::Intervals{*refresh, *retry})};
}

ConfigResult<> read_mechanism(const ListenerKeys& keys, const ListenerKeys& file_keys, const std::string& name,
                              SaslListenerConfig& to) {
  const auto known = std::ranges::find(kKnownMechanisms, name, &KnownMechanism::name);
  if (known == kKnownMechanisms.end())
    return unprotected(
        fmt::format("sasl.enabled.mechanisms={} cannot be honoured by this version: its mechanisms are {}", name,
                    fmt::join(std::views::transform(kKnownMechanisms, &KnownMechanism::name), ", ")));
  auto jaas = read_jaas(keys, *known);
  if (!jaas) return jaas.error();
  const auto max_reauth = read_milliseconds(keys, name, "connections.max.reauth.ms");
  if (!max_reauth) return max_reauth.error();
  if (known->module == Module::plain) {
    if (!*jaas)
      return invalid_config(
          fmt::format("{} must be set: it is where the users of PLAIN are", keys.name("plain.sasl.jaas.config")));
    to.plain_users = plain_users(**jaas);
  }
  if (known->module == Module::kerberos) {
    auto kerberos = read_kerberos(keys, name, *jaas);
    if (!kerberos) return kerberos.error();
    to.kerberos = std::move(*kerberos);
  }
  if (known->module == Module::oauth_bearer) {
    auto oauth = read_oauth(file_keys, name);
    if (!oauth) return oauth.error();
    to.oauth = std::move(*oauth);
  }
  to.enabled.push_back(name);
  to.mechanisms[name] = {std::move(*jaas), *max_reauth};
  return {};
}

ConfigResult<std::vector<std::string>> enabled_mechanisms(const KeyValues& values, const ListenerKeys& keys) {
  const std::string* text = keys.find("sasl.enabled.mechanisms");
  auto names = text == nullptr ? values.list("sasl.enabled.mechanisms") : split_list(*text);
  if (names.empty()) return invalid_config("sasl.enabled.mechanisms must name a mechanism for " + keys.name("*"));
  return names;
}

ConfigResult<SaslListenerConfig> read_listener(const KeyValues& values, const ConfigMap& effective,
                                               const ConfigMap& file, const Endpoint& endpoint) {
  SaslListenerConfig listener;
  const ListenerKeys keys(effective, endpoint.listener_name), file_keys(file, endpoint.listener_name);
  listener.failure_delay = values.milliseconds("connection.failed.authentication.delay.ms");
  const auto names = enabled_mechanisms(values, keys);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto read = read_mechanism(keys, file_keys, name, listener);
    if (!read) return read.error();
  }
  return listener;
}

// What brokers log in to each other with must be among what they let in.
ConfigResult<> check_inter_broker(const KeyValues& values, const BrokerConfig& config) {
  const auto listener = config.sasl_of_listener.find(config.inter_broker_listener_name);
  if (listener == config.sasl_of_listener.end()) return {};
  if (listener->second->find(values.text("sasl.mechanism.inter.broker.protocol")) != nullptr) return {};
  return invalid_config(
      "requirement failed: sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms when SASL "
      "is "
      "used for inter-broker communication");
}

}  // namespace

ConfigResult<> read_sasl_listeners(const KeyValues& values, const ConfigMap& effective, BrokerConfig& config) {
  // Where the keys of a token issuer come from says nobody but the operator's own file (CVE-2025-27817).
  const ConfigMap& file = config.given().empty() ? effective : config.given();
  for (const Endpoint& endpoint : config.listeners) {
    if (!speaks_sasl(endpoint.security_protocol)) continue;
    auto listener = read_listener(values, effective, file, endpoint);
    if (!listener) return listener.error();
    config.sasl_of_listener[endpoint.listener_name] = std::make_shared<const SaslListenerConfig>(std::move(*listener));
  }
  return check_inter_broker(values, config);
}

}  // namespace muir::server

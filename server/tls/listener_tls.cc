#include "server/tls/listener_tls.h"

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/listener_values.h"

namespace muir::server {
namespace {

using auth::TlsSettings;

TlsSettings::ClientAuth to_client_auth(std::string_view text) {
  if (text == "required") return TlsSettings::ClientAuth::required;
  if (text == "requested") return TlsSettings::ClientAuth::requested;
  return TlsSettings::ClientAuth::none;
}

// Reads the keys of one listener.
struct KeysOf {
  const BrokerConfig& config;
  std::string_view listener;

  std::optional<std::string> optional(std::string_view key) const {
    auto value = listener_value(config, listener, key);
    if (value && value->empty()) return std::nullopt;
    return value;
  }
  std::string text(std::string_view key) const { return listener_value(config, listener, key).value_or(""); }
  bool boolean(std::string_view key) const { return text(key) == "true"; }
};

}  // namespace

TlsSettings tls_settings(const BrokerConfig& config, const Endpoint& listener) {
  const KeysOf keys{config, listener.listener_name};
  TlsSettings settings;
  settings.keystore = {keys.text("ssl.keystore.type"), keys.optional("ssl.keystore.location"),
                       keys.optional("ssl.keystore.password"), keys.optional("ssl.keystore.certificate.chain")};
  settings.key = keys.optional("ssl.keystore.key");
  settings.key_password = keys.optional("ssl.key.password");
  settings.truststore = {keys.text("ssl.truststore.type"), keys.optional("ssl.truststore.location"),
                         keys.optional("ssl.truststore.password"), keys.optional("ssl.truststore.certificates")};
  const bool asks = listener.security_protocol == SecurityProtocol::SSL ||
                    has_own_value(config, listener.listener_name, "ssl.client.auth");
  if (asks) settings.client_auth = to_client_auth(keys.text("ssl.client.auth"));
  settings.protocol = keys.text("ssl.protocol");
  settings.enabled_protocols = split_list(keys.text("ssl.enabled.protocols"));
  settings.cipher_suites = split_list(keys.text("ssl.cipher.suites"));
  settings.principal_mapping_rules = keys.text("ssl.principal.mapping.rules");
  settings.allow_dn_changes = keys.boolean("ssl.allow.dn.changes");
  settings.allow_san_changes = keys.boolean("ssl.allow.san.changes");
  return settings;
}

ConfigResult<ListenerTls> ListenerTls::load(const BrokerConfig& config, const Clock& clock) {
  return reload(config, {}, clock);
}

ConfigResult<ListenerTls> ListenerTls::reload(const BrokerConfig& config, const ListenerTls& before,
                                              const Clock& clock) {
  ListenerTls tls;
  for (const Endpoint& listener : config.listeners) {
    if (!speaks_tls(listener.security_protocol)) continue;
    const TlsSettings settings = tls_settings(config, listener);
    std::vector<FileStamp> files = stamps_of(settings);  // First: what changes while it is read is read again.
    const auto old = before.served_.find(listener.listener_name);
    if (old != before.served_.end() && old->second.files == files && old->second.context->settings() == settings) {
      tls.served_.insert(*old);
      continue;
    }
    auto context = auth::TlsContext::create(settings, listener.listener_name, clock);
    if (!context)
      return invalid_config(
          fmt::format("The listener {} cannot speak TLS: {}", listener.listener_name, context.error().message));
    tls.served_[listener.listener_name] = {std::move(*context), std::move(files)};
  }
  return tls;
}

ListenerTls::Context ListenerTls::of(std::string_view listener) const {
  const auto at = served_.find(listener);
  return at == served_.end() ? nullptr : at->second.context;
}

ConfigResult<> ListenerTls::check_successor_of(const ListenerTls& before) const {
  for (const auto& [listener, served] : served_) {
    const Context old = before.of(listener);
    if (!old || old == served.context) continue;
    const auto fits = served.context->check_successor_of(*old);
    if (!fits) return invalid_request(fits.error().message);
  }
  return {};
}

std::vector<std::string> ListenerTls::replaced_since(const ListenerTls& before) const {
  std::vector<std::string> names;
  for (const auto& [listener, served] : served_)
    if (before.of(listener) != served.context) names.push_back(listener);
  return names;
}

}  // namespace muir::server

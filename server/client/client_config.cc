#include "server/client/client_config.h"

#include <fstream>
#include <iterator>

#include "auth/sasl/jaas.h"
#include "auth/sasl/scram_credential.h"
#include "server/config/properties.h"

namespace muir::server {
namespace {

using Module = auth::JaasEntry::Module;

struct Settings {
  const ConfigMap& map;

  std::optional<std::string> optional(const std::string& key) const {
    const auto found = map.find(key);
    if (found == map.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
  std::string text(const std::string& key, const std::string& otherwise) const {
    const auto found = map.find(key);
    return found == map.end() ? otherwise : found->second;
  }
};

auth::TlsSettings tls_settings(const Settings& from) {
  auth::TlsSettings tls;
  tls.keystore = {from.text("ssl.keystore.type", "JKS"), from.optional("ssl.keystore.location"),
                  from.optional("ssl.keystore.password"), from.optional("ssl.keystore.certificate.chain")};
  tls.key = from.optional("ssl.keystore.key");
  tls.key_password = from.optional("ssl.key.password");
  tls.truststore = {from.text("ssl.truststore.type", "JKS"), from.optional("ssl.truststore.location"),
                    from.optional("ssl.truststore.password"), from.optional("ssl.truststore.certificates")};
  return tls;
}

ClientResult<ClientConfig::Login> read_login(const Settings& from) {
  ClientConfig::Login login;
  login.mechanism = from.text("sasl.mechanism", "GSSAPI");
  const bool is_plain = login.mechanism == "PLAIN";
  if (!is_plain && !auth::parse_scram_mechanism(login.mechanism))
    return client_error("sasl.mechanism is " + login.mechanism +
                        ": here it may be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
  const auto line = from.optional("sasl.jaas.config");
  if (!line) return client_error("there is no sasl.jaas.config with a username and a password");
  const auto entry = auth::parse_jaas(*line);
  if (!entry) return client_error("sasl.jaas.config: " + entry.error());
  const auto user = entry->options.find("username");
  const auto password = entry->options.find("password");
  const bool fits = entry->module == (is_plain ? Module::plain : Module::scram);
  if (!fits || user == entry->options.end() || password == entry->options.end())
    return client_error("sasl.jaas.config has no login module with a username and a password for " + login.mechanism);
  login.user = user->second;
  login.password = password->second;
  return login;
}

}  // namespace

ClientResult<ClientConfig> read_client_config(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return client_error(file + " cannot be read");
  const auto map = parse_properties(text);
  if (!map) return client_error(file + ": " + map.error().message);
  const Settings settings{*map};
  const std::string protocol = settings.text("security.protocol", "PLAINTEXT");
  const bool has_sasl = protocol.starts_with("SASL_");
  const std::string below = has_sasl ? protocol.substr(5) : protocol;
  if (below != "SSL" && below != "PLAINTEXT")
    return client_error(file + ": security.protocol is " + protocol + ", which is none");
  ClientConfig config;
  config.has_tls = below == "SSL";
  config.checks_host = !settings.text("ssl.endpoint.identification.algorithm", "https").empty();
  config.tls = tls_settings(settings);
  if (!has_sasl) return config;
  auto login = read_login(settings);
  if (!login) return client_error(file + ": " + login.error().message);
  config.login = std::move(*login);
  return config;
}

}  // namespace muir::server

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sasl/gss_acceptor.h"
#include "auth/sasl/jaas.h"
#include "auth/sasl/jwt.h"
#include "auth/sasl/kerberos_short_namer.h"
#include "auth/sasl/key_ring.h"
#include "auth/sasl/plain_exchange.h"
#include "server/config/broker_config.h"
#include "server/config/key_values.h"

namespace muir::server {

// How clients log in on one listener: what its keys, those of its mechanisms, and the broker's say.
struct SaslListenerConfig {
  struct Mechanism {
    std::optional<auth::JaasEntry> jaas;     // Secret.
    std::chrono::milliseconds max_reauth{};  // connections.max.reauth.ms; not positive: never.
  };

  // Whose tokens OAUTHBEARER takes.
  struct OAuth {
    std::string jwks_url;  // sasl.oauthbearer.jwks.endpoint.url
    auth::JwtRules rules;
    std::shared_ptr<auth::KeyRing> keys;
  };

  // As whom GSSAPI takes tickets, and who the clients are that show them.
  struct Kerberos {
    std::shared_ptr<const auth::GssAcceptor> acceptor;
    std::shared_ptr<const auth::KerberosShortNamer> names;
  };

  std::vector<std::string> enabled;  // As sasl.enabled.mechanisms names them.
  std::map<std::string, Mechanism, std::less<>> mechanisms;
  auth::PlainUsers plain_users;  // Secret.
  std::optional<OAuth> oauth;
  std::optional<Kerberos> kerberos;
  std::chrono::milliseconds failure_delay{};  // connection.failed.authentication.delay.ms

  const Mechanism* find(std::string_view mechanism) const {
    const auto at = mechanisms.find(mechanism);
    return at == mechanisms.end() ? nullptr : &at->second;
  }
};

// Fills config.sasl_of_listener for every listener that speaks SASL.  Fails with Kind::unprotected on a mechanism that
// this version does not have, and on a sasl.jaas.config that cannot be what its mechanism needs; passwords are in no
// error.
ConfigResult<> read_sasl_listeners(const KeyValues& values, const ConfigMap& effective, BrokerConfig& config);

}  // namespace muir::server

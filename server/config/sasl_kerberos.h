#pragma once

#include <optional>
#include <string_view>

#include "auth/sasl/jaas.h"
#include "server/config/listener_keys.h"
#include "server/config/sasl_listener.h"

namespace muir::server {

// How a listener takes part in GSSAPI: the principal and keytab of its Krb5LoginModule, sasl.kerberos.service.name and
// sasl.kerberos.principal.to.local.rules.  The keytab is not opened yet.
ConfigResult<SaslListenerConfig::Kerberos> read_kerberos(const ListenerKeys& keys, std::string_view mechanism,
                                                         const std::optional<auth::JaasEntry>& jaas);

// Opens the keytabs of all listeners: clients of one whose keytab is wrong would all be refused.  Blocks; at the start.
ConfigResult<> check_keytabs(const BrokerConfig& config);

}  // namespace muir::server

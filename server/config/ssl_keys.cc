#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoEngine =
    "TLS is OpenSSL's, engines and providers that are Java classes are not loaded; remove the key";
constexpr std::string_view kOpenSsl = "OpenSSL's own is used.";
constexpr std::string_view kClients = "It is for the client's side of a connection; there is one node.";

// TLS.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kSslKeys[] = {
    {"ssl.allow.dn.changes", BOOLEAN, "false", any_value(), LOW, read_only, honoured},
    {"ssl.allow.san.changes", BOOLEAN, "false", any_value(), LOW, read_only, honoured},
    {"ssl.cipher.suites", LIST, "", distinct_list(), MEDIUM, per_broker, honoured},
    {"ssl.client.auth", STRING, "none", one_of("required,requested,none"), MEDIUM, per_broker, honoured},
    {"ssl.enabled.protocols", LIST, "TLSv1.2,TLSv1.3", distinct_list(), MEDIUM, per_broker, honoured},
    {"ssl.endpoint.identification.algorithm", STRING, "https", any_value(), LOW, per_broker, waiting, kClients},
    {"ssl.engine.factory.class", CLASS, kNull, any_value(), LOW, per_broker, protects, kNoEngine, "com.example.Engine"},
    {"ssl.key.password", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.keymanager.algorithm", STRING, "SunX509", any_value(), MEDIUM, per_broker, no_meaning, kOpenSsl},
    {"ssl.keystore.certificate.chain", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.keystore.key", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.keystore.location", STRING, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.keystore.password", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.keystore.type", STRING, "JKS", any_value(), MEDIUM, per_broker, honoured},
    {"ssl.principal.mapping.rules", STRING, "DEFAULT", any_value(), LOW, read_only, honoured},
    {"ssl.protocol", STRING, "TLSv1.3", any_value(), MEDIUM, per_broker, honoured},
    {"ssl.provider", STRING, kNull, any_value(), MEDIUM, per_broker, protects, kNoEngine, "BCFIPS"},
    {"ssl.secure.random.implementation", STRING, kNull, any_value(), LOW, per_broker, no_meaning, kOpenSsl},
    {"ssl.trustmanager.algorithm", STRING, "PKIX", any_value(), MEDIUM, per_broker, no_meaning, kOpenSsl},
    {"ssl.truststore.certificates", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.truststore.location", STRING, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.truststore.password", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured},
    {"ssl.truststore.type", STRING, "JKS", any_value(), MEDIUM, per_broker, honoured},
};

}  // namespace

std::span<const ConfigKey> ssl_keys() { return kSslKeys; }

}  // namespace muir::server::detail

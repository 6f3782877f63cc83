#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoTls =
    "there is no TLS yet; use PLAINTEXT listeners on a trusted network and remove the key";

// TLS.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kSslKeys[] = {
    {"ssl.allow.dn.changes", BOOLEAN, "false", any_value(), LOW, read_only, waiting},
    {"ssl.allow.san.changes", BOOLEAN, "false", any_value(), LOW, read_only, waiting},
    {"ssl.cipher.suites", LIST, "", distinct_list(), MEDIUM, per_broker, protects, kNoTls, "TLS_AES_256_GCM_SHA384"},
    {"ssl.client.auth", STRING, "none", one_of("required,requested,none"), MEDIUM, per_broker, protects, kNoTls,
     "required"},
    {"ssl.enabled.protocols", LIST, "TLSv1.2,TLSv1.3", distinct_list(), MEDIUM, per_broker, protects, kNoTls,
     "TLSv1.3"},
    {"ssl.endpoint.identification.algorithm", STRING, "https", any_value(), LOW, per_broker, waiting},
    {"ssl.engine.factory.class", CLASS, kNull, any_value(), LOW, per_broker, protects, kNoTls, "com.example.Engine"},
    {"ssl.key.password", PASSWORD, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls, "secret"},
    {"ssl.keymanager.algorithm", STRING, "SunX509", any_value(), MEDIUM, per_broker, waiting},
    {"ssl.keystore.certificate.chain", PASSWORD, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls,
     "-----BEGIN CERTIFICATE-----"},
    {"ssl.keystore.key", PASSWORD, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls,
     "-----BEGIN PRIVATE KEY-----"},
    {"ssl.keystore.location", STRING, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls, "/etc/keystore.p12"},
    {"ssl.keystore.password", PASSWORD, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls, "secret"},
    {"ssl.keystore.type", STRING, "JKS", any_value(), MEDIUM, per_broker, waiting},
    {"ssl.principal.mapping.rules", STRING, "DEFAULT", any_value(), LOW, read_only, protects, kNoTls,
     "RULE:^CN=(.*?)$/$1/"},
    {"ssl.protocol", STRING, "TLSv1.3", any_value(), MEDIUM, per_broker, waiting},
    {"ssl.provider", STRING, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls, "BCFIPS"},
    {"ssl.secure.random.implementation", STRING, kNull, any_value(), LOW, per_broker, waiting},
    {"ssl.trustmanager.algorithm", STRING, "PKIX", any_value(), MEDIUM, per_broker, waiting},
    {"ssl.truststore.certificates", PASSWORD, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls,
     "-----BEGIN CERTIFICATE-----"},
    {"ssl.truststore.location", STRING, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls,
     "/etc/truststore.p12"},
    {"ssl.truststore.password", PASSWORD, kNull, any_value(), MEDIUM, per_broker, protects, kNoTls, "secret"},
    {"ssl.truststore.type", STRING, "JKS", any_value(), MEDIUM, per_broker, waiting},
};

}  // namespace

std::span<const ConfigKey> ssl_keys() { return kSslKeys; }

}  // namespace muir::server::detail

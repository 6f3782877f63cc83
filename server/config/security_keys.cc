#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoPrincipalBuilder = "every client is User:ANONYMOUS; remove the key";
constexpr std::string_view kNoProvider = "security providers are Java classes and are not loaded; remove the key";

// Who a client is: principals, providers, delegation tokens.  Columns: name, type, default, rule, importance, scope,
// fate, note, sample, internal.
constexpr ConfigKey kSecurityKeys[] = {
    {"connections.max.reauth.ms", LONG, "0", any_value(), MEDIUM, read_only, honoured},
    {"delegation.token.expiry.check.interval.ms", LONG, "3600000", at_least(1), LOW, read_only, honoured},
    {"delegation.token.expiry.time.ms", LONG, "86400000", at_least(1), MEDIUM, read_only, honoured},
    {"delegation.token.max.lifetime.ms", LONG, "604800000", at_least(1), MEDIUM, read_only, honoured},
    {"delegation.token.secret.key", PASSWORD, kNull, any_value(), MEDIUM, read_only, honoured},
    {"principal.builder.class", CLASS, "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
     any_value(), MEDIUM, per_broker, protects, kNoPrincipalBuilder, "com.example.PrincipalBuilder"},
    {"security.providers", STRING, kNull, any_value(), LOW, read_only, protects, kNoProvider,
     "com.example.ProviderCreator"},
};

}  // namespace

std::span<const ConfigKey> security_keys() { return kSecurityKeys; }

}  // namespace muir::server::detail

#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoRetrieval = "a single node has nobody to show a token to; remove the key";
constexpr std::string_view kNoClass = "classes are not loaded; remove the key";

// OAuth bearer tokens.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kOauthKeys[] = {
    {"sasl.oauthbearer.assertion.algorithm", STRING, "RS256", one_of_ignoring_case("ES256,RS256"), MEDIUM, read_only,
     waiting},
    {"sasl.oauthbearer.assertion.claim.aud", STRING, kNull, any_value(), MEDIUM, read_only, waiting},
    {"sasl.oauthbearer.assertion.claim.exp.seconds", INT, "300", between(0, 86400), LOW, read_only, waiting},
    {"sasl.oauthbearer.assertion.claim.iss", STRING, kNull, any_value(), MEDIUM, read_only, waiting},
    {"sasl.oauthbearer.assertion.claim.jti.include", BOOLEAN, "false", any_value(), MEDIUM, read_only, waiting},
    {"sasl.oauthbearer.assertion.claim.nbf.seconds", INT, "60", between(0, 3600), LOW, read_only, waiting},
    {"sasl.oauthbearer.assertion.claim.sub", STRING, kNull, any_value(), MEDIUM, read_only, waiting},
    {"sasl.oauthbearer.assertion.file", STRING, kNull, any_value(), MEDIUM, read_only, protects, kNoRetrieval,
     "/etc/assertion"},
    {"sasl.oauthbearer.assertion.private.key.file", STRING, kNull, any_value(), MEDIUM, read_only, protects,
     kNoRetrieval, "/etc/key.pem"},
    {"sasl.oauthbearer.assertion.private.key.passphrase", PASSWORD, kNull, any_value(), MEDIUM, read_only, protects,
     kNoRetrieval, "secret"},
    {"sasl.oauthbearer.assertion.template.file", STRING, kNull, any_value(), MEDIUM, read_only, protects, kNoRetrieval,
     "/etc/template"},
    {"sasl.oauthbearer.client.credentials.client.id", STRING, kNull, any_value(), MEDIUM, read_only, protects,
     kNoRetrieval, "muir"},
    {"sasl.oauthbearer.client.credentials.client.secret", PASSWORD, kNull, any_value(), MEDIUM, read_only, protects,
     kNoRetrieval, "secret"},
    {"sasl.oauthbearer.clock.skew.seconds", INT, "30", any_value(), LOW, read_only, honoured},
    {"sasl.oauthbearer.expected.audience", LIST, "", distinct_list(), HIGH, read_only, honoured},
    {"sasl.oauthbearer.expected.issuer", STRING, kNull, any_value(), HIGH, read_only, honoured},
    {"sasl.oauthbearer.jwks.endpoint.refresh.ms", LONG, "3600000", any_value(), LOW, read_only, honoured},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", LONG, "10000", any_value(), LOW, read_only, honoured},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", LONG, "100", any_value(), LOW, read_only, waiting},
    {"sasl.oauthbearer.jwks.endpoint.url", STRING, kNull, any_value(), MEDIUM, read_only, honoured,
     "https:, http: or file:.  OAUTHBEARER needs it: unsigned tokens are never taken."},
    {"sasl.oauthbearer.jwt.retriever.class", CLASS, "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
     any_value(), MEDIUM, read_only, protects, kNoClass, "com.example.Retriever"},
    {"sasl.oauthbearer.jwt.validator.class", CLASS, "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
     any_value(), MEDIUM, read_only, protects, kNoClass, "com.example.Validator"},
    {"sasl.oauthbearer.scope", STRING, kNull, any_value(), MEDIUM, read_only, waiting},
    {"sasl.oauthbearer.scope.claim.name", STRING, "scope", any_value(), LOW, read_only, honoured},
    {"sasl.oauthbearer.sub.claim.name", STRING, "sub", any_value(), LOW, read_only, honoured},
    {"sasl.oauthbearer.token.endpoint.url", STRING, kNull, any_value(), MEDIUM, read_only, protects, kNoRetrieval,
     "https://issuer.example/token"},
};

}  // namespace

std::span<const ConfigKey> oauth_keys() { return kOauthKeys; }

}  // namespace muir::server::detail

#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoClass = "classes are not loaded; remove the key";

// SASL.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kSaslKeys[] = {
    {"sasl.client.callback.handler.class", CLASS, kNull, any_value(), MEDIUM, read_only, protects, kNoClass,
     "com.example.Handler"},
    {"sasl.enabled.mechanisms", LIST, "GSSAPI", distinct_list(), MEDIUM, per_broker, honoured,
     "GSSAPI, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER and PLAIN.  A listener that speaks SASL needs one of them."},
    {"sasl.jaas.config", PASSWORD, kNull, any_value(), MEDIUM, per_broker, honoured,
     "Only as listener.name.<listener>.<mechanism>.sasl.jaas.config, as in Kafka.  Nothing is loaded: the options of "
     "Kafka's own login modules are read."},
    {"sasl.kerberos.kinit.cmd", STRING, "/usr/bin/kinit", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.kerberos.min.time.before.relogin", LONG, "60000", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.kerberos.principal.to.local.rules", LIST, "DEFAULT", distinct_list(), MEDIUM, per_broker, honoured,
     "Patterns are matched in linear time: look-around and back-references are refused."},
    {"sasl.kerberos.service.name", STRING, kNull, any_value(), MEDIUM, per_broker, honoured,
     "GSSAPI needs it, here or as serviceName in its sasl.jaas.config."},
    {"sasl.kerberos.ticket.renew.jitter", DOUBLE, "0.05", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.kerberos.ticket.renew.window.factor", DOUBLE, "0.8", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.login.callback.handler.class", CLASS, kNull, any_value(), MEDIUM, read_only, protects, kNoClass,
     "com.example.Handler"},
    {"sasl.login.class", CLASS, kNull, any_value(), MEDIUM, read_only, protects, kNoClass, "com.example.Login"},
    {"sasl.login.connect.timeout.ms", INT, kNull, any_value(), LOW, read_only, waiting},
    {"sasl.login.read.timeout.ms", INT, kNull, any_value(), LOW, read_only, waiting},
    {"sasl.login.refresh.buffer.seconds", SHORT, "300", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.login.refresh.min.period.seconds", SHORT, "60", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.login.refresh.window.factor", DOUBLE, "0.8", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.login.refresh.window.jitter", DOUBLE, "0.05", any_value(), MEDIUM, per_broker, waiting},
    {"sasl.login.retry.backoff.max.ms", LONG, "10000", any_value(), LOW, read_only, waiting},
    {"sasl.login.retry.backoff.ms", LONG, "100", any_value(), LOW, read_only, waiting},
    {"sasl.mechanism.inter.broker.protocol", STRING, "GSSAPI", any_value(), MEDIUM, per_broker, honoured,
     "Checked as in Kafka; a single node has nobody to log in to."},
    {"sasl.server.callback.handler.class", CLASS, kNull, any_value(), MEDIUM, read_only, protects, kNoClass,
     "com.example.Handler"},
    {"sasl.server.max.receive.size", INT, "524288", any_value(), MEDIUM, read_only, honoured},
};

}  // namespace

std::span<const ConfigKey> sasl_keys() { return kSaslKeys; }

}  // namespace muir::server::detail

#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kShards = "Shards do this work: muir.shards.";

// Listeners and connections.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kSocketKeys[] = {
    {"advertised.listeners", LIST, kNull, nullable_non_empty_list(), HIGH, read_only, honoured},
    {"connection.failed.authentication.delay.ms", INT, "100", at_least(0), LOW, read_only, honoured},
    {"connections.max.idle.ms", LONG, "600000", any_value(), MEDIUM, read_only, honoured},
    {"listener.security.protocol.map", STRING,
     "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", any_value(), LOW, per_broker,
     honoured},
    {"listeners", LIST, "PLAINTEXT://:9092", non_empty_list(), HIGH, per_broker, honoured},
    {"max.connection.creation.rate", INT, "2147483647", at_least(0), MEDIUM, cluster_wide, honoured},
    {"max.connections", INT, "2147483647", at_least(0), MEDIUM, cluster_wide, honoured},
    {"max.connections.per.ip", INT, "2147483647", at_least(0), MEDIUM, cluster_wide, honoured},
    {"max.connections.per.ip.overrides", STRING, "", any_value(), MEDIUM, cluster_wide, honoured},
    {"num.network.threads", INT, "3", at_least(1), HIGH, cluster_wide, no_meaning, kShards},
    {"queued.max.request.bytes", LONG, "-1", any_value(), MEDIUM, read_only, honoured,
     "-1: a quarter of the memory that the process may have; in Kafka no bound."},
    {"queued.max.requests", INT, "500", at_least(1), HIGH, read_only, no_meaning,
     "There is no queue between reading and handling; queued.max.request.bytes bounds memory."},
    {"socket.listen.backlog.size", INT, "50", at_least(1), MEDIUM, read_only, honoured},
    {"socket.receive.buffer.bytes", INT, "102400", any_value(), HIGH, read_only, honoured},
    {"socket.request.max.bytes", INT, "104857600", at_least(1), HIGH, read_only, honoured},
    {"socket.send.buffer.bytes", INT, "102400", any_value(), HIGH, read_only, honoured},
};

}  // namespace

std::span<const ConfigKey> socket_keys() { return kSocketKeys; }

}  // namespace muir::server::detail

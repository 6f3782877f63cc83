#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoPurgatory = "There is no purgatory to purge.";

// Replicas of partitions.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kReplicationKeys[] = {
    {"auto.leader.rebalance.enable", BOOLEAN, "true", any_value(), HIGH, read_only, waiting},
    {"controller.socket.timeout.ms", INT, "30000", any_value(), MEDIUM, read_only, waiting},
    {"default.replication.factor", INT, "1", any_value(), MEDIUM, read_only, honoured},
    {"delete.records.purgatory.purge.interval.requests", INT, "1", any_value(), MEDIUM, read_only, no_meaning,
     kNoPurgatory},
    {"fetch.purgatory.purge.interval.requests", INT, "1000", any_value(), MEDIUM, read_only, no_meaning, kNoPurgatory},
    {"follower.fetch.last.tiered.offset.enable", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, waiting},
    {"inter.broker.listener.name", STRING, kNull, any_value(), MEDIUM, read_only, honoured},
    {"leader.imbalance.check.interval.seconds", LONG, "300", at_least(1), HIGH, read_only, waiting},
    {"num.replica.fetchers", INT, "1", at_least(1), HIGH, cluster_wide, waiting},
    {"producer.purgatory.purge.interval.requests", INT, "1000", any_value(), MEDIUM, read_only, no_meaning,
     kNoPurgatory},
    {"replica.fetch.backoff.ms", INT, "1000", at_least(0), MEDIUM, read_only, waiting},
    {"replica.fetch.max.bytes", INT, "1048576", at_least(0), MEDIUM, read_only, waiting},
    {"replica.fetch.min.bytes", INT, "1", any_value(), HIGH, read_only, waiting},
    {"replica.fetch.response.max.bytes", INT, "10485760", at_least(0), MEDIUM, read_only, waiting},
    {"replica.fetch.wait.max.ms", INT, "500", any_value(), HIGH, read_only, waiting},
    {"replica.high.watermark.checkpoint.interval.ms", LONG, "5000", any_value(), HIGH, read_only, honoured},
    {"replica.lag.time.max.ms", LONG, "30000", any_value(), HIGH, read_only, honoured},
    {"replica.selector.class", STRING, kNull, any_value(), MEDIUM, read_only, waiting},
    {"replica.socket.receive.buffer.bytes", INT, "65536", any_value(), HIGH, read_only, waiting},
    {"replica.socket.timeout.ms", INT, "30000", any_value(), HIGH, read_only, waiting},
    {"security.inter.broker.protocol", STRING, "PLAINTEXT", one_of("PLAINTEXT,SSL,SASL_PLAINTEXT,SASL_SSL"), MEDIUM,
     read_only, honoured},
    {"unclean.leader.election.enable", BOOLEAN, "false", any_value(), HIGH, cluster_wide, honoured},
    {"unclean.leader.election.interval.ms", LONG, "300000", at_least(1), MEDIUM, read_only, waiting, "", "", true},
};

}  // namespace

std::span<const ConfigKey> replication_keys() { return kReplicationKeys; }

}  // namespace muir::server::detail

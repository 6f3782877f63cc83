#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// KRaft: roles, the quorum and the metadata log.  Columns: name, type, default, rule, importance, scope, fate, note,
// sample, internal.
constexpr ConfigKey kQuorumKeys[] = {
    {"broker.heartbeat.interval.ms", INT, "2000", any_value(), MEDIUM, read_only, honoured},
    {"broker.session.timeout.ms", INT, "9000", any_value(), MEDIUM, read_only, honoured},
    {"controller.listener.names", LIST, kRequired, non_empty_list(), HIGH, read_only, honoured},
    {"controller.performance.always.log.threshold.ms", LONG, "2000", at_least(0), MEDIUM, read_only, waiting, "", "",
     true},
    {"controller.performance.sample.period.ms", LONG, "60000", at_least(100), MEDIUM, read_only, waiting, "", "", true},
    {"controller.quorum.append.linger.ms", INT, "25", at_least(0), MEDIUM, read_only, honoured},
    {"controller.quorum.auto.join.enable", BOOLEAN, "false", any_value(), LOW, read_only, waiting},
    {"controller.quorum.bootstrap.servers", LIST, "", rule(Rule::Kind::bootstrap_servers), HIGH, read_only, honoured},
    {"controller.quorum.election.backoff.max.ms", INT, "1000", at_least(0), HIGH, read_only, honoured},
    {"controller.quorum.election.timeout.ms", INT, "1000", at_least(0), HIGH, read_only, honoured},
    {"controller.quorum.fetch.max.bytes", INT, "1048576", at_least(1), LOW, read_only, waiting},
    {"controller.quorum.fetch.snapshot.max.bytes", INT, "1048576", at_least(1), LOW, read_only, waiting},
    {"controller.quorum.fetch.timeout.ms", INT, "2000", at_least(0), HIGH, read_only, honoured},
    {"controller.quorum.request.timeout.ms", INT, "2000", at_least(0), MEDIUM, read_only, waiting},
    {"controller.quorum.retry.backoff.ms", INT, "20", at_least(0), LOW, read_only, waiting},
    {"controller.quorum.voters", LIST, "", rule(Rule::Kind::quorum_voters), HIGH, read_only, honoured},
    {"initial.broker.registration.timeout.ms", INT, "60000", any_value(), MEDIUM, read_only, honoured},
    {"internal.metadata.delete.delay.millis", LONG, "60000", any_value(), LOW, read_only, honoured, "", "", true},
    {"internal.metadata.log.segment.bytes", INT, kNull, any_value(), LOW, read_only, honoured, "", "", true},
    {"internal.metadata.max.batch.size.in.bytes", INT, "8388608", any_value(), LOW, read_only, honoured, "", "", true},
    {"metadata.log.dir", STRING, kNull, any_value(), HIGH, read_only, honoured},
    {"metadata.log.max.record.bytes.between.snapshots", LONG, "20971520", at_least(1), HIGH, read_only, honoured},
    {"metadata.log.max.snapshot.interval.ms", LONG, "3600000", at_least(0), HIGH, read_only, honoured},
    {"metadata.log.segment.bytes", INT, "1073741824", at_least(8388608), HIGH, read_only, honoured},
    {"metadata.log.segment.ms", LONG, "604800000", any_value(), HIGH, read_only, honoured},
    {"metadata.max.idle.interval.ms", INT, "500", at_least(0), LOW, read_only, honoured},
    {"metadata.max.retention.bytes", LONG, "104857600", any_value(), HIGH, read_only, honoured},
    {"metadata.max.retention.ms", LONG, "604800000", any_value(), HIGH, read_only, honoured},
    {"node.id", INT, kRequired, at_least(0), HIGH, read_only, honoured},
    {"process.roles", LIST, kRequired, non_empty_list_of("broker,controller"), HIGH, read_only, honoured},
    {"sasl.mechanism.controller.protocol", STRING, "GSSAPI", any_value(), HIGH, read_only, waiting},
    {"server.max.startup.time.ms", LONG, "9223372036854775807", at_least(0), MEDIUM, read_only, waiting, "", "", true},
};

}  // namespace

std::span<const ConfigKey> quorum_keys() { return kQuorumKeys; }

}  // namespace muir::server::detail

#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// What a group may override.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kGroupKeys[] = {
    {"consumer.assignment.interval.ms", INT, "1000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"consumer.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, cluster_wide, waiting},
    {"consumer.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, cluster_wide, waiting},
    {"share.assignment.interval.ms", INT, "1000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"share.auto.offset.reset", STRING, "latest", rule(Rule::Kind::share_auto_offset_reset), MEDIUM, cluster_wide,
     waiting},
    {"share.delivery.count.limit", INT, "5", at_least(2), MEDIUM, cluster_wide, waiting},
    {"share.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, cluster_wide, waiting},
    {"share.isolation.level", STRING, "read_uncommitted", one_of("read_committed,read_uncommitted"), MEDIUM,
     cluster_wide, waiting},
    {"share.partition.max.record.locks", INT, "2000", at_least(100), MEDIUM, cluster_wide, waiting},
    {"share.record.lock.duration.ms", INT, "30000", at_least(1000), MEDIUM, cluster_wide, waiting},
    {"share.renew.acknowledge.enable", BOOLEAN, "true", any_value(), MEDIUM, cluster_wide, waiting},
    {"share.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, cluster_wide, waiting},
    {"streams.assignment.interval.ms", INT, "1000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"streams.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, cluster_wide, waiting},
    {"streams.initial.rebalance.delay.ms", INT, "3000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"streams.num.standby.replicas", INT, "0", at_least(0), MEDIUM, cluster_wide, waiting},
    {"streams.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, cluster_wide, waiting},
};

}  // namespace

std::span<const ConfigKey> group_keys() { return kGroupKeys; }

}  // namespace muir::server::detail

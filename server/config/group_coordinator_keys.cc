#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// The group coordinator.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kGroupCoordinatorKeys[] = {
    {"group.consumer.assignment.interval.ms", INT, "1000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"group.consumer.assignors", LIST, "uniform,range", non_empty_list(), MEDIUM, read_only, waiting},
    {"group.consumer.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, read_only, waiting},
    {"group.consumer.max.assignment.interval.ms", INT, "15000", at_least(0), MEDIUM, read_only, waiting},
    {"group.consumer.max.heartbeat.interval.ms", INT, "15000", at_least(1), MEDIUM, read_only, waiting},
    {"group.consumer.max.session.timeout.ms", INT, "60000", at_least(1), MEDIUM, read_only, waiting},
    {"group.consumer.max.size", INT, "2147483647", at_least(1), MEDIUM, read_only, waiting},
    {"group.consumer.migration.policy", STRING, "bidirectional",
     one_of_ignoring_case("DISABLED,DOWNGRADE,UPGRADE,BIDIRECTIONAL"), MEDIUM, read_only, waiting},
    {"group.consumer.min.assignment.interval.ms", INT, "0", at_least(0), MEDIUM, read_only, waiting},
    {"group.consumer.min.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, read_only, waiting},
    {"group.consumer.min.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, read_only, waiting},
    {"group.consumer.regex.refresh.interval.ms", INT, "600000", at_least(10000), MEDIUM, read_only, waiting, "", "",
     true},
    {"group.consumer.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, read_only, waiting},
    {"group.coordinator.append.linger.ms", INT, "-1", at_least(-1), MEDIUM, read_only, waiting},
    {"group.coordinator.background.threads", INT, "2", at_least(1), HIGH, read_only, waiting},
    {"group.coordinator.cached.buffer.max.bytes", INT, "1048588", at_least(524288), MEDIUM, cluster_wide, waiting},
    {"group.coordinator.rebalance.protocols", LIST, "classic,consumer,streams",
     non_empty_list_of("consumer,classic,share,streams"), MEDIUM, read_only, waiting},
    {"group.coordinator.threads", INT, "4", at_least(1), HIGH, read_only, waiting},
    {"group.initial.rebalance.delay.ms", INT, "3000", any_value(), MEDIUM, read_only},
    {"group.max.session.timeout.ms", INT, "1800000", any_value(), MEDIUM, read_only},
    {"group.max.size", INT, "2147483647", at_least(1), MEDIUM, read_only},
    {"group.min.session.timeout.ms", INT, "6000", any_value(), MEDIUM, read_only},
    {"group.share.assignment.interval.ms", INT, "1000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"group.share.assignors", LIST, "simple", non_empty_list(), MEDIUM, read_only, waiting},
    {"group.share.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, read_only, waiting},
    {"group.share.initialize.retry.interval.ms", INT, "30000", at_least(1), LOW, read_only, waiting, "", "", true},
    {"group.share.max.assignment.interval.ms", INT, "15000", at_least(0), MEDIUM, read_only, waiting},
    {"group.share.max.heartbeat.interval.ms", INT, "15000", at_least(1), MEDIUM, read_only, waiting},
    {"group.share.max.session.timeout.ms", INT, "60000", at_least(1), MEDIUM, read_only, waiting},
    {"group.share.max.size", INT, "200", between(1, 1000), MEDIUM, read_only, waiting},
    {"group.share.min.assignment.interval.ms", INT, "0", at_least(0), MEDIUM, read_only, waiting},
    {"group.share.min.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, read_only, waiting},
    {"group.share.min.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, read_only, waiting},
    {"group.share.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.assignment.interval.ms", INT, "1000", at_least(0), MEDIUM, cluster_wide, waiting},
    {"group.streams.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.initial.rebalance.delay.ms", INT, "3000", at_least(0), MEDIUM, read_only, waiting},
    {"group.streams.max.assignment.interval.ms", INT, "15000", at_least(0), MEDIUM, read_only, waiting},
    {"group.streams.max.heartbeat.interval.ms", INT, "15000", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.max.session.timeout.ms", INT, "60000", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.max.size", INT, "2147483647", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.max.standby.replicas", INT, "2", at_least(0), MEDIUM, read_only, waiting},
    {"group.streams.min.assignment.interval.ms", INT, "0", at_least(0), MEDIUM, read_only, waiting},
    {"group.streams.min.heartbeat.interval.ms", INT, "5000", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.min.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, read_only, waiting},
    {"group.streams.num.standby.replicas", INT, "0", at_least(0), MEDIUM, read_only, waiting},
    {"group.streams.session.timeout.ms", INT, "45000", at_least(1), MEDIUM, read_only, waiting},
    {"offset.metadata.max.bytes", INT, "4096", any_value(), HIGH, read_only},
    {"offsets.commit.timeout.ms", INT, "5000", at_least(1), HIGH, read_only},
    {"offsets.load.buffer.size", INT, "5242880", at_least(1), HIGH, read_only, waiting},
    {"offsets.retention.check.interval.ms", LONG, "600000", at_least(1), HIGH, read_only},
    {"offsets.retention.minutes", INT, "10080", at_least(1), HIGH, read_only},
    {"offsets.topic.compression.codec", INT, "0", any_value(), HIGH, read_only},
    {"offsets.topic.num.partitions", INT, "50", at_least(1), HIGH, read_only},
    {"offsets.topic.replication.factor", SHORT, "3", at_least(1), HIGH, read_only},
    {"offsets.topic.segment.bytes", INT, "104857600", at_least(1), HIGH, read_only},
};

}  // namespace

std::span<const ConfigKey> group_coordinator_keys() { return kGroupCoordinatorKeys; }

}  // namespace muir::server::detail

#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoPurgatory = "There is no purgatory to purge.";

// Share groups and their coordinator.  Columns: name, type, default, rule, importance, scope, fate, note, sample,
// internal.
constexpr ConfigKey kShareKeys[] = {
    {"group.share.delivery.count.limit", INT, "5", between(2, 10), MEDIUM, read_only, waiting},
    {"group.share.max.delivery.count.limit", INT, "10", between(5, 25), MEDIUM, read_only, waiting},
    {"group.share.max.partition.max.record.locks", INT, "4000", between(2000, 10000), MEDIUM, read_only, waiting},
    {"group.share.max.record.lock.duration.ms", INT, "60000", between(30000, 3600000), MEDIUM, read_only, waiting},
    {"group.share.max.share.sessions", INT, "2000", at_least(1), MEDIUM, read_only, waiting},
    {"group.share.min.delivery.count.limit", INT, "2", between(2, 5), MEDIUM, read_only, waiting},
    {"group.share.min.partition.max.record.locks", INT, "100", between(100, 2000), MEDIUM, read_only, waiting},
    {"group.share.min.record.lock.duration.ms", INT, "15000", between(1000, 30000), MEDIUM, read_only, waiting},
    {"group.share.partition.max.record.locks", INT, "2000", between(100, 10000), MEDIUM, read_only, waiting},
    {"group.share.persister.class.name", STRING, "org.apache.kafka.server.share.persister.DefaultStatePersister",
     any_value(), MEDIUM, read_only, waiting, "", "", true},
    {"group.share.record.lock.duration.ms", INT, "30000", between(1000, 3600000), MEDIUM, read_only, waiting},
    {"share.coordinator.append.linger.ms", INT, "-1", at_least(-1), MEDIUM, read_only, waiting},
    {"share.coordinator.cached.buffer.max.bytes", INT, "1048588", at_least(524288), MEDIUM, cluster_wide, waiting},
    {"share.coordinator.cold.partition.snapshot.interval.ms", INT, "300000", at_least(1), LOW, read_only, waiting, "",
     "", true},
    {"share.coordinator.load.buffer.size", INT, "5242880", at_least(1), HIGH, read_only, waiting},
    {"share.coordinator.snapshot.update.records.per.snapshot", INT, "500", between(0, 500), MEDIUM, read_only, waiting},
    {"share.coordinator.state.topic.compression.codec", INT, "0", any_value(), HIGH, read_only, waiting},
    {"share.coordinator.state.topic.min.isr", SHORT, "2", at_least(1), HIGH, read_only, waiting},
    {"share.coordinator.state.topic.num.partitions", INT, "50", at_least(1), HIGH, read_only, waiting},
    {"share.coordinator.state.topic.prune.interval.ms", INT, "300000", at_least(1), LOW, read_only, waiting, "", "",
     true},
    {"share.coordinator.state.topic.replication.factor", SHORT, "3", at_least(1), HIGH, read_only, waiting},
    {"share.coordinator.state.topic.segment.bytes", INT, "104857600", at_least(1), HIGH, read_only, waiting},
    {"share.coordinator.threads", INT, "1", at_least(1), MEDIUM, read_only, waiting},
    {"share.coordinator.write.timeout.ms", INT, "5000", at_least(1), HIGH, read_only, waiting},
    {"share.fetch.purgatory.purge.interval.requests", INT, "1000", any_value(), MEDIUM, read_only, no_meaning,
     kNoPurgatory},
};

}  // namespace

std::span<const ConfigKey> share_keys() { return kShareKeys; }

}  // namespace muir::server::detail

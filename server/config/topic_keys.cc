#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

// What a topic may override.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kTopicKeys[] = {
    {"cleanup.policy", LIST, "delete", list_of("compact,delete"), MEDIUM, cluster_wide, honoured},
    {"compression.gzip.level", INT, "-1", rule(Rule::Kind::gzip_level), MEDIUM, cluster_wide, honoured},
    {"compression.lz4.level", INT, "9", between(1, 17), MEDIUM, cluster_wide, honoured},
    {"compression.type", STRING, "producer", one_of("uncompressed,zstd,lz4,snappy,gzip,producer"), MEDIUM, cluster_wide,
     honoured},
    {"compression.zstd.level", INT, "3", between(-131072, 22), MEDIUM, cluster_wide, honoured},
    {"delete.retention.ms", LONG, "86400000", at_least(0), MEDIUM, cluster_wide, honoured},
    {"file.delete.delay.ms", LONG, "60000", at_least(0), MEDIUM, cluster_wide, honoured},
    {"flush.messages", LONG, "9223372036854775807", at_least(1), MEDIUM, cluster_wide, honoured},
    {"flush.ms", LONG, "9223372036854775807", at_least(0), MEDIUM, cluster_wide, honoured},
    {"follower.replication.throttled.replicas", LIST, "", rule(Rule::Kind::throttled_replicas), MEDIUM, cluster_wide,
     waiting},
    {"index.interval.bytes", INT, "4096", at_least(0), MEDIUM, cluster_wide, honoured},
    {"internal.segment.bytes", INT, kNull, any_value(), MEDIUM, cluster_wide, honoured, "", "", true},
    {"leader.replication.throttled.replicas", LIST, "", rule(Rule::Kind::throttled_replicas), MEDIUM, cluster_wide,
     waiting},
    {"local.retention.bytes", LONG, "-2", at_least(-2), MEDIUM, cluster_wide, waiting},
    {"local.retention.ms", LONG, "-2", at_least(-2), MEDIUM, cluster_wide, waiting},
    {"max.compaction.lag.ms", LONG, "9223372036854775807", at_least(1), MEDIUM, cluster_wide, honoured},
    {"max.message.bytes", INT, "1048588", at_least(0), MEDIUM, cluster_wide, honoured},
    {"message.timestamp.after.max.ms", LONG, "3600000", at_least(0), MEDIUM, cluster_wide, honoured},
    {"message.timestamp.before.max.ms", LONG, "9223372036854775807", at_least(0), MEDIUM, cluster_wide, honoured},
    {"message.timestamp.type", STRING, "CreateTime", one_of("CreateTime,LogAppendTime"), MEDIUM, cluster_wide,
     honoured},
    {"min.cleanable.dirty.ratio", DOUBLE, "0.5", between(0, 1), MEDIUM, cluster_wide, honoured},
    {"min.compaction.lag.ms", LONG, "0", at_least(0), MEDIUM, cluster_wide, honoured},
    {"min.insync.replicas", INT, "1", at_least(1), MEDIUM, cluster_wide, honoured},
    {"preallocate", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, honoured},
    {"remote.log.copy.disable", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, waiting},
    {"remote.log.delete.on.disable", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, waiting},
    {"remote.storage.enable", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, protects,
     "there is no tiered storage; leave it false", "true"},
    {"retention.bytes", LONG, "-1", any_value(), MEDIUM, cluster_wide, honoured},
    {"retention.ms", LONG, "604800000", at_least(-1), MEDIUM, cluster_wide, honoured},
    {"segment.bytes", INT, "1073741824", at_least(1048576), MEDIUM, cluster_wide, honoured},
    {"segment.index.bytes", INT, "10485760", at_least(4), MEDIUM, cluster_wide, honoured},
    {"segment.jitter.ms", LONG, "0", at_least(0), MEDIUM, cluster_wide, honoured},
    {"segment.ms", LONG, "604800000", at_least(1), MEDIUM, cluster_wide, honoured},
    {"unclean.leader.election.enable", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, honoured},
};

}  // namespace

std::span<const ConfigKey> topic_keys() { return kTopicKeys; }

}  // namespace muir::server::detail

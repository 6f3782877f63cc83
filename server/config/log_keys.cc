#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoPolicy = "policies are Java classes and are not run; remove the key";

// Logs on disk, and the cleaner.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kLogKeys[] = {
    {"alter.config.policy.class.name", CLASS, kNull, any_value(), LOW, read_only, protects, kNoPolicy,
     "com.example.AlterPolicy"},
    {"auto.create.topics.enable", BOOLEAN, "true", any_value(), HIGH, read_only, honoured},
    {"cordoned.log.dirs", LIST, "", nullable_list(), MEDIUM, per_broker, honoured},
    {"create.topic.policy.class.name", CLASS, kNull, any_value(), LOW, read_only, protects, kNoPolicy,
     "com.example.CreatePolicy"},
    {"log.cleaner.backoff.ms", LONG, "15000", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.dedupe.buffer.size", LONG, "134217728", any_value(), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.delete.retention.ms", LONG, "86400000", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.enable", BOOLEAN, "true", any_value(), MEDIUM, read_only, honoured},
    {"log.cleaner.io.buffer.load.factor", DOUBLE, "0.9", any_value(), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.io.buffer.size", INT, "524288", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.io.max.bytes.per.second", DOUBLE, "1.7976931348623157E308", any_value(), MEDIUM, cluster_wide,
     honoured},
    {"log.cleaner.max.compaction.lag.ms", LONG, "9223372036854775807", at_least(1), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.min.cleanable.ratio", DOUBLE, "0.5", between(0, 1), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.min.compaction.lag.ms", LONG, "0", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.cleaner.threads", INT, "1", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.cleanup.policy", LIST, "delete", list_of("compact,delete"), MEDIUM, cluster_wide, honoured},
    {"log.dir", LIST, "/tmp/kafka-logs", non_empty_list(), HIGH, read_only, honoured},
    {"log.dir.failure.timeout.ms", LONG, "30000", at_least(1), LOW, read_only, honoured},
    {"log.dirs", LIST, kNull, nullable_non_empty_list(), HIGH, read_only, honoured},
    {"log.flush.interval.messages", LONG, "9223372036854775807", at_least(1), HIGH, cluster_wide, honoured},
    {"log.flush.interval.ms", LONG, kNull, any_value(), HIGH, cluster_wide, honoured},
    {"log.flush.offset.checkpoint.interval.ms", INT, "60000", at_least(0), HIGH, read_only, honoured},
    {"log.flush.scheduler.interval.ms", LONG, "9223372036854775807", any_value(), HIGH, read_only, honoured},
    {"log.flush.start.offset.checkpoint.interval.ms", INT, "60000", at_least(0), HIGH, read_only, honoured},
    {"log.index.interval.bytes", INT, "4096", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.index.size.max.bytes", INT, "10485760", at_least(4), MEDIUM, cluster_wide, honoured},
    {"log.initial.task.delay.ms", LONG, "30000", at_least(0), LOW, read_only, honoured, "", "", true},
    {"log.message.timestamp.after.max.ms", LONG, "3600000", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.message.timestamp.before.max.ms", LONG, "9223372036854775807", at_least(0), MEDIUM, cluster_wide, honoured},
    {"log.message.timestamp.type", STRING, "CreateTime", one_of("CreateTime,LogAppendTime"), MEDIUM, cluster_wide,
     honoured},
    {"log.preallocate", BOOLEAN, "false", any_value(), MEDIUM, cluster_wide, honoured},
    {"log.retention.bytes", LONG, "-1", any_value(), HIGH, cluster_wide, honoured},
    {"log.retention.check.interval.ms", LONG, "300000", at_least(1), MEDIUM, read_only, honoured},
    {"log.retention.hours", INT, "168", any_value(), HIGH, read_only, honoured},
    {"log.retention.minutes", INT, kNull, any_value(), HIGH, read_only, honoured},
    {"log.retention.ms", LONG, kNull, any_value(), HIGH, cluster_wide, honoured},
    {"log.roll.hours", INT, "168", at_least(1), HIGH, read_only, honoured},
    {"log.roll.jitter.hours", INT, "0", at_least(0), HIGH, read_only, honoured},
    {"log.roll.jitter.ms", LONG, kNull, any_value(), HIGH, cluster_wide, honoured},
    {"log.roll.ms", LONG, kNull, any_value(), HIGH, cluster_wide, honoured},
    {"log.segment.bytes", INT, "1073741824", at_least(1048576), HIGH, cluster_wide, honoured},
    {"log.segment.delete.delay.ms", LONG, "60000", at_least(0), HIGH, cluster_wide, honoured},
    {"min.insync.replicas", INT, "1", at_least(1), HIGH, cluster_wide, honoured},
    {"num.partitions", INT, "1", at_least(1), MEDIUM, read_only, honoured},
    {"num.recovery.threads.per.data.dir", INT, "2", at_least(1), HIGH, cluster_wide, honoured},
};

}  // namespace

std::span<const ConfigKey> log_keys() { return kLogKeys; }

}  // namespace muir::server::detail

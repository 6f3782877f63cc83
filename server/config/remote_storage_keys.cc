#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoTieredStorage =
    "there is no tiered storage, log segments stay on local disks; remove the key";

// Tiered storage.  Columns: name, type, default, rule, importance, scope, fate, note, sample, internal.
constexpr ConfigKey kRemoteStorageKeys[] = {
    {"log.local.retention.bytes", LONG, "-2", at_least(-2), MEDIUM, cluster_wide, waiting},
    {"log.local.retention.ms", LONG, "-2", at_least(-2), MEDIUM, cluster_wide, waiting},
    {"remote.fetch.max.wait.ms", INT, "500", at_least(1), MEDIUM, cluster_wide, waiting},
    {"remote.list.offsets.request.timeout.ms", LONG, "30000", at_least(1), MEDIUM, cluster_wide, waiting},
    {"remote.log.index.file.cache.total.size.bytes", LONG, "1073741824", at_least(1), LOW, cluster_wide, waiting},
    {"remote.log.index.file.cache.ttl.ms", LONG, "900000", at_least(-1), LOW, read_only, waiting, "", "", true},
    {"remote.log.manager.copier.thread.pool.size", INT, "10", at_least(1), MEDIUM, cluster_wide, waiting},
    {"remote.log.manager.copy.max.bytes.per.second", LONG, "9223372036854775807", at_least(1), MEDIUM, cluster_wide,
     waiting},
    {"remote.log.manager.copy.quota.window.num", INT, "11", at_least(1), MEDIUM, read_only, waiting},
    {"remote.log.manager.copy.quota.window.size.seconds", INT, "1", at_least(1), MEDIUM, read_only, waiting},
    {"remote.log.manager.expiration.thread.pool.size", INT, "10", at_least(1), MEDIUM, cluster_wide, waiting},
    {"remote.log.manager.fetch.max.bytes.per.second", LONG, "9223372036854775807", at_least(1), MEDIUM, cluster_wide,
     waiting},
    {"remote.log.manager.fetch.quota.window.num", INT, "11", at_least(1), MEDIUM, read_only, waiting},
    {"remote.log.manager.fetch.quota.window.size.seconds", INT, "1", at_least(1), MEDIUM, read_only, waiting},
    {"remote.log.manager.follower.thread.pool.size", INT, "2", at_least(1), MEDIUM, cluster_wide, waiting},
    {"remote.log.manager.task.interval.ms", LONG, "30000", at_least(1), LOW, read_only, waiting},
    {"remote.log.manager.task.retry.backoff.max.ms", LONG, "30000", at_least(1), LOW, read_only, waiting, "", "", true},
    {"remote.log.manager.task.retry.backoff.ms", LONG, "500", at_least(1), LOW, read_only, waiting, "", "", true},
    {"remote.log.manager.task.retry.jitter", DOUBLE, "0.2", between(0, 0.5), LOW, read_only, waiting, "", "", true},
    {"remote.log.manager.thread.pool.size", INT, "2", at_least(1), MEDIUM, read_only, waiting},
    {"remote.log.metadata.custom.metadata.max.bytes", INT, "128", at_least(0), LOW, read_only, waiting},
    {"remote.log.metadata.manager.class.name", STRING,
     "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
     rule(Rule::Kind::non_empty_string), MEDIUM, read_only, protects, kNoTieredStorage, "com.example.MetadataManager"},
    {"remote.log.metadata.manager.class.path", STRING, kNull, any_value(), MEDIUM, read_only, protects,
     kNoTieredStorage, "/opt/tiered"},
    {"remote.log.metadata.manager.impl.prefix", STRING, "rlmm.config.", rule(Rule::Kind::non_empty_string), MEDIUM,
     read_only, waiting},
    {"remote.log.metadata.manager.listener.name", STRING, kNull, rule(Rule::Kind::non_empty_string), MEDIUM, read_only,
     waiting},
    {"remote.log.reader.max.pending.tasks", INT, "100", at_least(1), MEDIUM, read_only, waiting},
    {"remote.log.reader.threads", INT, "10", at_least(1), MEDIUM, cluster_wide, waiting},
    {"remote.log.storage.manager.class.name", STRING, kNull, rule(Rule::Kind::non_empty_string), MEDIUM, read_only,
     protects, kNoTieredStorage, "com.example.StorageManager"},
    {"remote.log.storage.manager.class.path", STRING, kNull, any_value(), MEDIUM, read_only, protects, kNoTieredStorage,
     "/opt/tiered"},
    {"remote.log.storage.manager.impl.prefix", STRING, "rsm.config.", rule(Rule::Kind::non_empty_string), MEDIUM,
     read_only, waiting},
    {"remote.log.storage.system.enable", BOOLEAN, "false", any_value(), MEDIUM, read_only, protects, kNoTieredStorage,
     "true"},
};

}  // namespace

std::span<const ConfigKey> remote_storage_keys() { return kRemoteStorageKeys; }

}  // namespace muir::server::detail

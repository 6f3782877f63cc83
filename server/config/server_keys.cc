#include "server/config/key_table.h"

namespace muir::server::detail {
namespace {

using enum ConfigType;
using enum Importance;
using enum Scope;
using enum Fate;

constexpr std::string_view kNoAuthorizer =
    "authorizers other than org.apache.kafka.metadata.authorizer.StandardAuthorizer are Java classes and are not "
    "loaded; use that one";
constexpr std::string_view kNoConfigProvider =
    "values are taken as they are written; put the values themselves into the file";
constexpr std::string_view kNoQuotaCallback = "quota callbacks are Java classes and are not loaded; remove the key";
constexpr std::string_view kReporters = "Reporters are Java classes.";
constexpr std::string_view kShards = "Shards do this work: muir.shards.";

// The broker as a whole, its metrics and the windows of its quotas.  Columns: name, type, default, rule, importance,
// scope, fate, note, sample, internal.
constexpr ConfigKey kServerKeys[] = {
    {"alter.log.dirs.replication.quota.window.num", INT, "11", at_least(1), LOW, read_only, waiting},
    {"alter.log.dirs.replication.quota.window.size.seconds", INT, "1", at_least(1), LOW, read_only, waiting},
    {"authorizer.class.name", STRING, "", rule(Rule::Kind::non_null), LOW, read_only, protects, kNoAuthorizer,
     "com.example.Authorizer"},
    {"background.threads", INT, "10", at_least(1), HIGH, cluster_wide, no_meaning,
     "Timers of the shards do this work."},
    {"broker.id", INT, "-1", any_value(), HIGH, read_only, honoured},
    {"broker.rack", STRING, kNull, any_value(), MEDIUM, read_only, honoured},
    {"client.quota.callback.class", CLASS, kNull, any_value(), LOW, read_only, protects, kNoQuotaCallback,
     "com.example.QuotaCallback"},
    {"compression.gzip.level", INT, "-1", rule(Rule::Kind::gzip_level), MEDIUM, cluster_wide, honoured},
    {"compression.lz4.level", INT, "9", between(1, 17), MEDIUM, cluster_wide, honoured},
    {"compression.type", STRING, "producer", one_of("uncompressed,zstd,lz4,snappy,gzip,producer"), HIGH, cluster_wide,
     honoured},
    {"compression.zstd.level", INT, "3", between(-131072, 22), MEDIUM, cluster_wide, honoured},
    {"config.providers", LIST, "", distinct_list(), LOW, cluster_wide, protects, kNoConfigProvider, "file"},
    {"controlled.shutdown.enable", BOOLEAN, "true", any_value(), MEDIUM, read_only, waiting},
    {"controller.quota.window.num", INT, "11", at_least(1), LOW, read_only, honoured},
    {"controller.quota.window.size.seconds", INT, "1", at_least(1), LOW, read_only, honoured},
    {"delete.topic.enable", BOOLEAN, "true", any_value(), HIGH, read_only, honoured},
    {"early.start.listeners", LIST, kNull, nullable_list(), HIGH, read_only, no_meaning,
     "Every listener starts when the ACLs have been read."},
    {"fetch.max.bytes", INT, "57671680", at_least(1024), MEDIUM, read_only, honoured},
    {"follower.replication.throttled.rate", LONG, "9223372036854775807", at_least(0), MEDIUM, cluster_wide, waiting},
    {"kafka.metrics.polling.interval.secs", INT, "10", at_least(1), LOW, read_only, no_meaning, kReporters},
    {"kafka.metrics.reporters", LIST, "", distinct_list(), LOW, read_only, no_meaning, kReporters},
    {"leader.replication.throttled.rate", LONG, "9223372036854775807", at_least(0), MEDIUM, cluster_wide, waiting},
    {"max.incremental.fetch.session.cache.slots", INT, "1000", at_least(0), MEDIUM, read_only, honoured},
    {"max.request.partition.size.limit", INT, "2000", at_least(1), MEDIUM, read_only, honoured},
    {"message.max.bytes", INT, "1048588", at_least(0), HIGH, cluster_wide, honoured},
    {"metric.reporters", LIST, "org.apache.kafka.common.metrics.JmxReporter", distinct_list(), LOW, cluster_wide,
     no_meaning, kReporters},
    {"metrics.num.samples", INT, "2", at_least(1), LOW, read_only, waiting},
    {"metrics.recording.level", STRING, "INFO", any_value(), LOW, read_only, waiting},
    {"metrics.sample.window.ms", LONG, "30000", at_least(1), LOW, read_only, waiting},
    {"num.io.threads", INT, "8", at_least(1), HIGH, cluster_wide, no_meaning, kShards},
    {"num.replica.alter.log.dirs.threads", INT, kNull, any_value(), HIGH, read_only, waiting},
    {"quota.window.num", INT, "11", at_least(1), LOW, read_only, honoured},
    {"quota.window.size.seconds", INT, "1", at_least(1), LOW, read_only, honoured},
    {"replica.alter.log.dirs.io.max.bytes.per.second", LONG, "9223372036854775807", at_least(0), MEDIUM, cluster_wide,
     honoured},
    {"replication.quota.window.num", INT, "11", at_least(1), LOW, read_only, waiting},
    {"replication.quota.window.size.seconds", INT, "1", at_least(1), LOW, read_only, waiting},
    {"request.timeout.ms", INT, "30000", any_value(), HIGH, read_only, honoured},
    {"socket.connection.setup.timeout.max.ms", LONG, "30000", any_value(), MEDIUM, read_only, waiting},
    {"socket.connection.setup.timeout.ms", LONG, "10000", any_value(), MEDIUM, read_only, waiting},
    {"telemetry.max.bytes", INT, "1048576", at_least(1), LOW, read_only, waiting},
    {"unstable.api.versions.enable", BOOLEAN, "false", any_value(), HIGH, read_only, waiting, "", "", true},
    {"unstable.feature.versions.enable", BOOLEAN, "false", any_value(), HIGH, read_only, waiting, "", "", true},
};

}  // namespace

std::span<const ConfigKey> server_keys() { return kServerKeys; }

}  // namespace muir::server::detail

#include "server/config/broker_fields.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <re2/re2.h>

#include "server/config/config_text.h"
#include "server/config/memory_share.h"

namespace muir::server {
namespace {

using Overrides = std::map<std::string, std::int32_t, std::less<>>;

// `host:count,...`; a host may have colons of its own.
ConfigResult<Overrides> parse_connection_overrides(const std::string& text) {
  static const re2::RE2 kHost(R"([0-9a-zA-Z\-%._:]*)");
  constexpr std::string_view kKey = "max.connections.per.ip.overrides";
  Overrides overrides;
  for (const std::string& entry : split_list(text)) {
    const auto colon = entry.rfind(':');
    const std::string host(trim(std::string_view(entry).substr(0, colon)));
    const std::string_view count = colon == std::string::npos ? "" : trim(std::string_view(entry).substr(colon + 1));
    std::int32_t limit = 0;
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), limit);
    if (count.empty() || error != std::errc{} || end != count.data() + count.size())
      return invalid_value(kKey, text, fmt::format("{} is not host:count", entry));
    if (!re2::RE2::FullMatch(host, kHost))
      return invalid_config(fmt::format("{} contains invalid addresses : {}", kKey, host));
    overrides[host] = limit;
  }
  return overrides;
}

std::optional<std::int64_t> optional_int64(const KeyValues& values, std::string_view key) {
  if (values.is_null(key)) return std::nullopt;
  return values.int64(key);
}

void read_identity(const KeyValues& values, BrokerConfig& config) {
  const auto& roles = values.list("process.roles");
  config.node_id = NodeId{values.int32("node.id")};
  config.is_broker = std::ranges::find(roles, "broker") != roles.end();
  config.is_controller = std::ranges::find(roles, "controller") != roles.end();
  config.broker_rack = values.optional_text("broker.rack");
  config.broker_heartbeat_interval_ms = values.milliseconds("broker.heartbeat.interval.ms");
  config.broker_session_timeout_ms = values.milliseconds("broker.session.timeout.ms");
  config.initial_broker_registration_timeout_ms = values.milliseconds("initial.broker.registration.timeout.ms");
  config.controlled_shutdown_enable = values.boolean("controlled.shutdown.enable");
  config.group_coordinator_rebalance_protocols = values.list("group.coordinator.rebalance.protocols");
  config.unstable_api_versions_enable = values.boolean("unstable.api.versions.enable");
  config.unstable_feature_versions_enable = values.boolean("unstable.feature.versions.enable");
  if (!values.is_null("muir.shards")) config.muir_shards = values.int32("muir.shards");
}

void read_connections(const KeyValues& values, BrokerConfig& config) {
  config.socket_send_buffer_bytes = values.int32("socket.send.buffer.bytes");
  config.socket_receive_buffer_bytes = values.int32("socket.receive.buffer.bytes");
  config.socket_request_max_bytes = values.int32("socket.request.max.bytes");
  config.socket_listen_backlog_size = values.int32("socket.listen.backlog.size");
  config.queued_max_requests = values.int32("queued.max.requests");
  config.queued_max_request_bytes = values.int64("queued.max.request.bytes");
  config.connections_max_idle_ms = values.milliseconds("connections.max.idle.ms");
  config.max_connections = values.int32("max.connections");
  config.max_connections_per_ip = values.int32("max.connections.per.ip");
  config.max_connection_creation_rate = values.int32("max.connection.creation.rate");
  config.quota_window_num = values.int32("quota.window.num");
  config.quota_window_size_seconds = values.int32("quota.window.size.seconds");
  config.controller_quota_window_num = values.int32("controller.quota.window.num");
  config.controller_quota_window_size_seconds = values.int32("controller.quota.window.size.seconds");
  config.request_timeout_ms = values.milliseconds("request.timeout.ms");
  config.max_request_partition_size_limit = values.int32("max.request.partition.size.limit");
  config.fetch_max_bytes = values.int32("fetch.max.bytes");
  config.max_incremental_fetch_session_cache_slots = values.int32("max.incremental.fetch.session.cache.slots");
  config.socket_connection_setup_timeout_ms = values.milliseconds("socket.connection.setup.timeout.ms");
  config.socket_connection_setup_timeout_max_ms = values.milliseconds("socket.connection.setup.timeout.max.ms");
  config.muir_ssl_files_check_interval_ms = values.milliseconds("muir.ssl.files.check.interval.ms");
  config.muir_authentication_timeout_ms = values.milliseconds("muir.authentication.timeout.ms");
  config.muir_queued_principal_request_max_bytes = optional_int64(values, "muir.queued.principal.request.max.bytes");
  config.muir_held_response_max_bytes = optional_int64(values, "muir.held.response.max.bytes");
  config.muir_request_progress_timeout_ms = values.milliseconds("muir.request.progress.timeout.ms");
  config.muir_response_progress_timeout_ms = values.milliseconds("muir.response.progress.timeout.ms");
  config.muir_decoded_request_max_bytes =
      optional_int64(values, "muir.decoded.request.max.bytes").value_or(decoded_request_bytes_max_by_default());
  config.max_decompressed_message_bytes =
      optional_int64(values, "max.decompressed.message.bytes").value_or(decompressed_bytes_max_by_default());
  config.muir_unauthenticated_request_max_bytes =
      std::min(values.int32("muir.unauthenticated.request.max.bytes"), values.int32("sasl.server.max.receive.size"));
}

void read_topics(const KeyValues& values, BrokerConfig& config) {
  config.num_partitions = values.int32("num.partitions");
  config.default_replication_factor = values.int32("default.replication.factor");
  config.auto_create_topics_enable = values.boolean("auto.create.topics.enable");
  config.delete_topic_enable = values.boolean("delete.topic.enable");
  config.message_max_bytes = values.int32("message.max.bytes");
  config.group_min_session_timeout_ms = values.milliseconds("group.min.session.timeout.ms");
  config.group_max_session_timeout_ms = values.milliseconds("group.max.session.timeout.ms");
  config.group_initial_rebalance_delay_ms = values.milliseconds("group.initial.rebalance.delay.ms");
  config.group_max_size = values.int32("group.max.size");
  config.offset_metadata_max_bytes = values.int32("offset.metadata.max.bytes");
  config.offsets_retention_minutes = std::chrono::minutes(values.int32("offsets.retention.minutes"));
  config.offsets_retention_check_interval_ms = values.milliseconds("offsets.retention.check.interval.ms");
  config.offsets_commit_timeout_ms = values.milliseconds("offsets.commit.timeout.ms");
  config.offsets_topic_num_partitions = values.int32("offsets.topic.num.partitions");
  config.offsets_topic_replication_factor = values.int16("offsets.topic.replication.factor");
  config.offsets_topic_segment_bytes = values.int32("offsets.topic.segment.bytes");
  config.offsets_topic_compression_codec = values.int32("offsets.topic.compression.codec");
  config.transaction_state_log_num_partitions = values.int32("transaction.state.log.num.partitions");
  config.transaction_state_log_replication_factor = values.int16("transaction.state.log.replication.factor");
  config.transaction_state_log_segment_bytes = values.int32("transaction.state.log.segment.bytes");
  config.transaction_state_log_min_isr = values.int32("transaction.state.log.min.isr");
  config.transaction_max_timeout_ms = values.milliseconds("transaction.max.timeout.ms");
  config.transactional_id_expiration_ms = values.milliseconds("transactional.id.expiration.ms");
  config.transaction_partition_verification_enable = values.boolean("transaction.partition.verification.enable");
  config.transaction_two_phase_commit_enable = values.boolean("transaction.two.phase.commit.enable");
  config.share_coordinator_state_topic_num_partitions = values.int32("share.coordinator.state.topic.num.partitions");
  config.share_coordinator_state_topic_replication_factor =
      values.int16("share.coordinator.state.topic.replication.factor");
  config.share_coordinator_state_topic_segment_bytes = values.int32("share.coordinator.state.topic.segment.bytes");
  config.share_coordinator_state_topic_min_isr = values.int16("share.coordinator.state.topic.min.isr");
}

void read_logs(const KeyValues& values, BrokerConfig& config) {
  config.log_dirs = values.list(values.is_null("log.dirs") ? "log.dir" : "log.dirs");
  config.cordoned_log_dirs = values.list_or_empty("cordoned.log.dirs");
  config.num_recovery_threads_per_data_dir = values.int32("num.recovery.threads.per.data.dir");
  config.log_retention_check_interval_ms = values.milliseconds("log.retention.check.interval.ms");
  config.log_flush_scheduler_interval_ms = values.milliseconds("log.flush.scheduler.interval.ms");
  config.log_flush_offset_checkpoint_interval_ms = values.milliseconds("log.flush.offset.checkpoint.interval.ms");
  config.log_flush_start_offset_checkpoint_interval_ms =
      values.milliseconds("log.flush.start.offset.checkpoint.interval.ms");
  config.log_initial_task_delay_ms = values.milliseconds("log.initial.task.delay.ms");
  config.log_dir_failure_timeout_ms = values.milliseconds("log.dir.failure.timeout.ms");
  config.log_cleaner_enable = values.boolean("log.cleaner.enable");
  config.log_cleaner_threads = values.int32("log.cleaner.threads");
  config.log_cleaner_backoff_ms = values.milliseconds("log.cleaner.backoff.ms");
  config.log_cleaner_dedupe_buffer_size = values.int64("log.cleaner.dedupe.buffer.size");
  config.log_cleaner_io_buffer_size = values.int32("log.cleaner.io.buffer.size");
  config.log_cleaner_io_buffer_load_factor = values.real("log.cleaner.io.buffer.load.factor");
  config.log_cleaner_io_max_bytes_per_second = values.real("log.cleaner.io.max.bytes.per.second");
  config.background_threads = values.int32("background.threads");
  config.num_io_threads = values.int32("num.io.threads");
  config.num_network_threads = values.int32("num.network.threads");
  config.producer_id_expiration_ms = values.milliseconds("producer.id.expiration.ms");
  config.producer_id_expiration_check_interval_ms = values.milliseconds("producer.id.expiration.check.interval.ms");
}

void read_replication(const KeyValues& values, BrokerConfig& config) {
  config.replica_alter_log_dirs_io_max_bytes_per_second =
      values.int64("replica.alter.log.dirs.io.max.bytes.per.second");
  config.replica_lag_time_max_ms = values.milliseconds("replica.lag.time.max.ms");
  config.replica_high_watermark_checkpoint_interval_ms =
      values.milliseconds("replica.high.watermark.checkpoint.interval.ms");
  config.replica_fetch_wait_max_ms = values.milliseconds("replica.fetch.wait.max.ms");
  config.replica_fetch_backoff_ms = values.milliseconds("replica.fetch.backoff.ms");
  config.replica_socket_timeout_ms = values.milliseconds("replica.socket.timeout.ms");
  config.replica_fetch_min_bytes = values.int32("replica.fetch.min.bytes");
  config.replica_fetch_max_bytes = values.int32("replica.fetch.max.bytes");
  config.replica_fetch_response_max_bytes = values.int32("replica.fetch.response.max.bytes");
  config.num_replica_fetchers = values.int32("num.replica.fetchers");
  config.auto_leader_rebalance_enable = values.boolean("auto.leader.rebalance.enable");
  config.leader_imbalance_check_interval_seconds =
      std::chrono::seconds(values.int64("leader.imbalance.check.interval.seconds"));
  config.unclean_leader_election_interval_ms = values.milliseconds("unclean.leader.election.interval.ms");
  config.controller_socket_timeout_ms = values.milliseconds("controller.socket.timeout.ms");
}

void read_quorum(const KeyValues& values, BrokerConfig& config) {
  config.controller_quorum_election_timeout_ms = values.milliseconds("controller.quorum.election.timeout.ms");
  config.controller_quorum_election_backoff_max_ms = values.milliseconds("controller.quorum.election.backoff.max.ms");
  config.controller_quorum_fetch_timeout_ms = values.milliseconds("controller.quorum.fetch.timeout.ms");
  config.controller_quorum_append_linger_ms = values.milliseconds("controller.quorum.append.linger.ms");
  config.controller_quorum_request_timeout_ms = values.milliseconds("controller.quorum.request.timeout.ms");
  config.controller_quorum_retry_backoff_ms = values.milliseconds("controller.quorum.retry.backoff.ms");
  config.controller_quorum_auto_join_enable = values.boolean("controller.quorum.auto.join.enable");
  config.controller_quorum_fetch_max_bytes = values.int32("controller.quorum.fetch.max.bytes");
  config.controller_quorum_fetch_snapshot_max_bytes = values.int32("controller.quorum.fetch.snapshot.max.bytes");
}

void read_metadata_log(const KeyValues& values, BrokerConfig& config) {
  config.metadata_log_dir = values.optional_text("metadata.log.dir").value_or(config.log_dirs.front());
  config.metadata_log_segment_bytes = values.is_null("internal.metadata.log.segment.bytes")
                                          ? values.int32("metadata.log.segment.bytes")
                                          : values.int32("internal.metadata.log.segment.bytes");
  config.metadata_log_segment_ms = values.milliseconds("metadata.log.segment.ms");
  config.metadata_max_retention_bytes = values.int64("metadata.max.retention.bytes");
  config.metadata_max_retention_ms = values.milliseconds("metadata.max.retention.ms");
  config.metadata_log_max_record_bytes_between_snapshots =
      values.int64("metadata.log.max.record.bytes.between.snapshots");
  config.metadata_log_max_snapshot_interval_ms = values.milliseconds("metadata.log.max.snapshot.interval.ms");
  config.metadata_max_idle_interval_ms = values.milliseconds("metadata.max.idle.interval.ms");
  config.internal_metadata_delete_delay_millis = values.milliseconds("internal.metadata.delete.delay.millis");
  config.internal_metadata_max_batch_size_in_bytes = values.int32("internal.metadata.max.batch.size.in.bytes");
}

}  // namespace

ConfigResult<> read_fields(const KeyValues& values, BrokerConfig& config) {
  read_identity(values, config);
  read_connections(values, config);
  read_topics(values, config);
  read_logs(values, config);
  read_replication(values, config);
  read_quorum(values, config);
  read_metadata_log(values, config);

  auto overrides = parse_connection_overrides(values.text("max.connections.per.ip.overrides"));
  if (!overrides) return overrides.error();
  config.max_connections_per_ip_overrides = std::move(*overrides);
  auto voters = parse_quorum_voters(values.list("controller.quorum.voters"));
  if (!voters) return voters.error();
  config.controller_quorum_voters = std::move(*voters);
  auto servers = parse_bootstrap_servers(values.list("controller.quorum.bootstrap.servers"));
  if (!servers) return servers.error();
  config.controller_quorum_bootstrap_servers = std::move(*servers);
  return {};
}

}  // namespace muir::server

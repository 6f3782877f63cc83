#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"
#include "server/config/config_value.h"
#include "server/config/endpoint.h"
#include "wire/base/ids.h"

namespace muir::server {

using Milliseconds = std::chrono::milliseconds;
struct SaslListenerConfig;

// A broker's configuration, parsed, checked, and immutable from then on: server.properties with its overrides, and over
// it what the cluster and this broker were configured to dynamically (KIP-226).  A field is called as its property,
// with
// `_` for `.`; its unit is in that name or in its type.  A dynamic change makes a new BrokerConfig; owners swap
// pointers.
//
// The fields are what the server reads today; every other key is at hand as text (`value`) and described all the same.
struct BrokerConfig {
  // The file's keys and overrides -> configuration.  Fails, naming key, value and what is allowed, on a bad value, on
  // keys that contradict each other, and (Kind::unprotected) on a key that asks for protection this version cannot
  // give.
  static ConfigResult<BrokerConfig> load(ConfigMap given);

  // The same file with the dynamic layers of the metadata log over it.  What is not allowed there is left out, with a
  // warning, as Kafka does: a ConfigRecord must never keep a broker from starting.
  // It fails only when the whole contradicts itself: then keep what you have, as Kafka does.
  ConfigResult<BrokerConfig> with_dynamic(ConfigMap cluster_defaults, ConfigMap this_broker) const;

  // What the dynamic layers would make of it, nothing left out and nothing bent: to check a change before it is stored.
  ConfigResult<BrokerConfig> would_be(ConfigMap cluster_defaults, ConfigMap this_broker) const;

  // What `muir broker` runs without a file: one node, broker and controller on the loopback, data under ./data.
  static ConfigMap embedded_default();

  // --- who we are (KIP-500)
  NodeId node_id;
  bool is_broker = false;
  bool is_controller = false;
  std::optional<std::string> broker_rack;
  Milliseconds broker_heartbeat_interval_ms{};
  Milliseconds broker_session_timeout_ms{};
  Milliseconds initial_broker_registration_timeout_ms{};
  bool controlled_shutdown_enable = true;
  std::vector<std::string> group_coordinator_rebalance_protocols;
  bool unstable_api_versions_enable = false;
  bool unstable_feature_versions_enable = false;

  // --- listeners
  std::vector<Endpoint> listeners;             // Everything to listen on, in the file's order.
  std::vector<Endpoint> broker_listeners;      // Those of clients and brokers.
  std::vector<Endpoint> controller_listeners;  // Those in controller.listener.names.
  std::vector<Endpoint>
      advertised_broker_listeners;  // What the registration says.  An empty host: this machine's name.
  std::vector<Endpoint> advertised_controller_listeners;  // The same for the controller role.
  std::vector<std::string> controller_listener_names;     // Brokers reach the controller by the first.
  std::string inter_broker_listener_name;
  ProtocolMap listener_security_protocols;
  // How clients log in, by upper-case listener name; no entry: the listener speaks no SASL.
  std::map<std::string, std::shared_ptr<const SaslListenerConfig>, std::less<>> sasl_of_listener;

  // --- connections and requests
  std::int32_t socket_send_buffer_bytes = 0;     // -1: the operating system's.
  std::int32_t socket_receive_buffer_bytes = 0;  // -1: the operating system's.
  std::int32_t socket_request_max_bytes = 0;
  std::int32_t socket_listen_backlog_size = 0;
  std::int32_t queued_max_requests = 0;
  std::int64_t queued_max_request_bytes = -1;  // <= 0: a share of the process's memory.
  Milliseconds connections_max_idle_ms{};      // Negative: never.
  std::int32_t max_connections = 0;            // Of the whole broker.
  // listener.name.<listener>.max.connections, by upper-case listener name; no entry: no limit beyond the broker's.
  std::map<std::string, std::int32_t, std::less<>> max_connections_of_listener;
  std::int32_t max_connections_per_ip = 0;
  std::map<std::string, std::int32_t, std::less<>> max_connections_per_ip_overrides;
  std::int32_t max_connection_creation_rate = 0;  // A second.
  std::int32_t quota_window_num = 11;
  std::int64_t quota_window_size_seconds = 1;
  std::int32_t controller_quota_window_num = 11;
  std::int64_t controller_quota_window_size_seconds = 1;
  Milliseconds request_timeout_ms{};
  std::int32_t max_request_partition_size_limit = 0;
  std::int32_t fetch_max_bytes = 0;
  std::int32_t max_incremental_fetch_session_cache_slots = 0;
  Milliseconds socket_connection_setup_timeout_ms{};
  Milliseconds socket_connection_setup_timeout_max_ms{};

  // --- authorization: what StandardAuthorizer reads
  bool has_standard_authorizer = false;  // authorizer.class.name; without, everybody may do everything.
  std::vector<std::string> super_users;  // `User:admin`; each has a colon.
  bool allow_everyone_if_no_acl_found = false;

  // --- topics
  std::int32_t num_partitions = 1;
  std::int32_t default_replication_factor = 1;
  bool auto_create_topics_enable = true;
  bool delete_topic_enable = true;
  std::int32_t message_max_bytes = 0;

  // --- logs.  What a topic may override is in TopicConfig.
  std::vector<std::string> log_dirs;  // log.dirs, or log.dir.
  std::vector<std::string> cordoned_log_dirs;
  std::int32_t num_recovery_threads_per_data_dir = 0;
  Milliseconds log_retention_check_interval_ms{};
  Milliseconds log_flush_scheduler_interval_ms{};
  Milliseconds log_flush_offset_checkpoint_interval_ms{};
  Milliseconds log_flush_start_offset_checkpoint_interval_ms{};
  Milliseconds log_initial_task_delay_ms{};
  Milliseconds log_dir_failure_timeout_ms{};
  bool log_cleaner_enable = true;
  std::int32_t log_cleaner_threads = 1;
  Milliseconds log_cleaner_backoff_ms{};
  std::int64_t log_cleaner_dedupe_buffer_size = 0;
  std::int32_t log_cleaner_io_buffer_size = 0;
  double log_cleaner_io_buffer_load_factor = 0;
  double log_cleaner_io_max_bytes_per_second = 0;
  std::int32_t background_threads = 0;
  std::int32_t num_io_threads = 0;
  std::int32_t num_network_threads = 0;
  Milliseconds producer_id_expiration_ms{};
  Milliseconds producer_id_expiration_check_interval_ms{};

  // --- replication
  Milliseconds replica_lag_time_max_ms{};
  std::int64_t replica_alter_log_dirs_io_max_bytes_per_second = 0;
  Milliseconds replica_high_watermark_checkpoint_interval_ms{};
  Milliseconds replica_fetch_wait_max_ms{};
  Milliseconds replica_fetch_backoff_ms{};
  Milliseconds replica_socket_timeout_ms{};
  std::int32_t replica_fetch_min_bytes = 0;
  std::int32_t replica_fetch_max_bytes = 0;
  std::int32_t replica_fetch_response_max_bytes = 0;
  std::int32_t num_replica_fetchers = 0;
  bool auto_leader_rebalance_enable = true;
  std::chrono::seconds leader_imbalance_check_interval_seconds{};
  Milliseconds unclean_leader_election_interval_ms{};
  Milliseconds controller_socket_timeout_ms{};

  // --- quorum and metadata log
  std::vector<QuorumAddress> controller_quorum_voters;
  std::vector<QuorumAddress> controller_quorum_bootstrap_servers;
  Milliseconds controller_quorum_election_timeout_ms{};
  Milliseconds controller_quorum_election_backoff_max_ms{};
  Milliseconds controller_quorum_fetch_timeout_ms{};
  Milliseconds controller_quorum_append_linger_ms{};
  Milliseconds controller_quorum_request_timeout_ms{};
  Milliseconds controller_quorum_retry_backoff_ms{};
  bool controller_quorum_auto_join_enable = false;
  std::int32_t controller_quorum_fetch_max_bytes = 0;
  std::int32_t controller_quorum_fetch_snapshot_max_bytes = 0;
  std::string metadata_log_dir;  // metadata.log.dir, or the first log directory.
  std::int32_t metadata_log_segment_bytes = 0;
  Milliseconds metadata_log_segment_ms{};
  std::int64_t metadata_max_retention_bytes = 0;
  Milliseconds metadata_max_retention_ms{};
  std::int64_t metadata_log_max_record_bytes_between_snapshots = 0;
  Milliseconds metadata_log_max_snapshot_interval_ms{};
  Milliseconds metadata_max_idle_interval_ms{};  // Zero: no NoOpRecords.
  Milliseconds internal_metadata_delete_delay_millis{};
  std::int32_t internal_metadata_max_batch_size_in_bytes = 0;

  // --- groups
  Milliseconds group_min_session_timeout_ms{};
  Milliseconds group_max_session_timeout_ms{};
  Milliseconds group_initial_rebalance_delay_ms{};
  std::int32_t group_max_size = 0;
  std::int32_t offset_metadata_max_bytes = 0;  // In UTF-16 units, as Kafka counts them.
  std::chrono::minutes offsets_retention_minutes{};
  Milliseconds offsets_retention_check_interval_ms{};
  Milliseconds offsets_commit_timeout_ms{};

  // --- internal topics
  std::int32_t offsets_topic_num_partitions = 0;
  std::int16_t offsets_topic_replication_factor = 0;
  std::int32_t offsets_topic_segment_bytes = 0;
  std::int32_t offsets_topic_compression_codec = 0;
  std::int32_t transaction_state_log_num_partitions = 0;
  std::int16_t transaction_state_log_replication_factor = 0;
  std::int32_t transaction_state_log_segment_bytes = 0;
  std::int32_t transaction_state_log_min_isr = 0;
  Milliseconds transaction_max_timeout_ms{};
  Milliseconds transactional_id_expiration_ms{};
  bool transaction_partition_verification_enable = true;
  bool transaction_two_phase_commit_enable = false;
  std::int32_t share_coordinator_state_topic_num_partitions = 0;
  std::int16_t share_coordinator_state_topic_replication_factor = 0;
  std::int32_t share_coordinator_state_topic_segment_bytes = 0;
  std::int16_t share_coordinator_state_topic_min_isr = 0;

  // --- keys of our own
  std::optional<std::int32_t> muir_shards;          // muir.shards; none: one less than the processors.
  Milliseconds muir_ssl_files_check_interval_ms{};  // Zero: never.
  Milliseconds muir_authentication_timeout_ms{};    // From the connection to a known client; zero: no bound.
  std::optional<std::int64_t> muir_queued_principal_request_max_bytes;  // None: a share of the requests' memory.
  std::optional<std::int64_t> muir_held_response_max_bytes;             // None: a share of the process's memory.
  Milliseconds muir_request_progress_timeout_ms{};                      // Zero: no bound.
  Milliseconds muir_response_progress_timeout_ms{};                     // Zero: no bound.
  std::int64_t muir_decoded_request_max_bytes = 0;                      // Of the arrays of one request.
  std::int64_t max_decompressed_message_bytes = 0;                      // Of the records of one batch.
  // The largest frame before a connection has said who it is: the least of this and sasl.server.max.receive.size.
  std::int32_t muir_unauthenticated_request_max_bytes = 0;

  // --- every key as text
  // The effective value of any broker key of the table as Kafka prints it; null when it is null or the key is unknown.
  // Passwords come in the clear: never log what this returns.
  std::optional<std::string> value(std::string_view key) const;
  const ConfigMap& given() const { return given_; }                        // The file and its overrides.
  const ConfigMap& cluster_defaults() const { return cluster_defaults_; }  // Dynamic, for every broker.
  const ConfigMap& this_broker() const { return this_broker_; }            // Dynamic, for this one.

  // What start-up should log: unknown keys, keys without meaning here, dubious combinations.  One line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The three layers merged, keys that nobody set absent.  DescribeConfigs' view; others want `value`.
  const ConfigMap& effective() const { return effective_; }

 private:
  enum class Clamping { off, on };
  ConfigResult<BrokerConfig> layered(ConfigMap cluster, ConfigMap broker, Clamping clamping) const;

  ConfigMap given_;
  ConfigMap cluster_defaults_;
  ConfigMap this_broker_;
  ConfigMap effective_;  // The three merged by precedence; synonyms of an overriding key are gone.
  std::vector<std::string> warnings_;
};

}  // namespace muir::server

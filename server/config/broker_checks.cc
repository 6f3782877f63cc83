#include "server/config/broker_checks.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/group_bounds.h"

namespace muir::server {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

ConfigResult<> require(bool holds, std::string_view rule) {
  if (holds) return {};
  return invalid_config(fmt::format("requirement failed: {}", rule));
}

// The first that fails.
ConfigResult<> first_failure(std::initializer_list<ConfigResult<>> results) {
  for (const auto& result : results)
    if (!result) return result;
  return {};
}

ConfigResult<> check_logs(const KeyValues& values, const BrokerConfig& config) {
  const std::int64_t retention = effective_retention_ms(values);
  const std::int64_t cleaner_threads = config.log_cleaner_threads;
  return first_failure({
      require(effective_roll_ms(values) >= 1, "log.roll.ms must be greater than or equal to 1"),
      require(effective_roll_jitter_ms(values) >= 0, "log.roll.jitter.ms must be greater than or equal to 0"),
      require(retention >= 1 || retention == -1,
              "log.retention.ms must be unlimited (-1) or, greater than or equal to 1"),
      require(!config.log_dirs.empty(), "At least one log directory must be defined via log.dirs or log.dir."),
      require(cleaner_threads > 0 && config.log_cleaner_dedupe_buffer_size / cleaner_threads > 1024 * 1024,
              "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."),
      require(config.replica_fetch_wait_max_ms <= config.replica_socket_timeout_ms,
              "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary "
              "socket timeouts"),
      require(config.replica_fetch_wait_max_ms <= config.replica_lag_time_max_ms,
              "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent "
              "frequent changes in ISR"),
  });
}

bool is_voter(const BrokerConfig& config) {
  return std::ranges::find(config.controller_quorum_voters, config.node_id.value, &QuorumAddress::id) !=
         config.controller_quorum_voters.end();
}

std::string voter_ids(const BrokerConfig& config) {
  std::set<std::int32_t> ids;
  for (const QuorumAddress& voter : config.controller_quorum_voters) ids.insert(voter.id);
  return fmt::format("Set({})", fmt::join(ids, ", "));
}

ConfigResult<> check_quorum_is_known(const BrokerConfig& config) {
  if (!config.controller_quorum_voters.empty() || !config.controller_quorum_bootstrap_servers.empty()) return {};
  return invalid_config(
      "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap "
      "controllers or controller.quorum.voters must contain a parseable set of controllers.");
}

ConfigResult<> check_controller_is_protocol_mapped(const BrokerConfig& config) {
  for (const std::string& name : config.controller_listener_names)
    if (!config.listener_security_protocols.contains(to_upper(name)))
      return invalid_config(fmt::format(
          "Controller listener with name {} defined in controller.listener.names not found in "
          "listener.security.protocol.map  (an explicit security mapping for each controller listener is required if "
          "listener.security.protocol.map is non-empty, or if there are security protocols other than PLAINTEXT in "
          "use)",
          to_upper(name)));
  return {};
}

ConfigResult<> check_broker_only(const BrokerConfig& config) {
  return first_failure({
      check_quorum_is_known(config),
      require(
          !is_voter(config),
          fmt::format("If process.roles contains just the 'broker' role, the node id {} must not be included in the "
                      "set of voters controller.quorum.voters={}",
                      config.node_id.value, voter_ids(config))),
      require(!config.controller_listener_names.empty(),
              "controller.listener.names must contain at least one value when running KRaft with just the broker role"),
      require(config.controller_listeners.empty(),
              "controller.listener.names must not contain a value appearing in the 'listeners' configuration when "
              "running KRaft with just the broker role"),
      check_controller_is_protocol_mapped(config),
      require(
          !config.controller_quorum_auto_join_enable,
          "controller.quorum.auto.join.enable is only supported when process.roles contains the 'controller' role."),
  });
}

ConfigResult<> check_controller(const BrokerConfig& config) {
  const auto listens = [&](const std::string& name) {
    return std::ranges::find(config.listeners, name, &Endpoint::listener_name) != config.listeners.end();
  };
  return first_failure({
      require(config.controller_quorum_voters.empty() || is_voter(config),
              fmt::format("If process.roles contains the 'controller' role, the node id {} must be included in the set "
                          "of voters controller.quorum.voters={}",
                          config.node_id.value, voter_ids(config))),
      require(!config.advertised_controller_listeners.empty(),
              "controller.listener.names must contain at least one value appearing in the 'listeners' configuration "
              "when running the KRaft controller role"),
      require(std::ranges::all_of(config.controller_listener_names, listens),
              "controller.listener.names must only contain values appearing in the 'listeners' configuration when "
              "running the KRaft controller role"),
  });
}

ConfigResult<> check_controller_only(const KeyValues& values, const BrokerConfig& config) {
  const auto& names = config.controller_listener_names;
  const bool names_inter_broker = !values.is_null("inter.broker.listener.name") &&
                                  std::ranges::find(names, config.inter_broker_listener_name) != names.end();
  return first_failure({
      check_quorum_is_known(config),
      require(config.advertised_controller_listeners.size() == config.listeners.size(),
              "The listeners config must only contain KRaft controller listeners from controller.listener.names when "
              "process.roles=controller"),
      require(!names_inter_broker,
              "controller.listener.names must not contain an explicitly set inter.broker.listener.name configuration "
              "value when process.roles=controller'"),
      check_controller(config),
  });
}

ConfigResult<> check_roles(const KeyValues& values, const BrokerConfig& config) {
  if (!config.is_controller) return check_broker_only(config);
  if (!config.is_broker) return check_controller_only(values, config);
  return first_failure({check_quorum_is_known(config), check_controller(config)});
}

std::string names_of(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> names;
  for (const Endpoint& endpoint : endpoints) names.push_back(endpoint.listener_name);
  return join(names, ",");
}

ConfigResult<> check_cordoned_dirs(const BrokerConfig& config) {
  const auto& cordoned = config.cordoned_log_dirs;
  if (std::ranges::find(cordoned, "*") != cordoned.end())
    return require(cordoned.size() == 1, "When cordoned.log.dirs is set to *, it must not contain other values");
  std::vector<std::string> unknown;
  for (const std::string& dir : cordoned)
    if (std::ranges::find(config.log_dirs, dir) == config.log_dirs.end()) unknown.push_back(dir);
  return require(unknown.empty(),
                 "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : " +
                     join(unknown, ", "));
}

ConfigResult<> check_broker_listeners(const BrokerConfig& config) {
  if (!config.is_broker) return {};
  const auto& advertised = config.advertised_broker_listeners;
  const auto advertises = [&](std::string_view name) {
    return std::ranges::find(advertised, name, &Endpoint::listener_name) != advertised.end();
  };
  const auto listens = [&](const Endpoint& endpoint) {
    return std::ranges::find(config.listeners, endpoint.listener_name, &Endpoint::listener_name) !=
           config.listeners.end();
  };
  return first_failure({
      require(!advertised.empty(),
              "There must be at least one broker advertised listener. Perhaps all listeners appear "
              "in controller.listener.names?"),
      require(advertises(config.inter_broker_listener_name),
              "inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options "
              "based on currently configured listeners are " +
                  names_of(advertised)),
      require(std::ranges::all_of(advertised, listens),
              fmt::format("advertised.listeners listener names must be equal to or a subset of the ones defined in "
                          "listeners. Found {}. The valid options based on the current configuration are {}",
                          names_of(advertised), names_of(config.listeners))),
      check_cordoned_dirs(config),
  });
}

ConfigResult<> check_advertised_hosts(const BrokerConfig& config) {
  for (const auto* endpoints : {&config.advertised_broker_listeners, &config.advertised_controller_listeners})
    for (const Endpoint& endpoint : *endpoints)
      if (endpoint.host == "0.0.0.0")
        return require(false,
                       "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP "
                       "address.");
  return {};
}

ConfigResult<> check_connections(const KeyValues& values, const BrokerConfig& config) {
  const std::int32_t delay = values.int32("connection.failed.authentication.delay.ms");
  const std::int64_t idle = config.connections_max_idle_ms.count();
  return first_failure({
      require(
          config.queued_max_request_bytes <= 0 || config.queued_max_request_bytes >= config.socket_request_max_bytes,
          "queued.max.request.bytes must be larger or equal to socket.request.max.bytes"),
      require(config.max_connections_per_ip != 0 || !config.max_connections_per_ip_overrides.empty(),
              "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set."),
      require(idle < 0 || delay < idle,
              fmt::format("connection.failed.authentication.delay.ms={} should always be less than "
                          "connections.max.idle.ms={} to prevent failed authentication responses from timing out",
                          delay, idle)),
  });
}

void warn_about_heartbeats(const BrokerConfig& config, std::vector<std::string>& warnings) {
  if (config.broker_heartbeat_interval_ms * 2 <= config.broker_session_timeout_ms) return;
  warnings.push_back(
      fmt::format("broker.heartbeat.interval.ms={} is more than half of broker.session.timeout.ms={}: one late "
                  "heartbeat fences the "
                  "broker",
                  config.broker_heartbeat_interval_ms.count(), config.broker_session_timeout_ms.count()));
}

}  // namespace

std::int64_t effective_retention_ms(const KeyValues& values) {
  std::int64_t ms = values.int32("log.retention.hours") * kHour;
  if (!values.is_null("log.retention.minutes")) ms = values.int32("log.retention.minutes") * kMinute;
  if (!values.is_null("log.retention.ms")) ms = values.int64("log.retention.ms");
  return ms < 0 ? -1 : ms;
}

std::int64_t effective_roll_ms(const KeyValues& values) {
  return values.is_null("log.roll.ms") ? values.int32("log.roll.hours") * kHour : values.int64("log.roll.ms");
}

std::int64_t effective_roll_jitter_ms(const KeyValues& values) {
  return values.is_null("log.roll.jitter.ms") ? values.int32("log.roll.jitter.hours") * kHour
                                              : values.int64("log.roll.jitter.ms");
}

ConfigResult<> check_combinations(const KeyValues& values, const BrokerConfig& config,
                                  std::vector<std::string>& warnings) {
  const auto bounds = check_group_bounds(values);
  if (!bounds) return bounds.error();
  if (values.int32("broker.id") != config.node_id.value)
    return invalid_config("You must set `node.id` to the same value as `broker.id`.");
  const auto& protocols = config.group_coordinator_rebalance_protocols;
  if (std::ranges::find(protocols, "classic") == protocols.end())
    return invalid_config("Disabling the 'classic' protocol is not supported.");
  warn_about_heartbeats(config, warnings);
  return first_failure({
      check_logs(values, config),
      check_roles(values, config),
      check_broker_listeners(config),
      check_advertised_hosts(config),
      check_connections(values, config),
  });
}

}  // namespace muir::server

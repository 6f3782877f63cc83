#include "server/config/reconfiguration.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "server/config/listener_values.h"

namespace muir::server {
namespace {

// Kafka hands the cause over in the place of a value, and clients have been shown the result ever since.
ConfigError refuse(std::string_view why) {
  return invalid_request(
      fmt::format("Invalid value org.apache.kafka.common.config.ConfigException: {} for configuration Invalid dynamic "
                  "configuration",
                  why));
}

ConfigResult<> check_threads(std::string_view key, std::int32_t current, std::int32_t next) {
  if (next == current) return {};
  const auto what = fmt::format("Dynamic thread count update validation failed for {}={}", key, next);
  if (next <= 0) return refuse(what + ", value should be at least 1");
  if (next < current / 2)
    return refuse(fmt::format("{}, value should be at least half the current value {}", what, current));
  if (next > current * 2)
    return refuse(fmt::format("{}, value should not be greater than double the current value {}", what, current));
  return {};
}

ConfigResult<> check_cleaner(const BrokerConfig& current, const BrokerConfig& next) {
  const auto threads = next.log_cleaner_threads;
  if (threads == current.log_cleaner_threads) return {};
  if (threads < 1) return refuse("Log cleaner threads should be at least 1");
  if (threads < current.log_cleaner_threads / 2) {
    return refuse(fmt::format("Log cleaner threads cannot be reduced to less than half the current value {}",
                              current.log_cleaner_threads));
  }
  if (threads > current.log_cleaner_threads * 2) {
    return refuse(fmt::format("Log cleaner threads cannot be increased to more than double the current value {}",
                              current.log_cleaner_threads));
  }
  return {};
}

std::int64_t number(const BrokerConfig& config, std::string_view key) {
  const std::string text = config.value(key).value_or("");
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// log.retention.ms, or what minutes or hours stand in for it; -1: for ever.
std::int64_t retention_ms(const BrokerConfig& config) {
  constexpr std::int64_t kMinute = 60'000;
  std::int64_t ms = number(config, "log.retention.hours") * 60 * kMinute;
  if (config.value("log.retention.minutes")) ms = number(config, "log.retention.minutes") * kMinute;
  if (config.value("log.retention.ms")) ms = number(config, "log.retention.ms");
  return ms < 0 ? -1 : ms;
}

// What stays on this broker's disks must not be more than what there is (KIP-405).  -2: as much.
ConfigResult<> check_local_retention(const BrokerConfig& next, std::string_view local_key, std::string_view key,
                                     std::int64_t all) {
  constexpr std::int64_t kAsMuch = -2;
  const auto local = number(next, local_key);
  if (all == -1 || local == kAsMuch) return {};
  if (local == -1) {
    return refuse(
        invalid_value(local_key, "-1", fmt::format("Value must not be -1 as {} value is set as {}.", key, all))
            .message);
  }
  if (local <= all) return {};
  return refuse(invalid_value(local_key, std::to_string(local),
                              fmt::format("Value must not be more than {} property value: {}", key, all))
                    .message);
}

ConfigResult<> check_connection_limits(const BrokerConfig& next) {
  if (next.max_connections <= 0) return refuse(fmt::format("Invalid max.connections {}", next.max_connections));
  if (next.max_connection_creation_rate <= 0)
    return refuse(fmt::format("Invalid max.connection.creation.rate {}", next.max_connection_creation_rate));
  return {};
}

bool limits_differ(const BrokerConfig& a, const BrokerConfig& b) {
  return a.max_connections != b.max_connections || a.max_connection_creation_rate != b.max_connection_creation_rate;
}

bool listeners_differ(const BrokerConfig& a, const BrokerConfig& b) {
  return a.listeners != b.listeners || a.listener_security_protocols != b.listener_security_protocols;
}

// Of a listener that is there only the stores can change.  Kafka stores the others too, without effect.
ConfigResult<> check_listener_settings(const BrokerConfig& current, const BrokerConfig& next) {
  constexpr std::string_view kFixed[] = {"ssl.client.auth", "ssl.cipher.suites", "ssl.enabled.protocols",
                                         "ssl.protocol", "ssl.principal.mapping.rules"};
  for (const Endpoint& listener : current.listeners) {
    const std::string& name = listener.listener_name;
    if (!speaks_tls(listener.security_protocol)) continue;
    for (const std::string_view key : kFixed) {
      if (listener_value(current, name, key) == listener_value(next, name, key)) continue;
      return refuse(
          fmt::format("Configs cannot be updated dynamically for existing listener ListenerName({}), restart "
                      "broker or create a new listener for update: {}",
                      name, key));
    }
  }
  return {};
}

bool log_limits_differ(const BrokerConfig& a, const BrokerConfig& b) {
  for (const std::string_view key : {"log.local.retention.ms", "log.local.retention.bytes", "log.retention.bytes"})
    if (a.value(key) != b.value(key)) return true;
  return retention_ms(a) != retention_ms(b);
}

}  // namespace

ConfigError refuse_stores(std::string_view exception, const ConfigError& why) {
  return refuse(
      fmt::format("Validation of dynamic config update of SSLFactory failed: {}: {}", exception, why.message));
}

ConfigResult<> check_reconfiguration(const BrokerConfig& current, const BrokerConfig& next) {
  if (listeners_differ(current, next)) {
    return invalid_request(
        "Listeners of a running broker cannot be changed by this version: change server.properties and restart");
  }
  if (auto settings = check_listener_settings(current, next); !settings) return settings;
  if (limits_differ(current, next)) {
    if (auto limits = check_connection_limits(next); !limits) return limits;
  }
  const struct {
    std::string_view key;
    std::int32_t BrokerConfig::* threads;
  } pools[] = {{"num.network.threads", &BrokerConfig::num_network_threads},
               {"num.io.threads", &BrokerConfig::num_io_threads},
               {"num.replica.fetchers", &BrokerConfig::num_replica_fetchers},
               {"num.recovery.threads.per.data.dir", &BrokerConfig::num_recovery_threads_per_data_dir},
               {"background.threads", &BrokerConfig::background_threads}};
  for (const auto& pool : pools) {
    if (auto threads = check_threads(pool.key, current.*pool.threads, next.*pool.threads); !threads) return threads;
  }
  if (log_limits_differ(current, next)) {
    auto time = check_local_retention(next, "log.local.retention.ms", "log.retention.ms", retention_ms(next));
    if (!time) return time;
    auto bytes = check_local_retention(next, "log.local.retention.bytes", "log.retention.bytes",
                                       number(next, "log.retention.bytes"));
    if (!bytes) return bytes;
  }
  return check_cleaner(current, next);
}

}  // namespace muir::server

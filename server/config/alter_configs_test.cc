// testdata/alter-configs.tsv is what Apache Kafka 4.3.1, started on testdata/server.properties, answered to
// IncrementalAlterConfigs with validate_only: one setting, or several joined by `|`, on one resource; then the error
// and its message.
#include <set>

#include <gtest/gtest.h>

#include "server/config/dynamic_config.h"
#include "server/config/group_config.h"
#include "server/config/properties.h"
#include "server/config/recorded_table.h"
#include "server/config/topic_config.h"

namespace muir::server {
namespace {

// Answered elsewhere: names of resources by the handler, min.insync.replicas under ELR by the controller.
bool is_decided_elsewhere(const std::string& resource, const std::string& name, const std::string& set) {
  return (resource != "broker" && resource != "client_metrics" && (name.empty() || name == "bad/name")) ||
         (resource == "broker" && name == "1" && set.starts_with("min.insync.replicas"));
}

// Where we answer otherwise, and why.
bool is_deviation(const std::string& set) {
  static const std::set<std::string> kDeviations = {
      "metric.reporters=x.y",       // Kafka fails to load the class; here reporters have no meaning.
      "principal.builder.class=x",  // Kafka fails to load the class; here no builder can be honoured.
      "config.providers=file",      // Kafka stores it; it protects, and is refused here.
      "listener.name.plaintext.ssl.keystore.location=/x",
  };
  return kDeviations.contains(set);
}

ConfigMap parse_settings(const std::string& set) {
  ConfigMap settings;
  for (std::size_t at = 0; at < set.size();) {
    const auto end = std::min(set.find('|', at), set.size());
    const std::string pair = set.substr(at, end - at);
    settings[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
    at = end + 1;
  }
  return settings;
}

ConfigResult<> alter(const std::string& resource, const std::string& name, const ConfigMap& settings,
                     const BrokerConfig& config) {
  if (resource == "topic") return validate_topic_configs({}, settings, config);
  if (resource == "group") return validate_group_configs(settings, config);
  if (resource == "broker") return validate_broker_configs(config, settings, !name.empty());
  return validate_client_metrics_configs(name, settings);
}

std::string error_name(const ConfigResult<>& result) {
  if (result) return "NONE";
  return result.error().kind == ConfigError::Kind::invalid_request ? "InvalidRequestException"
                                                                   : "InvalidConfigurationException";
}

TEST(AlterConfigs, EveryRecordedChangeIsJudgedAsApacheKafkaJudgedIt) {
  const auto given = parse_properties(read_recorded_file("server.properties"));
  ASSERT_TRUE(given);
  const auto file = BrokerConfig::load(*given);
  ASSERT_TRUE(file) << file.error().message;
  // The broker that was asked had been given a second thread.
  const auto config = file->would_be({{"log.cleaner.threads", "2"}}, {});
  ASSERT_TRUE(config) << config.error().message;

  int compared = 0;
  for (const auto& row : read_recorded_table("alter-configs.tsv")) {
    const auto &resource = row.at(0), &name = row.at(1), &set = row.at(2);
    if (is_decided_elsewhere(resource, name, set) || is_deviation(set)) continue;
    const auto result = alter(resource, name, parse_settings(set), *config);
    EXPECT_EQ(error_name(result), row.at(3)) << resource << " " << name << " " << set;
    EXPECT_EQ(result ? "" : result.error().message, row.at(4)) << resource << " " << name << " " << set;
    ++compared;
  }
  EXPECT_GT(compared, 110);
}

}  // namespace
}  // namespace muir::server

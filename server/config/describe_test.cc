#include "server/config/describe.h"

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/config/properties.h"
#include "server/config/recorded_table.h"

namespace muir::server {
namespace {

// testdata/describe-*.tsv are the answers of Apache Kafka 4.3.1, started on testdata/server.properties and given the
// dynamic settings below.
const ConfigMap kClusterDefaults = {
    {"message.max.bytes", "2000000"},
    {"log.retention.ms", "7000"},
    {"log.cleaner.threads", "2"},
    {"min.insync.replicas", "1"},  // Not asked for: eligible leader replicas pin it when the cluster is formatted.
};
const ConfigMap kThisBroker = {{"log.segment.bytes", "2097152"}, {"listener.name.plaintext.max.connections", "77"}};
const ConfigMap kTopic = {
    {"retention.bytes", "1234"}, {"cleanup.policy", "compact"}, {"internal.segment.bytes", "1048576"}};
const ConfigMap kGroup = {{"consumer.session.timeout.ms", "50000"}, {"share.isolation.level", "read_committed"}};
const ConfigMap kSubscription = {{"interval.ms", "1000"}, {"match", "client_id=a.*"}};

std::string source_name(ConfigSource source) {
  static const std::map<ConfigSource, std::string> kNames = {
      {ConfigSource::DYNAMIC_TOPIC_CONFIG, "DYNAMIC_TOPIC_CONFIG"},
      {ConfigSource::DYNAMIC_BROKER_CONFIG, "DYNAMIC_BROKER_CONFIG"},
      {ConfigSource::DYNAMIC_DEFAULT_BROKER_CONFIG, "DYNAMIC_DEFAULT_BROKER_CONFIG"},
      {ConfigSource::STATIC_BROKER_CONFIG, "STATIC_BROKER_CONFIG"},
      {ConfigSource::DEFAULT_CONFIG, "DEFAULT_CONFIG"},
      {ConfigSource::DYNAMIC_CLIENT_METRICS_CONFIG, "DYNAMIC_CLIENT_METRICS_CONFIG"},
      {ConfigSource::DYNAMIC_GROUP_CONFIG, "DYNAMIC_GROUP_CONFIG"},
  };
  return kNames.at(source);
}

std::string type_name(const std::optional<ConfigType>& type) {
  static const char* const kNames[] = {"UNKNOWN", "BOOLEAN", "STRING", "INT",   "SHORT",
                                       "LONG",    "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  return kNames[type ? static_cast<int>(*type) : 0];
}

// One entry as a recorded row has it.
std::string as_row(const ConfigEntry& entry) {
  std::string synonyms;
  for (const ConfigSynonym& s : entry.synonyms)
    synonyms += fmt::format("{}{}={}@{}", synonyms.empty() ? "" : "|", s.name, s.value.value_or("(null)"),
                            source_name(s.source));
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", entry.name, entry.value.value_or("(null)"),
                     source_name(entry.source), entry.read_only, entry.sensitive, type_name(entry.type), synonyms);
}

void expect_as_recorded(const std::vector<ConfigEntry>& entries, const std::string& recording, std::size_t rows) {
  std::map<std::string, std::string> ours, theirs;
  for (const ConfigEntry& entry : entries) ours[entry.name] = as_row(entry);
  for (const auto& row : read_recorded_table(recording)) theirs[row[0]] = fmt::format("{}", fmt::join(row, "\t"));
  EXPECT_EQ(theirs.size(), rows);
  EXPECT_EQ(ours.size(), entries.size()) << "a name twice";
  for (const auto& [name, row] : theirs) EXPECT_EQ(ours[name], row);
  for (const auto& [name, row] : ours) EXPECT_TRUE(theirs.contains(name)) << row;
}

class Describe : public testing::Test {
 protected:
  void SetUp() override {
    const auto given = parse_properties(read_recorded_file("server.properties"));
    ASSERT_TRUE(given);
    const auto loaded = BrokerConfig::load(*given);
    ASSERT_TRUE(loaded) << loaded.error().message;
    auto changed = loaded->with_dynamic(kClusterDefaults, kThisBroker);
    ASSERT_TRUE(changed) << changed.error().message;
    config_ = std::move(*changed);
  }

  BrokerConfig config_;
};

TEST_F(Describe, BrokerAnswersAsApacheKafka) {
  expect_as_recorded(describe_broker(config_), "describe-broker.tsv",
                     343);  // 340, and three that are only there as set.
}

TEST_F(Describe, ClusterDefaultsAnswerAsApacheKafka) {
  expect_as_recorded(describe_cluster_defaults(config_), "describe-cluster.tsv", 4);
}

TEST_F(Describe, TopicAnswersAsApacheKafka) {
  expect_as_recorded(describe_topic(kTopic, config_), "describe-topic.tsv", 34);
}

TEST_F(Describe, GroupAnswersAsApacheKafka) {
  expect_as_recorded(describe_group(kGroup, config_), "describe-group.tsv", 17);
}

TEST_F(Describe, ClientMetricsAnswerAsApacheKafka) {
  expect_as_recorded(describe_client_metrics(kSubscription), "describe-client-metrics.tsv", 3);
}

TEST_F(Describe, UntouchedResourcesHaveAStockBrokersCounts) {
  const auto stock = BrokerConfig::load(BrokerConfig::embedded_default());
  ASSERT_TRUE(stock);
  EXPECT_EQ(describe_broker(*stock).size(), 340u);
  EXPECT_EQ(describe_cluster_defaults(*stock).size(), 0u);
  EXPECT_EQ(describe_topic({}, *stock).size(), 33u);
  EXPECT_EQ(describe_group({}, *stock).size(), 17u);
  EXPECT_EQ(describe_client_metrics({}).size(), 3u);
}

TEST_F(Describe, SecretsAreNeverShown) {
  const auto changed = config_.with_dynamic({}, {{"listener.name.plaintext.ssl.keystore.password", "swordfish"}});
  ASSERT_TRUE(changed);
  for (const ConfigEntry& entry : describe_broker(*changed))
    EXPECT_EQ(as_row(entry).find("swordfish"), std::string::npos) << entry.name;
}

}  // namespace
}  // namespace muir::server

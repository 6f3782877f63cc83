#include "server/config/broker_config.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

ConfigMap with(ConfigMap config, const ConfigMap& changes) {
  for (const auto& [key, value] : changes) config[key] = value;
  return config;
}

ConfigMap embedded_with(const ConfigMap& changes) { return with(BrokerConfig::embedded_default(), changes); }

std::string failure_of(const ConfigMap& given) {
  const auto config = BrokerConfig::load(given);
  return config ? "" : config.error().message;
}

TEST(BrokerConfig, EmbeddedDefaultIsOneNodeOnTheLoopback) {
  const auto config = BrokerConfig::load(BrokerConfig::embedded_default());

  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->is_broker && config->is_controller);
  EXPECT_EQ(config->node_id, NodeId{1});
  EXPECT_EQ(config->log_dirs, std::vector<std::string>{"./data"});
  EXPECT_EQ(config->broker_listeners,
            (std::vector<Endpoint>{{"PLAINTEXT", SecurityProtocol::PLAINTEXT, "127.0.0.1", 9092}}));
  EXPECT_EQ(config->controller_listeners,
            (std::vector<Endpoint>{{"CONTROLLER", SecurityProtocol::PLAINTEXT, "127.0.0.1", 9093}}));
  EXPECT_EQ(config->advertised_broker_listeners, config->broker_listeners);
  EXPECT_EQ(config->advertised_controller_listeners, config->controller_listeners);
  EXPECT_EQ(config->inter_broker_listener_name, "PLAINTEXT");
  EXPECT_EQ(config->offsets_topic_replication_factor, 1);
  EXPECT_EQ(config->metadata_log_dir, "./data");
  EXPECT_TRUE(config->warnings().empty());
}

TEST(BrokerConfig, FieldsHaveKafkasDefaults) {
  const auto config = BrokerConfig::load(BrokerConfig::embedded_default());

  ASSERT_TRUE(config);
  EXPECT_EQ(config->socket_request_max_bytes, 104'857'600);
  EXPECT_EQ(config->queued_max_request_bytes, -1);
  EXPECT_EQ(config->connections_max_idle_ms, std::chrono::minutes(10));
  EXPECT_EQ(config->message_max_bytes, 1'048'588);
  EXPECT_EQ(config->max_incremental_fetch_session_cache_slots, 1000);
  EXPECT_EQ(config->replica_lag_time_max_ms, std::chrono::seconds(30));
  EXPECT_EQ(config->metadata_max_idle_interval_ms, Milliseconds(500));
  EXPECT_FALSE(config->muir_shards);
}

TEST(BrokerConfig, BadValueNamesKeyValueAndWhatIsAllowed) {
  EXPECT_EQ(failure_of(embedded_with({{"num.partitions", "0"}})),
            "Invalid value 0 for configuration num.partitions: Value must be at least 1");
  EXPECT_EQ(failure_of(embedded_with({{"log.segment.bytes", "1GB"}})),
            "Invalid value 1GB for configuration log.segment.bytes: Not a number of type INT");
  EXPECT_EQ(failure_of(embedded_with({{"process.roles", "broker,zookeeper"}})),
            "Invalid value zookeeper for configuration process.roles: String must be one of: broker, controller");
}

TEST(BrokerConfig, MissingRequiredKeyIsNamed) {
  auto given = BrokerConfig::embedded_default();
  given.erase("node.id");
  EXPECT_EQ(failure_of(given), "Missing required configuration \"node.id\" which has no default value.");
}

TEST(BrokerConfig, BrokerIdStandsInForNodeId) {
  auto given = BrokerConfig::embedded_default();
  given.erase("node.id");
  given["broker.id"] = "7";
  const auto config = BrokerConfig::load(given);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->node_id, NodeId{7});

  EXPECT_EQ(failure_of(embedded_with({{"broker.id", "2"}})),
            "You must set `node.id` to the same value as `broker.id`.");
}

TEST(BrokerConfig, UnknownKeyIsAWarning) {
  const auto config = BrokerConfig::load(embedded_with({{"zookeeper.connect", "localhost:2181"}}));
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->warnings().size(), 1u);
  EXPECT_NE(config->warnings()[0].find("zookeeper.connect"), std::string::npos);
}

TEST(BrokerConfig, UnknownKeyOfOursIsAnError) {
  EXPECT_NE(failure_of(embedded_with({{"muir.shard", "2"}})).find("muir.shard"), std::string::npos);
  EXPECT_EQ(failure_of(embedded_with({{"muir.shards", "0"}})),
            "Invalid value 0 for configuration muir.shards: Value must be at least 1");
  const auto config = BrokerConfig::load(embedded_with({{"muir.shards", "3"}}));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->muir_shards, 3);
}

TEST(BrokerConfig, KeyWithoutMeaningHereIsAWarning) {
  const auto config = BrokerConfig::load(embedded_with({{"num.io.threads", "16"}}));
  ASSERT_TRUE(config);
  ASSERT_EQ(config->warnings().size(), 1u);
  EXPECT_NE(config->warnings()[0].find("muir.shards"), std::string::npos);
}

TEST(BrokerConfig, LogDirsWinOverLogDir) {
  const auto config = BrokerConfig::load(embedded_with({{"log.dir", "/a"}, {"log.dirs", "/b, /c"}}));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->log_dirs, (std::vector<std::string>{"/b", "/c"}));
  EXPECT_EQ(config->metadata_log_dir, "/b");
}

TEST(BrokerConfig, ValueGivesAnyKeyAsText) {
  const auto config = BrokerConfig::load(embedded_with({{"log.cleaner.min.cleanable.ratio", " .25 "}}));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->value("log.cleaner.min.cleanable.ratio"), "0.25");
  EXPECT_EQ(config->value("log.cleaner.io.max.bytes.per.second"), "1.7976931348623157E308");
  EXPECT_EQ(config->value("log.roll.ms"), std::nullopt);
  EXPECT_EQ(config->value("no.such.key"), std::nullopt);
}

struct Refused {
  ConfigMap changes;
  std::string message;
};

TEST(BrokerConfig, KeysThatContradictEachOtherAreRefusedInKafkasWords) {
  const Refused cases[] = {
      {{{"log.roll.ms", "0"}}, "requirement failed: log.roll.ms must be greater than or equal to 1"},
      {{{"log.roll.jitter.ms", "-1"}}, "requirement failed: log.roll.jitter.ms must be greater than or equal to 0"},
      {{{"log.retention.minutes", "0"}},
       "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1"},
      {{{"queued.max.request.bytes", "100"}},
       "requirement failed: queued.max.request.bytes must be larger or equal to socket.request.max.bytes"},
      {{{"max.connections.per.ip", "0"}},
       "requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides "
       "property "
       "is set."},
      {{{"inter.broker.listener.name", "INTERNAL"}},
       "Listener with name INTERNAL defined in inter.broker.listener.name not found in "
       "listener.security.protocol.map."},
      {{{"inter.broker.listener.name", "PLAINTEXT"}, {"security.inter.broker.protocol", "PLAINTEXT"}},
       "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set."},
      {{{"advertised.listeners", "PLAINTEXT://0.0.0.0:9092"}},
       "requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP "
       "address."},
      {{{"controller.quorum.voters", "2@127.0.0.1:9093"}},
       "requirement failed: If process.roles contains the 'controller' role, the node id 1 must be included in the set "
       "of voters controller.quorum.voters=Set(2)"},
      {{{"controller.quorum.bootstrap.servers", ""}},
       "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap "
       "controllers or controller.quorum.voters must contain a parseable set of controllers."},
      {{{"controller.listener.names", "ELSEWHERE"},
        {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"}},
       "requirement failed: controller.listener.names must contain at least one value appearing in the 'listeners' "
       "configuration when running the KRaft controller role"},
      {{{"group.coordinator.rebalance.protocols", "consumer"}}, "Disabling the 'classic' protocol is not supported."},
      {{{"group.consumer.session.timeout.ms", "70000"}},
       "group.consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms"},
      {{{"connections.max.idle.ms", "100"}},
       "requirement failed: connection.failed.authentication.delay.ms=100 should always be less than "
       "connections.max.idle.ms=100 to prevent failed authentication responses from timing out"},
  };
  for (const Refused& refused : cases) EXPECT_EQ(failure_of(embedded_with(refused.changes)), refused.message);
}

TEST(BrokerConfig, BrokerOnlyMustNotListenAsController) {
  EXPECT_EQ(failure_of(embedded_with({{"process.roles", "broker"}})),
            "requirement failed: controller.listener.names must not contain a value appearing in the 'listeners' "
            "configuration when running KRaft with just the broker role");
  const auto config =
      BrokerConfig::load(embedded_with({{"process.roles", "broker"}, {"listeners", "PLAINTEXT://:9092"}}));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->is_broker && !config->is_controller);
  EXPECT_TRUE(config->controller_listeners.empty());
}

TEST(BrokerConfig, ControllerOnlyMustListenAsNothingElse) {
  EXPECT_EQ(failure_of(embedded_with({{"process.roles", "controller"}})),
            "requirement failed: The listeners config must only contain KRaft controller listeners from "
            "controller.listener.names when process.roles=controller");
  const auto config =
      BrokerConfig::load(embedded_with({{"process.roles", "controller"}, {"listeners", "CONTROLLER://:9093"}}));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->advertised_broker_listeners.empty());
}

TEST(BrokerConfig, ControllerThatListensEverywhereIsAdvertisedAsItsVoter) {
  const auto config = BrokerConfig::load(embedded_with({{"listeners", "PLAINTEXT://:9092,CONTROLLER://0.0.0.0:9093"},
                                                        {"controller.quorum.voters", "1@node-1.example:9193"}}));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->advertised_controller_listeners,
            (std::vector<Endpoint>{{"CONTROLLER", SecurityProtocol::PLAINTEXT, "node-1.example", 9193}}));
}

TEST(BrokerConfig, ListenerHasLimitsOfItsOwn) {
  const auto config = BrokerConfig::load(embedded_with({{"listener.name.plaintext.max.connections", "9"}}));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->max_connections_of_listener.at("PLAINTEXT"), 9);
  EXPECT_EQ(failure_of(embedded_with({{"listener.name.plaintext.max.connections", "x"}})),
            "Invalid value x for configuration max.connections: Not a number of type INT");
}

TEST(BrokerConfig, OverridesByHostKeepTheColonsOfAnAddress) {
  const auto config = BrokerConfig::load(embedded_with({{"max.connections.per.ip.overrides", "host-1:5, ::1:7"}}));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->max_connections_per_ip_overrides,
            (std::map<std::string, std::int32_t, std::less<>>{{"host-1", 5}, {"::1", 7}}));
  EXPECT_NE(failure_of(embedded_with({{"max.connections.per.ip.overrides", "host"}})), "");
  EXPECT_NE(failure_of(embedded_with({{"max.connections.per.ip.overrides", "ho st:1"}})), "");
}

TEST(BrokerConfig, DynamicKeyDisplacesItsSynonymsInTheFile) {
  const auto config =
      BrokerConfig::load(embedded_with({{"log.retention.hours", "24"}, {"num.recovery.threads.per.data.dir", "3"}}));
  ASSERT_TRUE(config);
  const auto changed = config->with_dynamic({{"log.retention.ms", "7000"}, {"num.recovery.threads.per.data.dir", "4"}},
                                            {{"num.recovery.threads.per.data.dir", "5"}});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->value("log.retention.ms"), "7000");
  EXPECT_EQ(changed->value("log.retention.hours"), "168");
  EXPECT_EQ(changed->num_recovery_threads_per_data_dir, 5);
}

TEST(BrokerConfig, StoredDynamicValueThatIsInvalidIsLeftOutWithAWarning) {
  const auto config = BrokerConfig::load(BrokerConfig::embedded_default());
  ASSERT_TRUE(config);
  const auto changed = config->with_dynamic(
      {{"message.max.bytes", "many"}, {"listeners", "PLAINTEXT://:1"}, {"num.partitions", "5"}}, {});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->message_max_bytes, 1'048'588);
  EXPECT_EQ(changed->num_partitions, 1);
  EXPECT_EQ(changed->warnings().size(), 3u);
}

}  // namespace
}  // namespace muir::server

// CreatePartitions, DeleteTopics and the settings of resources.  The sentences in this file were observed: they are
// what Apache Kafka 4.3.1 answered to the same requests.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/controller/alter_config_resource.h"
#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

template <class Result>
std::string text_of(const Result& result) {
  return std::string(name(result.error_code)) + ": " + std::string(result.error_message.value_or("null"));
}

class TopicChanges : public testing::Test {
 protected:
  TopicChanges() {
    world.start_broker(1);
    world.create("m1", {{1}, {1}});
  }

  std::string grow(std::string_view topic, std::int32_t count,
                   std::optional<std::vector<std::vector<std::int32_t>>> where = std::nullopt) {
    wire::CreatePartitionsRequest request;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.count = count;
    asked.assignments.reset();
    if (where) asked.assignments.emplace();
    for (const auto& brokers : where.value_or(std::vector<std::vector<std::int32_t>>()))
      asked.assignments->emplace_back().broker_ids = brokers;
    return text_of(world.run(world.controller.create_partitions(world.context(3), request)).results.at(0));
  }

  wire::DeleteTopicsResponse remove(const std::vector<wire::DeleteTopicsRequest::DeleteTopicState>& topics) {
    wire::DeleteTopicsRequest request;
    request.topics = topics;
    return world.run(world.controller.delete_topics(world.context(6), request));
  }
  static wire::DeleteTopicsRequest::DeleteTopicState named(std::string_view name) {
    wire::DeleteTopicsRequest::DeleteTopicState topic;
    topic.name = name;
    return topic;
  }
  static wire::DeleteTopicsRequest::DeleteTopicState identified(const Uuid& id) {
    wire::DeleteTopicsRequest::DeleteTopicState topic;
    topic.name.reset();
    topic.topic_id = id;
    return topic;
  }
  Uuid id_of(std::string_view topic) const { return world.controller.image().topics.find(StoredTopicView{topic})->id; }

  std::string alter(ConfigResourceType type, std::string_view resource, std::string_view key,
                    std::optional<std::string_view> value, ConfigOperation operation = ConfigOperation::SET) {
    wire::IncrementalAlterConfigsRequest request;
    auto& asked = request.resources.emplace_back();
    asked.resource_type = static_cast<std::int8_t>(type);
    asked.resource_name = resource;
    auto& config = asked.configs.emplace_back();
    config.name = key;
    config.value = value;
    config.config_operation = static_cast<std::int8_t>(operation);
    return text_of(world.run(world.controller.incremental_alter_configs(world.context(1), request)).responses.at(0));
  }
  const DynamicConfigs& configs_of(ConfigResourceType type, const std::string& name) const {
    return world.controller.image().configs.of({type, name});
  }

  ControllerFixture world;
};

TEST_F(TopicChanges, GrowOnly) {
  EXPECT_EQ(grow("m1", 2), "INVALID_PARTITIONS: Topic already has 2 partition(s).");
  EXPECT_EQ(grow("m1", 1),
            "INVALID_PARTITIONS: The topic m1 currently has 2 partition(s); 1 would not be an increase.");
  EXPECT_EQ(grow("nope", 2), "UNKNOWN_TOPIC_OR_PARTITION: null");
  EXPECT_EQ(grow("m1", 3), "NONE: null");
  EXPECT_EQ(world.partition("m1", 2).leader, NodeId{1});
}

TEST_F(TopicChanges, RefuseAssignmentsOfNewPartitionsInKafkasWords) {
  const std::string code = "INVALID_REPLICA_ASSIGNMENT: ";
  EXPECT_EQ(grow("m1", 4, {{{1}}}),
            code + "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.");
  EXPECT_EQ(grow("m1", 3, {{{9}}}),
            code + "The manual partition assignment includes broker 9, but no such broker is registered.");
  EXPECT_EQ(grow("m1", 3, {{std::vector<std::int32_t>()}}),
            code + "The manual partition assignment includes an empty replica list.");
  world.start_broker(2);
  EXPECT_EQ(grow("m1", 3, {{{1, 2}}}),
            code +
                "The manual partition assignment includes a partition with 2 replica(s), but this is not consistent "
                "with previous partitions, which have 1 replica(s).");
  EXPECT_EQ(grow("m1", 3, {{{2}}}), "NONE: null");
}

TEST_F(TopicChanges, RefuseMorePartitionsThanOneBatchMayHave) {
  EXPECT_EQ(grow("m1", 2'000'000'000), "POLICY_VIOLATION: Unable to perform excessively large batch operation.");
}

TEST_F(TopicChanges, DeleteByNameAndById) {
  world.create("m2", {{1}});
  const auto id = id_of("m2");

  const auto response = remove({named("m1"), identified(id)});

  ASSERT_EQ(response.responses.size(), 2u);
  for (const auto& one : response.responses) EXPECT_EQ(text_of(one), "NONE: null");
  EXPECT_EQ(world.controller.image().topics.size(), 0u);
}

TEST_F(TopicChanges, RefuseToDeleteWhatIsNotThere) {
  EXPECT_EQ(text_of(remove({named("nope")}).responses.at(0)),
            "UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.");
  EXPECT_EQ(text_of(remove({identified(Uuid::from_halves(1, 1))}).responses.at(0)),
            "UNKNOWN_TOPIC_ID: This server does not host this topic ID.");
}

TEST_F(TopicChanges, RefuseToDeleteWhatIsSaidTwiceOrNotAtAll) {
  auto both = named("m1");
  both.topic_id = id_of("m1");
  const auto code = std::string("INVALID_REQUEST: ");

  EXPECT_EQ(text_of(remove({both}).responses.at(0)), code + "You may not specify both topic name and topic id.");
  EXPECT_EQ(text_of(remove({identified(kZeroUuid)}).responses.at(0)),
            code + "Neither topic name nor id were specified.");
  EXPECT_EQ(text_of(remove({named("m1"), named("m1")}).responses.at(0)), code + "Duplicate topic name.");
  EXPECT_EQ(text_of(remove({identified(id_of("m1")), identified(id_of("m1"))}).responses.at(0)),
            code + "Duplicate topic id.");
  const auto mixed = remove({named("m1"), identified(id_of("m1"))});
  ASSERT_EQ(mixed.responses.size(), 1u);
  EXPECT_EQ(text_of(mixed.responses[0]), code + "The provided topic name maps to an ID that was already supplied.");
  EXPECT_EQ(world.controller.image().topics.size(), 1u);
}

TEST_F(TopicChanges, SetDeleteAppendAndSubtractSettings) {
  EXPECT_EQ(alter(ConfigResourceType::TOPIC, "m1", "retention.ms", "5"), "NONE: null");
  EXPECT_EQ(configs_of(ConfigResourceType::TOPIC, "m1").at("retention.ms"), "5");
  EXPECT_EQ(alter(ConfigResourceType::TOPIC, "m1", "retention.ms", "", ConfigOperation::DELETE), "NONE: null");
  EXPECT_TRUE(configs_of(ConfigResourceType::TOPIC, "m1").empty());
  EXPECT_EQ(alter(ConfigResourceType::TOPIC, "m1", "cleanup.policy", "compact", ConfigOperation::APPEND), "NONE: null");
  EXPECT_EQ(configs_of(ConfigResourceType::TOPIC, "m1").at("cleanup.policy"), "delete,compact");
  EXPECT_EQ(alter(ConfigResourceType::TOPIC, "m1", "cleanup.policy", "delete", ConfigOperation::SUBTRACT),
            "NONE: null");
  EXPECT_EQ(configs_of(ConfigResourceType::TOPIC, "m1").at("cleanup.policy"), "compact");
}

TEST_F(TopicChanges, RefuseSettingsInKafkasWords) {
  using enum ConfigOperation;
  constexpr auto kTopic = ConfigResourceType::TOPIC;
  EXPECT_EQ(alter(kTopic, "m1", "retention.ms", "5", APPEND),
            "INVALID_CONFIG: Can't APPEND to key retention.ms because its type is not LIST.");
  EXPECT_EQ(alter(kTopic, "m1", "retention.ms", "5", SUBTRACT),
            "INVALID_CONFIG: Can't SUBTRACT to key retention.ms because its type is not LIST.");
  EXPECT_EQ(alter(kTopic, "m1", "no.such", "5", APPEND),
            "INVALID_CONFIG: Can't APPEND to key no.such because its type is not LIST.");
  EXPECT_EQ(alter(kTopic, "m1", "no.such", "5"), "INVALID_CONFIG: Unknown topic config name: no.such");
  EXPECT_EQ(alter(kTopic, "nope", "retention.ms", "5"), "UNKNOWN_TOPIC_OR_PARTITION: The topic 'nope' does not exist.");
  EXPECT_EQ(
      alter(kTopic, "m1", "retention.ms", std::string(32'768, '1')),
      "INVALID_CONFIG: The configuration value cannot be added because it exceeds the maximum value size of 32767 "
      "bytes.");
}

TEST_F(TopicChanges, ProtectMinIsrWhileElrIsEnabled) {
  EXPECT_EQ(alter(ConfigResourceType::BROKER, "", "min.insync.replicas", "", ConfigOperation::DELETE),
            "INVALID_CONFIG: Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
  EXPECT_EQ(alter(ConfigResourceType::BROKER, "1", "min.insync.replicas", "1"),
            "INVALID_CONFIG: Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
  EXPECT_EQ(alter(ConfigResourceType::BROKER, "", "min.insync.replicas", "2"), "NONE: null");
  EXPECT_EQ(read_record_head(world.log.back())->type, MetadataRecordType::CLEAR_ELR_RECORD);
}

TEST_F(TopicChanges, WriteABrokersSettingAgainThoughItIsTheSame) {
  ASSERT_EQ(alter(ConfigResourceType::BROKER, "1", "log.cleaner.threads", "2"), "NONE: null");
  const auto before = world.end();

  EXPECT_EQ(alter(ConfigResourceType::BROKER, "1", "log.cleaner.threads", "2"), "NONE: null");

  EXPECT_EQ(world.end() - before, 1);
  EXPECT_EQ(alter(ConfigResourceType::BROKER, "9", "log.cleaner.threads", "2"),
            "BROKER_ID_NOT_REGISTERED: No node with id 9 found.");
  EXPECT_EQ(alter(ConfigResourceType::BROKER, "x", "log.cleaner.threads", "2"),
            "INVALID_REQUEST: Unable to parse broker name as a base 10 number.");
}

TEST_F(TopicChanges, DeleteWhatAlterConfigsDoesNotName) {
  ASSERT_EQ(alter(ConfigResourceType::TOPIC, "m1", "retention.ms", "5"), "NONE: null");
  wire::AlterConfigsRequest request;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = 2;
  asked.resource_name = "m1";
  auto& config = asked.configs.emplace_back();
  config.name = "cleanup.policy";
  config.value = "compact";

  const auto response = world.run(world.controller.alter_configs(world.context(2), request));

  EXPECT_EQ(text_of(response.responses.at(0)), "NONE: null");
  EXPECT_EQ(configs_of(ConfigResourceType::TOPIC, "m1"), (DynamicConfigs{{"cleanup.policy", "compact"}}));
}

TEST_F(TopicChanges, RefuseAResourceGivenTwiceOrOfNoKnownType) {
  wire::IncrementalAlterConfigsRequest request;
  for (const std::int8_t type : {2, 2, 3}) {
    auto& asked = request.resources.emplace_back();
    asked.resource_type = type;
    asked.resource_name = "m1";
  }

  const auto response = world.run(world.controller.incremental_alter_configs(world.context(1), request));

  ASSERT_EQ(response.responses.size(), 2u);
  EXPECT_EQ(text_of(response.responses[0]), "INVALID_REQUEST: Duplicate resource.");
  EXPECT_EQ(text_of(response.responses[1]), "UNSUPPORTED_VERSION: Unknown resource type 3.");
}

}  // namespace
}  // namespace muir::server

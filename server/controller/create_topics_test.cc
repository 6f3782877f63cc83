#include "server/controller/create_topics.h"

#include <string>

#include <gtest/gtest.h>

#include "server/controller/controller_fixture.h"

// The sentences in this file were observed: they are what Apache Kafka 4.3.1 answered to the same requests.
namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::CreateTopicsRequest;
using Result = wire::CreateTopicsResponse::CreatableTopicResult;

Request request_for(std::string_view name, std::int32_t partitions = 1, std::int16_t replicas = 1) {
  Request request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = replicas;
  return request;
}

Request by_hand(std::string_view name, const std::vector<std::pair<std::int32_t, std::vector<std::int32_t>>>& where) {
  auto request = request_for(name, -1, -1);
  for (const auto& [index, brokers] : where) {
    auto& assignment = request.topics[0].assignments.emplace_back();
    assignment.partition_index = index;
    assignment.broker_ids = brokers;
  }
  return request;
}

Request with_config(std::string_view name, std::string_view key, std::optional<std::string_view> value) {
  auto request = request_for(name);
  auto& config = request.topics[0].configs.emplace_back();
  config.name = key;
  config.value = value;
  return request;
}

class CreateTopics : public testing::Test {
 protected:
  CreateTopics() { world.start_broker(1); }

  wire::CreateTopicsResponse send(const Request& request) {
    return world.run(world.controller.create_topics(world.context(7), request));
  }
  // `CODE: sentence` of the only topic.
  std::string answer(const Request& request) {
    const auto response = send(request);
    const auto& topic = response.topics.at(0);
    return std::string(name(topic.error_code)) + ": " + std::string(topic.error_message.value_or("null"));
  }
  bool exists(std::string_view name) const {
    return world.controller.image().topics.find(StoredTopicView{name}) != nullptr;
  }

  ControllerFixture world;
};

TEST_F(CreateTopics, UsesTheBrokersDefaultsWhereNothingIsSaid) {
  const auto response = send(request_for("orders", -1, -1));

  const auto& topic = response.topics.at(0);
  EXPECT_EQ(topic.error_code, ErrorCode::NONE);
  EXPECT_FALSE(topic.error_message);
  EXPECT_EQ(topic.num_partitions, 4);
  EXPECT_EQ(topic.replication_factor, 1);
  ASSERT_TRUE(topic.configs);
  EXPECT_EQ(topic.configs->size(), 4u);
  const auto& partition = world.partition("orders", 3);
  EXPECT_EQ(partition.leader, NodeId{1});
  EXPECT_EQ(partition.isr, Replicas{NodeId{1}});
  EXPECT_EQ(partition.leader_epoch, Epoch{0});
  EXPECT_EQ(partition.directories.front(), Uuid::from_halves(9, 1001)) << "the only directory of broker 1";
}

TEST_F(CreateTopics, RefusesNamesInKafkasWords) {
  EXPECT_EQ(answer(request_for("")), "INVALID_TOPIC_EXCEPTION: Topic name is invalid: the empty string is not allowed");
  EXPECT_EQ(answer(request_for(".")), "INVALID_TOPIC_EXCEPTION: Topic name is invalid: '.' is not allowed");
  EXPECT_EQ(answer(request_for("..")), "INVALID_TOPIC_EXCEPTION: Topic name is invalid: '..' is not allowed");
  EXPECT_EQ(answer(request_for("a b")),
            "INVALID_TOPIC_EXCEPTION: Topic name is invalid: 'a b' contains one or more characters other than ASCII "
            "alphanumerics, '.', '_' and '-'");
  const std::string longest(kTopicNameBytesMax, 'x');
  EXPECT_EQ(answer(request_for(longest + "x")), "INVALID_TOPIC_EXCEPTION: Topic name is invalid: the length of '" +
                                                    longest + "x' is longer than the max allowed length 249");
  EXPECT_EQ(answer(request_for(longest)), "NONE: null");
  EXPECT_EQ(answer(request_for("__cluster_metadata")),
            "INVALID_REQUEST: Creation of internal topic __cluster_metadata is prohibited.");
}

TEST_F(CreateTopics, RefusesANameThatCollidesInMetrics) {
  ASSERT_EQ(answer(request_for("foo.bar")), "NONE: null");

  EXPECT_EQ(answer(request_for("foo_bar")),
            "INVALID_TOPIC_EXCEPTION: Topic 'foo_bar' collides with existing topic: foo.bar");
  EXPECT_EQ(answer(request_for("foo.bar")), "TOPIC_ALREADY_EXISTS: Topic 'foo.bar' already exists.");
  EXPECT_EQ(answer(request_for("foo_bar", 0)),
            "INVALID_TOPIC_EXCEPTION: Topic 'foo_bar' collides with existing topic: foo.bar");
}

TEST_F(CreateTopics, LetsNamesOfOneRequestCollideAsKafkaDoes) {
  auto request = request_for("baz.q");
  request.topics.push_back(request_for("baz_q").topics[0]);

  const auto response = send(request);

  EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::NONE);
  EXPECT_EQ(response.topics.at(1).error_code, ErrorCode::NONE);
}

TEST_F(CreateTopics, RefusesCountsInKafkasWords) {
  const std::string partitions = "INVALID_PARTITIONS: Number of partitions was set to an invalid non-positive value.";
  const std::string replicas =
      "INVALID_REPLICATION_FACTOR: Replication factor must be larger than 0, or -1 to use the default value.";
  EXPECT_EQ(answer(request_for("t", 0)), partitions);
  EXPECT_EQ(answer(request_for("t", -2)), partitions);
  EXPECT_EQ(answer(request_for("t", 1, 0)), replicas);
  EXPECT_EQ(answer(request_for("t", 1, -2)), replicas);
  EXPECT_EQ(answer(request_for("t", 0, 0)), replicas);
  EXPECT_EQ(answer(request_for("t", 1, 3)),
            "INVALID_REPLICATION_FACTOR: Unable to replicate the partition 3 time(s): The target replication factor of "
            "3 cannot be reached because only 1 broker(s) are registered or some brokers have all their log "
            "directories cordoned.");
}

TEST_F(CreateTopics, RefusesAssignmentsInKafkasWords) {
  const std::string code = "INVALID_REPLICA_ASSIGNMENT: ";
  EXPECT_EQ(answer(by_hand("t", {{0, {7}}})),
            code + "The manual partition assignment includes broker 7, but no such broker is registered.");
  EXPECT_EQ(answer(by_hand("t", {{0, {1, 1}}})),
            code + "The manual partition assignment includes the broker 1 more than once.");
  EXPECT_EQ(answer(by_hand("t", {{0, {}}})), code + "The manual partition assignment includes an empty replica list.");
  EXPECT_EQ(answer(by_hand("t", {{1, {1}}})), code + "partitions should be a consecutive 0-based integer sequence");
  EXPECT_EQ(answer(by_hand("t", {{0, {1}}, {0, {1}}})),
            code + "Found multiple manual partition assignments for partition 0");
  EXPECT_EQ(answer(by_hand("t", {{0, {1}}, {1, {1}}})), "NONE: null");
}

TEST_F(CreateTopics, RefusesAnAssignmentBesideCounts) {
  auto request = by_hand("t", {{0, {1}}});
  request.topics[0].replication_factor = 1;
  EXPECT_EQ(answer(request),
            "INVALID_REQUEST: A manual partition assignment was specified, but replication factor was not set to -1.");
  request.topics[0].replication_factor = -1;
  request.topics[0].num_partitions = 1;
  EXPECT_EQ(answer(request),
            "INVALID_REQUEST: A manual partition assignment was specified, but numPartitions was not set to -1.");
}

TEST_F(CreateTopics, RefusesAReplicaOnBrokersThatAreAllFenced) {
  world.register_broker(2, 102);

  EXPECT_EQ(answer(by_hand("t", {{0, {2}}})),
            "INVALID_REPLICA_ASSIGNMENT: All brokers specified in the manual partition assignment for partition 0 are "
            "fenced or in controlled shutdown.");
  world.create("u", {{1, 2}});
  EXPECT_EQ(world.partition("u").isr, Replicas{NodeId{1}}) << "a fenced broker holds a replica, but is not in the ISR";
}

TEST_F(CreateTopics, StoresSettingsBetweenTheTopicAndItsPartitions) {
  ASSERT_EQ(answer(with_config("t", "retention.ms", "5")), "NONE: null");

  const auto types = [&](std::size_t from_end) {
    return read_record_head(world.log.at(world.log.size() - from_end))->type;
  };
  EXPECT_EQ(types(3), MetadataRecordType::TOPIC_RECORD);
  EXPECT_EQ(types(2), MetadataRecordType::CONFIG_RECORD);
  EXPECT_EQ(types(1), MetadataRecordType::PARTITION_RECORD);
}

TEST_F(CreateTopics, ClearsTheElrAfterMinIsrAsKafkaDoes) {
  ASSERT_EQ(answer(with_config("t", "min.insync.replicas", "2")), "NONE: null");

  EXPECT_EQ(read_record_head(world.log.at(world.log.size() - 2))->type, MetadataRecordType::CLEAR_ELR_RECORD);
}

TEST_F(CreateTopics, RefusesSettingsBeforeCounts) {
  EXPECT_EQ(answer(with_config("t", "no.such.key", "1")), "INVALID_CONFIG: Unknown topic config name: no.such.key");
  EXPECT_EQ(answer(with_config("t", "retention.ms", std::nullopt)),
            "INVALID_CONFIG: Null value not supported for topic configs: retention.ms");
  auto request = with_config("t", "no.such.key", "1");
  request.topics[0].num_partitions = 0;
  EXPECT_EQ(answer(request), "INVALID_CONFIG: Unknown topic config name: no.such.key");
}

TEST_F(CreateTopics, RefusesMoreThanTenThousandPartitionsInARequest) {
  EXPECT_EQ(answer(request_for("many", 10'001)),
            "POLICY_VIOLATION: Excessively large number of partitions per request.");
  auto request = request_for("many1", 5'001);
  request.topics.push_back(request_for("many2", 5'000).topics[0]);
  const auto response = send(request);
  EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::POLICY_VIOLATION);
  EXPECT_EQ(response.topics.at(1).error_code, ErrorCode::POLICY_VIOLATION);
  EXPECT_FALSE(exists("many2"));
}

TEST_F(CreateTopics, RefusesMoreRecordsThanOneBatchMayHave) {
  EXPECT_EQ(answer(request_for("many", 10'000)),
            "POLICY_VIOLATION: Unable to perform excessively large batch operation.");
  EXPECT_FALSE(exists("many"));
  EXPECT_EQ(answer(request_for("many", 9'999)), "NONE: null");
}

TEST_F(CreateTopics, ChangesNothingWhenOnlyValidating) {
  auto request = request_for("ghost", 2);
  request.validate_only = true;
  const auto before = world.end();

  const auto response = send(request);

  EXPECT_EQ(response.topics.at(0).num_partitions, 2);
  EXPECT_EQ(world.end(), before);
}

TEST_F(CreateTopics, AnswersANameGivenTwiceOnceAndCreatesTheRest) {
  auto request = request_for("twice");
  request.topics.push_back(request_for("once").topics[0]);
  request.topics.push_back(request_for("twice").topics[0]);

  const auto response = send(request);

  ASSERT_EQ(response.topics.size(), 2u);
  EXPECT_EQ(response.topics[0].name, "once");
  EXPECT_EQ(response.topics[0].error_code, ErrorCode::NONE);
  EXPECT_EQ(response.topics[1].name, "twice");
  EXPECT_EQ(response.topics[1].error_message, "Duplicate topic name.");
  EXPECT_FALSE(exists("twice"));
}

TEST_F(CreateTopics, LeavesCountsAndSettingsOutOfAFailure) {
  const auto response = send(request_for("t", 0));

  const auto& topic = response.topics.at(0);
  EXPECT_EQ(topic.num_partitions, -1);
  EXPECT_EQ(topic.replication_factor, -1);
  ASSERT_TRUE(topic.configs);
  EXPECT_TRUE(topic.configs->empty());
}

class NoConfigs : public Permissions {
 public:
  bool may_create_topic(std::string_view name) const override { return name != "forbidden"; }
  bool may_describe_topic_configs(std::string_view) const override { return false; }
};

TEST_F(CreateTopics, TellsNobodyWhatHeMayNotSee) {
  const NoConfigs permissions;
  auto context = world.context(7);
  context.permissions = &permissions;
  auto request = request_for("allowed");
  request.topics.push_back(request_for("forbidden").topics[0]);

  const auto response = world.run(world.controller.create_topics(context, request));

  EXPECT_EQ(response.topics.at(0).topic_config_error_code, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
  EXPECT_EQ(response.topics.at(0).num_partitions, -1);
  EXPECT_EQ(response.topics.at(1).error_code, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
  EXPECT_EQ(response.topics.at(1).error_message, "Authorization failed.");
}

}  // namespace
}  // namespace muir::server

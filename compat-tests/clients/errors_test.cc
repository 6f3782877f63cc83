// What librdkafka is told when something cannot be had.  The broker runs with auto.create.topics.enable=false.
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compat-tests/clients/rdkafka_admin.h"
#include "compat-tests/clients/rdkafka_cluster.h"

namespace muir::compat {
namespace {

using testing::Contains;
using testing::Pair;

constexpr int kPatienceMs = std::chrono::milliseconds(kPatience).count();

TEST(Errors, AnUnknownTopicIsNotCreatedByProducing) {
  TestProducer producer{{{"message.timeout.ms", "5000"}, {"topic.metadata.propagation.max.ms", "100"}}};
  producer.send("no-such-topic", {.key = {}, .value = "lost"});
  EXPECT_EQ(producer.flush().at(0).error, RdKafka::ERR_UNKNOWN_TOPIC_OR_PART);
}

TEST(Errors, AnUnknownTopicIsNotCreatedByAskingForIt) {
  TestProducer producer{{{"allow.auto.create.topics", "true"}}};
  std::string error;
  std::unique_ptr<RdKafka::Topic> topic{RdKafka::Topic::create(&producer.handle(), "no-such-topic", nullptr, error)};
  for (int attempt = 0; attempt < 2; ++attempt) {
    RdKafka::Metadata* raw = nullptr;
    ASSERT_EQ(producer.handle().metadata(false, topic.get(), &raw, kPatienceMs), RdKafka::ERR_NO_ERROR);
    const std::unique_ptr<RdKafka::Metadata> metadata{raw};
    ASSERT_EQ(metadata->topics()->size(), 1);
    EXPECT_EQ(metadata->topics()->front()->err(), RdKafka::ERR_UNKNOWN_TOPIC_OR_PART);
  }
}

TEST(Errors, AnUnknownPartitionIsReported) {
  const auto topic = new_topic("narrow", 2);
  TestProducer producer{{{"message.timeout.ms", "5000"}}};
  producer.send(topic, {.key = {}, .value = "lost", .partition = 7});
  EXPECT_EQ(producer.flush().at(0).error, RdKafka::ERR__UNKNOWN_PARTITION);
}

TEST(Errors, ARecordAboveTheTopicsLimitIsRefused) {
  const auto topic = new_topic("limited", 1, {{"max.message.bytes", "1000"}});
  TestProducer producer;
  producer.send(topic, {.key = {}, .value = std::string(2000, 'x')});
  EXPECT_EQ(producer.flush().at(0).error, RdKafka::ERR_MSG_SIZE_TOO_LARGE);
  producer.send(topic, {.key = {}, .value = std::string(500, 'x')});
  EXPECT_EQ(producer.flush().at(1).error, RdKafka::ERR_NO_ERROR);
  EXPECT_EQ(producer.flush().at(1).offset, 0);
}

TEST(Errors, AStrangeTimestampIsRefused) {
  const auto topic = new_topic("punctual", 1, {{"message.timestamp.before.max.ms", "1000"}});
  TestProducer producer;
  producer.send(topic, {.key = {}, .value = "old", .timestamp_ms = 1000});
  EXPECT_EQ(producer.flush().at(0).error, RdKafka::ERR_INVALID_TIMESTAMP);
}

TEST(Errors, ATopicIsCreatedOnce) {
  const auto topic = new_topic("once");
  EXPECT_EQ(create_topic(topic, 1), RdKafka::ERR_TOPIC_ALREADY_EXISTS);
}

TEST(Errors, ATopicNeedsAValidNameCountConfig) {
  EXPECT_EQ(create_topic("bad name", 1), RdKafka::ERR_TOPIC_EXCEPTION);
  EXPECT_EQ(create_topic("..", 1), RdKafka::ERR_TOPIC_EXCEPTION);
  EXPECT_EQ(create_topic(std::string(250, 'x'), 1), RdKafka::ERR_TOPIC_EXCEPTION);
  EXPECT_EQ(create_topic("bad-config", 1, {{"retention.ms", "soon"}}), RdKafka::ERR_INVALID_CONFIG);
  EXPECT_EQ(create_topic("bad-key", 1, {{"no.such.key", "1"}}), RdKafka::ERR_INVALID_CONFIG);
}

TEST(Admin, DeletesATopic) {
  const auto topic = new_topic("doomed", 3);
  EXPECT_EQ(delete_topic(topic), RdKafka::ERR_NO_ERROR);
  EXPECT_EQ(delete_topic(topic), RdKafka::ERR_UNKNOWN_TOPIC_OR_PART);
}

TEST(Admin, AddsPartitions) {
  const auto topic = new_topic("grown", 1);
  EXPECT_EQ(create_partitions(topic, 3), RdKafka::ERR_NO_ERROR);
  await_leaders(topic, 3);
  EXPECT_EQ(create_partitions(topic, 2), RdKafka::ERR_INVALID_PARTITIONS);
  EXPECT_EQ(create_partitions("no-such-topic", 2), RdKafka::ERR_UNKNOWN_TOPIC_OR_PART);
}

TEST(Admin, DescribesTheConfigurationOfATopic) {
  const auto topic = new_topic("tuned", 1, {{"retention.ms", "123456"}});
  const auto configs = describe_topic(topic);
  EXPECT_EQ(configs.size(), 33);  // As many as 4.3.1 shows.
  EXPECT_THAT(configs, Contains(Pair("retention.ms", "123456")));
  EXPECT_THAT(configs, Contains(Pair("cleanup.policy", "delete")));
  EXPECT_THAT(configs, Contains(Pair("max.message.bytes", "1048588")));
}

TEST(Admin, RefusesToDeleteRecordsThatAreNotThere) {
  const auto topic = new_topic("short");
  EXPECT_EQ(delete_records(topic, 0, 5), RdKafka::ERR_OFFSET_OUT_OF_RANGE);
}

TEST(Metadata, NamesBrokerControllerTopic) {
  const auto topic = new_topic("listed", 4);
  TestProducer producer;
  RdKafka::Metadata* raw = nullptr;
  std::string error;
  std::unique_ptr<RdKafka::Topic> handle{RdKafka::Topic::create(&producer.handle(), topic, nullptr, error)};
  ASSERT_EQ(producer.handle().metadata(false, handle.get(), &raw, kPatienceMs), RdKafka::ERR_NO_ERROR);
  const std::unique_ptr<RdKafka::Metadata> metadata{raw};

  ASSERT_EQ(metadata->brokers()->size(), 1);
  const auto& broker = *metadata->brokers()->front();
  EXPECT_EQ(broker.host() + ":" + std::to_string(broker.port()), bootstrap());
  ASSERT_EQ(metadata->topics()->size(), 1);
  EXPECT_EQ(metadata->topics()->front()->partitions()->size(), 4);
  for (const auto* partition : *metadata->topics()->front()->partitions()) {
    EXPECT_EQ(partition->err(), RdKafka::ERR_NO_ERROR);
    EXPECT_EQ(partition->leader(), broker.id());
    EXPECT_EQ(partition->isrs()->size(), 1);
  }
  EXPECT_EQ(producer.handle().controllerid(kPatienceMs), broker.id());
  EXPECT_EQ(producer.handle().clusterid(kPatienceMs).size(), 22);
}

}  // namespace
}  // namespace muir::compat

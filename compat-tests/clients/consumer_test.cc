// Where a consumer of librdkafka may start, how it waits, and how little it may ask for.
#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include "compat-tests/clients/rdkafka_admin.h"
#include "compat-tests/clients/rdkafka_cluster.h"

namespace muir::compat {
namespace {

constexpr std::int64_t kFirstTime = 1'700'000'000'000;
constexpr int kPatienceMs = std::chrono::milliseconds(kPatience).count();

// `count` records whose value is their offset, a second apart.
std::string numbered(const std::string& subject, int count) {
  const auto topic =
      new_topic(subject, 1, {{"message.timestamp.before.max.ms", "9223372036854775807"}, {"retention.ms", "-1"}});
  TestProducer producer{{{"batch.num.messages", "7"}}};
  for (int i = 0; i < count; ++i) {
    producer.send(topic, {.key = {}, .value = std::to_string(i), .timestamp_ms = kFirstTime + 1000 * i});
  }
  producer.flush();
  return topic;
}

TEST(Consumer, StartsWhereItIsTold) {
  const auto topic = numbered("start", 100);
  for (const std::int64_t offset : {0, 1, 6, 7, 50, 99}) {
    TestConsumer consumer;
    consumer.assign(topic, 1, offset);
    const auto read = consumer.read(1);
    ASSERT_EQ(read.size(), 1);
    EXPECT_EQ(read[0].offset, offset);
    EXPECT_EQ(read[0].value, std::to_string(offset));
  }
}

TEST(Consumer, StartsNearTheEnd) {
  const auto topic = numbered("tail", 50);
  TestConsumer consumer;
  consumer.assign(topic, 1, RdKafka::Consumer::OffsetTail(3));
  const auto read = consumer.read(3);
  ASSERT_EQ(read.size(), 3);
  EXPECT_EQ(read[0].offset, 47);
}

TEST(Consumer, SeesWhatComesAfterTheEnd) {
  const auto topic = numbered("end", 10);
  TestConsumer consumer{{{"enable.partition.eof", "true"}}};
  consumer.assign(topic, 1, RdKafka::Topic::OFFSET_END);
  ASSERT_EQ(consumer.next().first, RdKafka::ERR__PARTITION_EOF);

  TestProducer producer;
  producer.send(topic, {.key = {}, .value = "new"});
  producer.flush();

  const auto [error, record] = consumer.next();
  ASSERT_EQ(error, RdKafka::ERR_NO_ERROR) << RdKafka::err2str(error);
  EXPECT_EQ(record.offset, 10);
  EXPECT_EQ(record.value, "new");
}

TEST(Consumer, SeeksBackAndForth) {
  const auto topic = numbered("seek", 100);
  TestConsumer consumer;
  consumer.assign(topic, 1, RdKafka::Topic::OFFSET_BEGINNING);
  ASSERT_EQ(consumer.read(1).size(), 1);
  for (const std::int64_t offset : {80, 3, 99, 0, 42}) {
    consumer.seek(topic, 0, offset);
    const auto read = consumer.read(1);
    ASSERT_EQ(read.size(), 1);
    EXPECT_EQ(read[0].offset, offset);
  }
}

TEST(Consumer, IsToldWhenTheOffsetIsOutOfRange) {
  const auto topic = numbered("range", 10);
  TestConsumer consumer;  // auto.offset.reset=error
  consumer.assign(topic, 1, 1000);
  EXPECT_EQ(consumer.next().first, RdKafka::ERR__AUTO_OFFSET_RESET);
}

TEST(Consumer, StartsAtTheLogStartAfterRecordsWereDeleted) {
  const auto topic = numbered("deleted", 20);
  ASSERT_EQ(delete_records(topic, 0, 13), RdKafka::ERR_NO_ERROR);
  TestConsumer consumer;
  consumer.assign(topic, 1, RdKafka::Topic::OFFSET_BEGINNING);
  const auto read = consumer.read(7);
  ASSERT_EQ(read.size(), 7);
  EXPECT_EQ(read[0].offset, 13);
}

TEST(Consumer, FindsOffsetsForTimes) {
  const auto topic = numbered("times", 100);
  TestConsumer consumer;
  const auto offset_for = [&](std::int64_t time) {
    std::unique_ptr<RdKafka::TopicPartition> query{RdKafka::TopicPartition::create(topic, 0, time)};
    std::vector<RdKafka::TopicPartition*> all{query.get()};
    EXPECT_EQ(consumer.handle().offsetsForTimes(all, kPatienceMs), RdKafka::ERR_NO_ERROR);
    EXPECT_EQ(query->err(), RdKafka::ERR_NO_ERROR);
    return query->offset();
  };
  EXPECT_EQ(offset_for(kFirstTime - 1), 0);
  EXPECT_EQ(offset_for(kFirstTime), 0);
  EXPECT_EQ(offset_for(kFirstTime + 1), 1);
  EXPECT_EQ(offset_for(kFirstTime + 42'000), 42);
  EXPECT_EQ(offset_for(kFirstTime + 98'500), 99);
  EXPECT_EQ(offset_for(kFirstTime + 99'001), RdKafka::Topic::OFFSET_END);
}

TEST(Consumer, KnowsBothEndsOfTheLog) {
  const auto topic = numbered("watermarks", 30);
  ASSERT_EQ(delete_records(topic, 0, 5), RdKafka::ERR_NO_ERROR);
  TestConsumer consumer;
  std::int64_t low = -1, high = -1;
  ASSERT_EQ(consumer.handle().query_watermark_offsets(topic, 0, &low, &high, kPatienceMs), RdKafka::ERR_NO_ERROR);
  EXPECT_EQ(low, 5);
  EXPECT_EQ(high, 30);
}

// The fetch is parked at the broker; a record ends the wait long before fetch.wait.max.ms does.
TEST(Consumer, IsAnsweredAsSoonAsARecordComes) {
  const auto topic = numbered("poll", 1);
  TestConsumer consumer{{{"fetch.wait.max.ms", "20000"}}};
  consumer.assign(topic, 1, 0);
  ASSERT_EQ(consumer.read(1).size(), 1);
  ASSERT_EQ(consumer.next(std::chrono::milliseconds(300)).first, RdKafka::ERR__TIMED_OUT);

  const auto began = std::chrono::steady_clock::now();
  TestProducer producer;
  producer.send(topic, {.key = {}, .value = "at last"});
  producer.flush();
  const auto read = consumer.read(1);

  ASSERT_EQ(read.size(), 1);
  EXPECT_EQ(read[0].value, "at last");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST(Consumer, WaitsForMinBytesNoLongerThanItSaid) {
  const auto topic = numbered("minimum", 3);
  TestConsumer consumer{{{"fetch.min.bytes", "100000"}, {"fetch.wait.max.ms", "400"}}};
  const auto began = std::chrono::steady_clock::now();
  consumer.assign(topic, 1, 0);
  EXPECT_EQ(consumer.read(3).size(), 3);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST(Consumer, MakesProgressByTheSmallestFetches) {
  const auto topic = numbered("small", 100);
  const auto read = read_all(
      topic, 1, 100, {{"fetch.message.max.bytes", "1"}, {"fetch.max.bytes", "1000"}, {"message.max.bytes", "1000"}});
  ASSERT_EQ(read.size(), 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(read[i].offset, i);
}

}  // namespace
}  // namespace muir::compat

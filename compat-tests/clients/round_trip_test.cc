// What an application sends by librdkafka is what it reads: keys, values, headers, times, order.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compat-tests/clients/rdkafka_cluster.h"

namespace muir::compat {
namespace {

using std::chrono::milliseconds;

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Record sample(int i, int partitions) {
  Record record{.key = "key-" + std::to_string(i), .value = std::string(i % 97, 'v') + std::to_string(i)};
  if (i % 5 == 0) record.key.reset();
  if (i % 7 == 0) record.value.reset();
  for (int h = 0; h < i % 4; ++h) record.headers.emplace_back("header-" + std::to_string(h), "of " + std::to_string(i));
  record.timestamp_ms = now_ms() - 1000 + i;
  record.partition = i % partitions;
  return record;
}

void expect_same(const Record& seen, const Record& sent) {
  EXPECT_EQ(seen.key, sent.key);
  EXPECT_EQ(seen.value, sent.value);
  EXPECT_EQ(seen.headers, sent.headers);
  EXPECT_EQ(seen.timestamp_ms, sent.timestamp_ms);
}

class EveryCodec : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(RoundTrip, EveryCodec, testing::Values("none", "gzip", "snappy", "lz4", "zstd"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(EveryCodec, KeepsRecordsAsTheyWereSent) {
  constexpr int kCount = 900, kPartitions = 3;
  const auto topic = new_topic("codec", kPartitions);
  TestProducer producer{{{"compression.codec", GetParam()}, {"linger.ms", "5"}, {"batch.num.messages", "50"}}};

  std::vector<Record> sent;
  for (int i = 0; i < kCount; ++i) producer.send(topic, sent.emplace_back(sample(i, kPartitions)));
  const auto& deliveries = producer.flush();

  const auto read = read_all(topic, kPartitions, kCount);
  ASSERT_EQ(read.size(), sent.size());
  for (int i = 0; i < kCount; ++i) {
    EXPECT_EQ(deliveries[i].error, RdKafka::ERR_NO_ERROR);
    EXPECT_EQ(deliveries[i].offset, i / kPartitions);
    const auto& seen = read[i % kPartitions * (kCount / kPartitions) + i / kPartitions];
    EXPECT_EQ(seen.offset, deliveries[i].offset);
    expect_same(seen, sent[i]);
  }
}

TEST_P(EveryCodec, KeepsTheOrderOfAnIdempotentProducer) {
  constexpr int kCount = 5000;
  const auto topic = new_topic("idempotent");
  TestProducer producer{
      {{"enable.idempotence", "true"}, {"compression.codec", GetParam()}, {"batch.num.messages", "100"}}};

  for (int i = 0; i < kCount; ++i) producer.send(topic, {.key = {}, .value = std::to_string(i)});
  const auto& deliveries = producer.flush();

  const auto read = read_all(topic, 1, kCount);
  ASSERT_EQ(read.size(), kCount);
  for (int i = 0; i < kCount; ++i) {
    EXPECT_EQ(deliveries[i].offset, i);
    EXPECT_EQ(read[i].offset, i);
    EXPECT_EQ(read[i].value, std::to_string(i));
  }
}

class EveryAcks : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(RoundTrip, EveryAcks, testing::Values("0", "1", "all"),
                         [](const auto& info) { return "acks_" + std::string(info.param); });

TEST_P(EveryAcks, StoresEveryRecord) {
  constexpr int kCount = 2000;
  const auto topic = new_topic("acks");
  TestProducer producer{{{"acks", GetParam()}}};

  for (int i = 0; i < kCount; ++i) producer.send(topic, {.key = {}, .value = std::to_string(i)});
  for (const auto& delivery : producer.flush()) EXPECT_EQ(delivery.error, RdKafka::ERR_NO_ERROR);

  const auto read = read_all(topic, 1, kCount);
  ASSERT_EQ(read.size(), kCount);
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(read[i].value, std::to_string(i));
}

TEST(RoundTrip, KeepsTheOrderInEachOfManyPartitions) {
  constexpr int kPartitions = 64, kEach = 100;
  const auto topic = new_topic("many", kPartitions);
  TestProducer producer;

  for (int i = 0; i < kPartitions * kEach; ++i) {
    producer.send(topic, {.key = {}, .value = std::to_string(i), .partition = i % kPartitions});
  }
  producer.flush();

  const auto read = read_all(topic, kPartitions, kPartitions * kEach);
  ASSERT_EQ(read.size(), kPartitions * kEach);
  for (const auto& record : read) {
    EXPECT_EQ(record.value, std::to_string(record.offset * kPartitions + record.partition));
  }
}

TEST(RoundTrip, GivesRecordsTheTimeOfTheLogWhereTheTopicSaysSo) {
  const auto topic = new_topic("appended", 1, {{"message.timestamp.type", "LogAppendTime"}});
  TestProducer producer{{{"compression.codec", "lz4"}}};

  const auto before = now_ms();
  producer.send(topic, {.key = {}, .value = "a", .timestamp_ms = 12345});
  const auto delivery = producer.flush().at(0);
  const auto after = now_ms();

  const auto read = read_all(topic, 1, 1);
  ASSERT_EQ(read.size(), 1);
  EXPECT_THAT(read[0].timestamp_ms, testing::AllOf(testing::Ge(before), testing::Le(after)));
  EXPECT_EQ(delivery.timestamp_ms, read[0].timestamp_ms);
}

TEST(RoundTrip, CarriesLargeRecords) {
  const auto topic = new_topic("large", 1, {{"max.message.bytes", "8000000"}});
  std::string value(5'000'000, '\0');
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * i >> 7);
  TestProducer producer{{{"message.max.bytes", "8000000"}}};

  producer.send(topic, {.key = "k", .value = value});
  producer.send(topic, {.key = "k", .value = "small"});
  for (const auto& delivery : producer.flush()) EXPECT_EQ(delivery.error, RdKafka::ERR_NO_ERROR);

  const auto read = read_all(topic, 1, 2);  // The first is larger than a fetch asks for.
  ASSERT_EQ(read.size(), 2);
  EXPECT_TRUE(read[0].value == value);
  EXPECT_EQ(read[1].value, "small");
}

}  // namespace
}  // namespace muir::compat

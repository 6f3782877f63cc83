#include "compat-tests/clients/rdkafka_cluster.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <gtest/gtest.h>
#include <unistd.h>

#include "compat-tests/clients/rdkafka_admin.h"

namespace muir::compat {
namespace {

std::unique_ptr<RdKafka::Conf> configuration(Settings settings) {
  std::unique_ptr<RdKafka::Conf> conf{RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
  settings.try_emplace("bootstrap.servers", bootstrap());
  settings.try_emplace("log_level", "3");
  for (const auto& [key, value] : settings) {
    std::string error;
    if (conf->set(key, value, error) != RdKafka::Conf::CONF_OK) throw std::runtime_error(error);
  }
  return conf;
}

std::optional<std::string> copy(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

Record record_of(RdKafka::Message& message) {
  Record record{.key = copy(message.key_pointer(), message.key_len()),
                .value = copy(message.payload(), message.len()),
                .timestamp_ms = message.timestamp().timestamp,
                .partition = message.partition(),
                .offset = message.offset()};
  if (message.headers() == nullptr) return record;
  for (const auto& header : message.headers()->get_all()) {
    record.headers.emplace_back(header.key(), copy(header.value(), header.value_size()));
  }
  return record;
}

std::vector<RdKafka::TopicPartition*> partitions_of(const std::string& topic, int partitions, std::int64_t offset) {
  std::vector<RdKafka::TopicPartition*> all;
  for (int i = 0; i < partitions; ++i) all.push_back(RdKafka::TopicPartition::create(topic, i, offset));
  return all;
}

}  // namespace

std::string bootstrap() {
  const char* address = std::getenv("MUIR_BOOTSTRAP");
  if (address == nullptr) throw std::runtime_error("MUIR_BOOTSTRAP is not set: run by compat-tests/lib/broker run");
  return address;
}

std::string new_topic(const std::string& subject, int partitions, const Settings& configs) {
  static int count = 0;
  const std::string topic = subject + "-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  if (const auto error = create_topic(topic, partitions, configs); error != RdKafka::ERR_NO_ERROR) {
    throw std::runtime_error("cannot create " + topic + ": " + RdKafka::err2str(error));
  }
  await_leaders(topic, partitions);
  return topic;
}

TestProducer::TestProducer(const Settings& settings) {
  Settings all = settings;
  all.try_emplace("message.timeout.ms", std::to_string(std::chrono::milliseconds(kPatience).count()));
  auto conf = configuration(std::move(all));
  std::string error;
  conf->set("dr_cb", static_cast<RdKafka::DeliveryReportCb*>(this), error);
  producer_.reset(RdKafka::Producer::create(conf.get(), error));
  if (!producer_) throw std::runtime_error(error);
}

TestProducer::~TestProducer() { producer_->purge(RdKafka::Producer::PURGE_QUEUE | RdKafka::Producer::PURGE_INFLIGHT); }

void TestProducer::send(const std::string& topic, const Record& record) {
  std::unique_ptr<RdKafka::Headers> headers{RdKafka::Headers::create()};
  for (const auto& [name, value] : record.headers) {
    headers->add(name, value ? value->data() : nullptr, value ? value->size() : 0);
  }
  void* index = reinterpret_cast<void*>(deliveries_.size());
  deliveries_.emplace_back();
  for (;;) {
    const auto error =
        producer_->produce(topic, record.partition, RdKafka::Producer::RK_MSG_COPY,
                           record.value ? const_cast<char*>(record.value->data()) : nullptr,
                           record.value ? record.value->size() : 0, record.key ? record.key->data() : nullptr,
                           record.key ? record.key->size() : 0, record.timestamp_ms, headers.get(), index);
    if (error == RdKafka::ERR_NO_ERROR) headers.release();  // The message owns them now.
    if (error == RdKafka::ERR__QUEUE_FULL) {
      producer_->poll(10);
      continue;
    }
    if (error != RdKafka::ERR_NO_ERROR) deliveries_.back().error = error;
    break;
  }
  producer_->poll(0);
}

const std::vector<Delivery>& TestProducer::flush() {
  const auto error = producer_->flush(std::chrono::milliseconds(kPatience).count());
  EXPECT_EQ(error, RdKafka::ERR_NO_ERROR) << "flush: " << RdKafka::err2str(error);
  return deliveries_;
}

void TestProducer::dr_cb(RdKafka::Message& message) {
  auto& delivery = deliveries_.at(reinterpret_cast<std::size_t>(message.msg_opaque()));
  EXPECT_EQ(delivery.error, RdKafka::ERR__IN_PROGRESS) << "answered twice";
  delivery = {message.err(), message.partition(), message.offset(), message.timestamp().timestamp};
}

TestConsumer::TestConsumer(const Settings& settings) {
  Settings all = settings;
  all.try_emplace("group.id", "unused");
  all.try_emplace("enable.auto.commit", "false");
  all.try_emplace("auto.offset.reset", "error");
  all.try_emplace("fetch.wait.max.ms", "50");
  std::string error;
  const auto conf = configuration(std::move(all));
  consumer_.reset(RdKafka::KafkaConsumer::create(conf.get(), error));
  if (!consumer_) throw std::runtime_error(error);
}

TestConsumer::~TestConsumer() { consumer_->close(); }

void TestConsumer::assign(const std::string& topic, std::int32_t partitions, std::int64_t offset) {
  auto all = partitions_of(topic, partitions, offset);
  EXPECT_EQ(consumer_->assign(all), RdKafka::ERR_NO_ERROR);
  RdKafka::TopicPartition::destroy(all);
}

void TestConsumer::seek(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  std::unique_ptr<RdKafka::TopicPartition> place{RdKafka::TopicPartition::create(topic, partition, offset)};
  EXPECT_EQ(consumer_->seek(*place, std::chrono::milliseconds(kPatience).count()), RdKafka::ERR_NO_ERROR);
}

std::pair<RdKafka::ErrorCode, Record> TestConsumer::next(std::chrono::milliseconds patience) {
  std::unique_ptr<RdKafka::Message> message{consumer_->consume(patience.count())};
  if (message->err() != RdKafka::ERR_NO_ERROR) return {message->err(), {}};
  return {RdKafka::ERR_NO_ERROR, record_of(*message)};
}

std::vector<Record> TestConsumer::read(std::size_t count) {
  std::vector<Record> records;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (records.size() < count && std::chrono::steady_clock::now() < deadline) {
    const auto [error, record] = next();
    if (error != RdKafka::ERR_NO_ERROR) {
      ADD_FAILURE() << "after " << records.size() << " of " << count << " records: " << RdKafka::err2str(error);
      break;
    }
    records.push_back(record);
  }
  return records;
}

std::vector<Record> read_all(const std::string& topic, int partitions, std::size_t count, const Settings& settings) {
  TestConsumer consumer{settings};
  consumer.assign(topic, partitions, RdKafka::Topic::OFFSET_BEGINNING);
  auto records = consumer.read(count);
  EXPECT_EQ(consumer.next(std::chrono::milliseconds(100)).first, RdKafka::ERR__TIMED_OUT) << "more than " << count;
  std::stable_sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return std::pair(a.partition, a.offset) < std::pair(b.partition, b.offset);
  });
  return records;
}

}  // namespace muir::compat

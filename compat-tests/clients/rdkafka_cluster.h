// librdkafka, as an application uses it, against the broker at MUIR_BOOTSTRAP.  Every wait here is bounded by kPatience
// and fails the test that waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafkacpp.h>

namespace muir::compat {

constexpr std::chrono::seconds kPatience{30};

using Settings = std::map<std::string, std::string>;

struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
  std::int64_t timestamp_ms = 0;  // 0: the time of sending.
  std::int32_t partition = 0;
  std::int64_t offset = -1;  // As read; not looked at when sent.
};

// Where a record went, as acknowledged.
struct Delivery {
  RdKafka::ErrorCode error = RdKafka::ERR__IN_PROGRESS;
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;
};

std::string bootstrap();

// Creates a topic whose name begins with `subject`, and waits until its partitions have leaders.
std::string new_topic(const std::string& subject, int partitions = 1, const Settings& configs = {});

// Sends records; their deliveries stand in the order of sending.
class TestProducer : private RdKafka::DeliveryReportCb {
 public:
  explicit TestProducer(const Settings& settings = {});
  ~TestProducer() override;

  void send(const std::string& topic, const Record& record);
  // All that was sent so far, when every record has its answer.
  const std::vector<Delivery>& flush();
  RdKafka::Producer& handle() { return *producer_; }

 private:
  void dr_cb(RdKafka::Message& message) override;

  std::vector<Delivery> deliveries_;
  std::unique_ptr<RdKafka::Producer> producer_;
};

// Reads from partitions that it was told, without a group.
class TestConsumer {
 public:
  explicit TestConsumer(const Settings& settings = {});
  ~TestConsumer();

  void assign(const std::string& topic, std::int32_t partitions, std::int64_t offset);
  void seek(const std::string& topic, std::int32_t partition, std::int64_t offset);
  // The next `count` records.
  std::vector<Record> read(std::size_t count);
  // The next record; what came instead if it is no record.
  std::pair<RdKafka::ErrorCode, Record> next(std::chrono::milliseconds patience = kPatience);
  RdKafka::KafkaConsumer& handle() { return *consumer_; }

 private:
  std::unique_ptr<RdKafka::KafkaConsumer> consumer_;
};

// Everything in the partitions of a topic, by partition and offset.
std::vector<Record> read_all(const std::string& topic, int partitions, std::size_t count,
                             const Settings& settings = {});

}  // namespace muir::compat

// load HISTORY TOPIC PARTITIONS PRODUCERS: idempotent producers with acks=all, and a consumer that follows, until
// SIGTERM; then waits for what is under way, reads every partition once more from its beginning, and ends.
// The broker at MUIR_BOOTSTRAP may come and go meanwhile.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <librdkafka/rdkafkacpp.h>
#include <unistd.h>

#include "compat-tests/fault/history.h"

namespace muir::compat {
namespace {

constexpr std::chrono::seconds kPatience{90};
constexpr int kOutstandingMax = 500;  // A record is sent when fewer wait for their answer.
constexpr std::int32_t kFollower = 0, kFinalReader = 1;

std::atomic<bool> stopping{false};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

std::unique_ptr<RdKafka::Conf> configuration(const std::map<std::string, std::string>& settings) {
  std::unique_ptr<RdKafka::Conf> conf{RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
  std::map<std::string, std::string> all = settings;
  all["bootstrap.servers"] = environment("MUIR_BOOTSTRAP");
  all["log_level"] = "0";
  all["reconnect.backoff.ms"] = "20";
  all["reconnect.backoff.max.ms"] = "200";
  for (const auto& [key, value] : all) {
    std::string error;
    if (conf->set(key, value, error) != RdKafka::Conf::CONF_OK) throw std::runtime_error(error);
  }
  return conf;
}

// Sends numbered values, "PRODUCER:NUMBER", round the partitions; the value is also what a delivery is known by.
class Producer : private RdKafka::DeliveryReportCb {
 public:
  Producer(History& history, std::string topic, int partitions, int number)
      : history_{history}, topic_{std::move(topic)}, partitions_{partitions}, number_{number} {
    auto conf = configuration({{"enable.idempotence", "true"},
                               {"acks", "all"},
                               {"linger.ms", "1"},
                               {"batch.num.messages", "20"},
                               {"retry.backoff.ms", "20"},
                               {"message.timeout.ms", std::to_string(std::chrono::milliseconds(kPatience).count())}});
    std::string error;
    conf->set("dr_cb", static_cast<RdKafka::DeliveryReportCb*>(this), error);
    producer_.reset(RdKafka::Producer::create(conf.get(), error));
    if (!producer_) throw std::runtime_error(error);
  }

  void run() {
    while (!stopping) {
      if (producer_->outq_len() < kOutstandingMax) send();
      producer_->poll(producer_->outq_len() < kOutstandingMax ? 0 : 5);
      std::string why;
      if (producer_->fatal_error(why) != RdKafka::ERR_NO_ERROR) return history_.broken("producer", why);
    }
    producer_->flush(std::chrono::milliseconds(kPatience).count());
  }

 private:
  void send() {
    const auto partition = static_cast<std::int32_t>(next_ % partitions_);
    const auto value = std::to_string(number_) + ":" + std::to_string(next_++);
    history_.send(partition, value);
    const auto error = producer_->produce(topic_, partition, RdKafka::Producer::RK_MSG_COPY,
                                          const_cast<char*>(value.data()), value.size(), nullptr, 0, 0, nullptr);
    if (error != RdKafka::ERR_NO_ERROR) history_.failed(partition, value, RdKafka::err2str(error));
  }

  void dr_cb(RdKafka::Message& message) override {
    const std::string value(static_cast<const char*>(message.payload()), message.len());
    if (message.err() == RdKafka::ERR_NO_ERROR) {
      history_.acknowledged(message.partition(), value, message.offset());
    } else if (message.status() == RdKafka::Message::MSG_STATUS_NOT_PERSISTED) {
      history_.failed(message.partition(), value, message.errstr());
    } else {
      history_.unknown(message.partition(), value, message.errstr());
    }
  }

  History& history_;
  const std::string topic_;
  const int partitions_;
  const int number_;
  std::int64_t next_ = 0;
  std::unique_ptr<RdKafka::Producer> producer_;
};

// Writes down what it reads, from the beginning on, until `done(message)`.
template <typename Done>
void read(History& history, const std::string& topic, int partitions, std::int32_t reader, Done done) {
  std::string error;
  const auto conf = configuration({{"group.id", "unused"},
                                   {"enable.auto.commit", "false"},
                                   {"enable.partition.eof", "true"},
                                   {"auto.offset.reset", "error"},
                                   {"fetch.error.backoff.ms", "20"},
                                   {"fetch.wait.max.ms", "50"}});
  std::unique_ptr<RdKafka::KafkaConsumer> consumer{RdKafka::KafkaConsumer::create(conf.get(), error)};
  if (!consumer) throw std::runtime_error(error);
  std::vector<RdKafka::TopicPartition*> all;
  for (int i = 0; i < partitions; ++i) all.push_back(RdKafka::TopicPartition::create(topic, i, 0));
  consumer->assign(all);
  RdKafka::TopicPartition::destroy(all);
  for (bool ended = false; !ended;) {
    const std::unique_ptr<RdKafka::Message> message{consumer->consume(100)};
    if (message->err() == RdKafka::ERR_NO_ERROR) {
      const std::string value(static_cast<const char*>(message->payload()), message->len());
      history.polled(reader, message->partition(), value, message->offset());
    } else if (message->err() == RdKafka::ERR__AUTO_OFFSET_RESET) {
      history.broken("consumer", message->errstr());
    }
    ended = done(*message);
  }
  consumer->close();
}

void read_to_the_end(History& history, const std::string& topic, int partitions) {
  std::set<std::int32_t> ended;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  read(history, topic, partitions, kFinalReader, [&](const RdKafka::Message& message) {
    if (message.err() == RdKafka::ERR__PARTITION_EOF) ended.insert(message.partition());
    return static_cast<int>(ended.size()) == partitions || std::chrono::steady_clock::now() > deadline;
  });
  if (static_cast<int>(ended.size()) < partitions) history.broken("consumer", "did not reach every end in time");
}

void run(const std::string& path, const std::string& topic, int partitions, int producers) {
  History history{path};
  std::vector<std::thread> threads;
  for (int number = 0; number < producers; ++number) {
    threads.emplace_back([&, number] { Producer(history, topic, partitions, number).run(); });
  }
  std::thread follower{
      [&] { read(history, topic, partitions, kFollower, [](const auto&) { return stopping.load(); }); }};
  for (auto& thread : threads) thread.join();
  follower.join();
  read_to_the_end(history, topic, partitions);
}

}  // namespace
}  // namespace muir::compat

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: load HISTORY TOPIC PARTITIONS PRODUCERS\n"), 2;
  std::signal(SIGTERM, [](int) { muir::compat::stopping = true; });
  muir::compat::run(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
}

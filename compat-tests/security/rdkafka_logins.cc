// What rdkafka_logins.py does, by the librdkafka of the system: that of confluent-kafka on PyPI has no GSSAPI.  Each
// FILE has librdkafka's settings, `key=value` a line.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

namespace {

using Settings = std::map<std::string, std::string>;

constexpr std::chrono::seconds kPatience{20};
constexpr int kPollMs = 50;

Settings read(const std::filesystem::path& path) {
  Settings settings;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (const auto equals = line.find('='); equals != line.npos)
      settings[line.substr(0, equals)] = line.substr(equals + 1);
  return settings;
}

// What librdkafka says while a client is polled: why it was refused, and what became of the record.
class Told final : public RdKafka::EventCb, public RdKafka::DeliveryReportCb {
 public:
  void event_cb(RdKafka::Event& event) override {
    if (event.type() == RdKafka::Event::EVENT_ERROR && event.err() == RdKafka::ERR__AUTHENTICATION && refused.empty())
      refused = event.str();
  }
  void dr_cb(RdKafka::Message& message) override {
    is_delivered = true;
    if (message.err() != RdKafka::ERR_NO_ERROR) refused = message.errstr();
  }

  std::string refused;
  bool is_delivered = false;
};

std::unique_ptr<RdKafka::Conf> configuration(const Settings& settings, Told& told) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string problem;
  for (const auto& [key, value] : settings)
    if (conf->set(key, value, problem) != RdKafka::Conf::CONF_OK) told.refused = problem;
  conf->set("event_cb", static_cast<RdKafka::EventCb*>(&told), problem);
  conf->set("dr_cb", static_cast<RdKafka::DeliveryReportCb*>(&told), problem);
  return conf;
}

// `ok`, or what came in its place.
std::string until(const std::function<bool()>& is_done, const Told& told, const std::function<void()>& poll) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_done() && told.refused.empty() && std::chrono::steady_clock::now() < deadline) poll();
  if (!told.refused.empty()) return told.refused;
  return is_done() ? "ok" : "nothing came of it";
}

std::string create(const Settings& settings, const std::string& topic) {
  Told told;
  std::string problem;
  auto conf = configuration(settings, told);
  const std::unique_ptr<RdKafka::Producer> client(RdKafka::Producer::create(conf.get(), problem));
  if (client == nullptr) return problem;
  rd_kafka_t* handle = client->c_ptr();
  char text[256];
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), 1, 1, text, sizeof text);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  rd_kafka_CreateTopics(handle, &wanted, 1, nullptr, queue);
  rd_kafka_event_t* event = nullptr;
  std::string outcome = until([&] { return event != nullptr; }, told,
                              [&] {
                                client->poll(0);
                                event = rd_kafka_queue_poll(queue, kPollMs);
                              });
  if (event != nullptr && outcome == "ok") {
    std::size_t count = 0;
    const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    if (count != 1 || rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR)
      outcome = rd_kafka_event_error_string(event);
  }
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(wanted);
  return outcome;
}

std::string produce(const Settings& settings, const std::string& topic) {
  Told told;
  std::string problem, value = "hello";
  auto conf = configuration(settings, told);
  const std::unique_ptr<RdKafka::Producer> client(RdKafka::Producer::create(conf.get(), problem));
  if (client == nullptr) return problem;
  client->produce(topic, 0, RdKafka::Producer::RK_MSG_COPY, value.data(), value.size(), nullptr, 0, 0, nullptr);
  std::string outcome = until([&] { return told.is_delivered; }, told, [&] { client->poll(kPollMs); });
  client->purge(RdKafka::Producer::PURGE_QUEUE | RdKafka::Producer::PURGE_INFLIGHT);
  client->poll(0);
  return outcome;
}

std::string consume(const Settings& settings, const std::string& topic) {
  Told told;
  std::string problem;
  auto conf = configuration(settings, told);
  conf->set("group.id", topic, problem);
  const std::unique_ptr<RdKafka::KafkaConsumer> client(RdKafka::KafkaConsumer::create(conf.get(), problem));
  if (client == nullptr) return problem;
  const std::unique_ptr<RdKafka::TopicPartition> partition(RdKafka::TopicPartition::create(topic, 0, 0));
  client->assign({partition.get()});
  bool is_read = false;
  std::string outcome =
      until([&] { return is_read; }, told,
            [&] {
              const std::unique_ptr<RdKafka::Message> message(client->consume(kPollMs));
              is_read = message->err() == RdKafka::ERR_NO_ERROR &&
                        std::string(static_cast<const char*>(message->payload()), message->len()) == "hello";
            });
  client->close();
  return outcome;
}

}  // namespace

int main(int count, char** files) {
  for (int i = 1; i < count; ++i) {
    const std::filesystem::path path = files[i];
    const std::string name = path.filename();
    std::string topic = "gssapi-" + name;
    for (char& c : topic)
      if (c == '@') c = '.';
    const Settings settings = read(path);
    std::cout << name << "\tadmin\t" << create(settings, topic) << "\n"
              << name << "\tproduce\t" << produce(settings, topic) << "\n"
              << name << "\tconsume\t" << consume(settings, topic) << std::endl;
  }
}

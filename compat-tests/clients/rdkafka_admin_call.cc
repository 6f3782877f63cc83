#include "compat-tests/clients/rdkafka_admin_call.h"

#include <stdexcept>

#include "compat-tests/clients/rdkafka_cluster.h"

namespace muir::compat {
namespace {

constexpr int kPatienceMs = std::chrono::milliseconds(kPatience).count();

using Handle = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;
using Queue = std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, decltype(&rd_kafka_AdminOptions_destroy)>;

}  // namespace

rd_kafka_t* admin_client() {
  static Handle handle = [] {
    char error[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap().c_str(), error, sizeof(error));
    rd_kafka_conf_set(conf, "log_level", "3", error, sizeof(error));
    rd_kafka_t* made = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    if (made == nullptr) throw std::runtime_error(error);
    return Handle{made, rd_kafka_destroy};
  }();
  return handle.get();
}

AdminEvent admin_call(rd_kafka_admin_op_t op, const AdminAsk& ask) {
  Queue queue{rd_kafka_queue_new(admin_client()), rd_kafka_queue_destroy};
  Options options{rd_kafka_AdminOptions_new(admin_client(), op), rd_kafka_AdminOptions_destroy};
  char error[512];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kPatienceMs, error, sizeof(error));
  ask(options.get(), queue.get());
  return AdminEvent{rd_kafka_queue_poll(queue.get(), kPatienceMs), rd_kafka_event_destroy};
}

}  // namespace muir::compat

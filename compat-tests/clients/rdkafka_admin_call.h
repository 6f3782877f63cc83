// One admin request of librdkafka's C interface, sent and awaited.
#pragma once

#include <functional>
#include <memory>

#include <librdkafka/rdkafka.h>

namespace muir::compat {

using AdminEvent = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;
using AdminAsk = std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;

// One client for all admin requests of this process.
rd_kafka_t* admin_client();

// Sends a request by `ask` and awaits its answer; empty when none came in time.
AdminEvent admin_call(rd_kafka_admin_op_t op, const AdminAsk& ask);

}  // namespace muir::compat

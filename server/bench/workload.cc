#include "server/bench/workload.h"

#include <fmt/format.h>

namespace muir::server {
namespace {

constexpr std::int64_t kRecordOverheadMax = 40;  // Varints, and a key.
constexpr std::int64_t kRequestOverheadMax = 1024;

ClientResult<> within(std::string_view what, std::int64_t value, std::int64_t min, std::int64_t max) {
  if (min <= value && value <= max) return {};
  return client_error(fmt::format("{} is {}; it must be from {} to {}", what, value, min, max));
}

}  // namespace

std::int64_t Workload::request_bytes() const {
  return records_per_request * (record_bytes + kRecordOverheadMax) + kRequestOverheadMax;
}

ClientResult<> Workload::check() const {
  constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;
  for (const auto& checked : {
           within("--connections", connections, 1, kConnectionsMax),
           within("--fetch-connections", fetch_connections, 0, kConnectionsMax),
           within("--in-flight", in_flight, 1, kInFlightMax),
           within("--rate", rate, 0, 100'000'000),
           within("--duration", duration.count(), 1, kDayMs),
           within("--warmup", warmup.count(), 0, kDayMs),
           within("--create-topic", create_partitions, 0, kPartitionsMax),
           within("--record-size", record_bytes, 0, kRequestBytesMax),
           within("--records-per-request", records_per_request, 1, 1'000'000),
           within("the bytes of one request", request_bytes(), 0, kRequestBytesMax),
           within("connections times the bytes of a request", connections * request_bytes(), 0, kMemoryBytesMax),
           within("--fetch-max-bytes", fetch_max_bytes, 1, kRequestBytesMax),
       }) {
    if (!checked) return checked;
  }
  if (acks != 1 && acks != -1) return client_error("--acks is 1 or all: without an answer there is nothing to verify");
  if (idempotent && (acks != -1 || in_flight > 5)) {
    return client_error("--idempotent needs --acks all and at most 5 requests in flight, as Kafka's producer does");
  }
  if (compressible < 0 || compressible > 1) return client_error("--compressible is a share: from 0 to 1");
  return {};
}

}  // namespace muir::server

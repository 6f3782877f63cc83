#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "server/client/client_error.h"
#include "wire/record/compression_type.h"

namespace muir::server {

// What `muir bench` is to do to a cluster.  The defaults are those of its options.
struct Workload {
  enum class Mode { produce, fetch, both };

  static constexpr std::int32_t kConnectionsMax = 100'000;
  static constexpr std::int32_t kInFlightMax = 1'000;
  static constexpr std::int32_t kPartitionsMax = 10'000;
  static constexpr std::int64_t kRequestBytesMax = 64 * 1024 * 1024;
  static constexpr std::int64_t kMemoryBytesMax = std::int64_t{2} * 1024 * 1024 * 1024;

  std::string bootstrap = "127.0.0.1:9092";
  Mode mode = Mode::produce;
  std::string topic = "bench";
  std::int32_t create_partitions = 0;  // Create the topic with so many partitions; 0: it exists.
  std::int16_t replication_factor = 1;
  bool deletes_topic = false;  // When the test has succeeded.

  std::int32_t connections = 1;        // That produce, or in mode fetch that fetch.
  std::int32_t fetch_connections = 0;  // In mode both; 0: one a partition.
  std::int32_t in_flight = 5;          // Requests on their way on one connection.
  std::int64_t rate = 0;               // Requests a second over all connections, by timetable; 0: as many as will go.
  std::chrono::milliseconds duration{10'000};
  std::chrono::milliseconds warmup{0};  // Of `duration` before; not counted.
  std::int64_t records = 0;             // Stop after so many, if earlier; 0: no such limit.

  std::int32_t record_bytes = 1024;  // The value of a record.
  std::int32_t records_per_request = 64;
  std::int64_t keys = 0;  // Different keys; 0: records without one.
  double compressible = 0.5;
  wire::CompressionType compression = wire::CompressionType::none;
  std::int16_t acks = 1;  // -1: all.
  bool idempotent = false;

  std::int32_t fetch_max_bytes = 1024 * 1024;  // A partition and an answer.
  std::int32_t fetch_min_bytes = 1;
  std::int32_t fetch_wait_ms = 500;

  std::string cpu_of;  // A file that says how much processor time the broker has taken; see cpu_usage.h.

  bool produces() const { return mode != Mode::fetch; }
  bool fetches() const { return mode != Mode::produce; }
  bool is_open_loop() const { return rate > 0; }
  // Bytes of the records of one request before compression, with what frames them, rounded up.
  std::int64_t request_bytes() const;

  // Every number within its limits, and none that contradicts another.
  ClientResult<> check() const;
};

}  // namespace muir::server

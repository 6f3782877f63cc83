#pragma once

#include <chrono>
#include <cstdint>

#include "server/bench/latency_histogram.h"

namespace muir::server {

// What one kind of request did within the measured window: those that were due in it, whenever they were answered, so
// that a broker which stops answering is not spared.
struct LoadCounts {
  std::int64_t requests = 0;
  std::int64_t records = 0;
  std::int64_t bytes = 0;  // Of record batches.
  LatencyHistogram latency;
};

// The outcome of a load test.
struct LoadReport {
  LoadCounts produced;
  LoadCounts fetched;
  std::chrono::nanoseconds elapsed{0};     // From the window's beginning to the last answer that counts.
  std::chrono::nanoseconds broker_cpu{0};  // In that time, by Workload::cpu_of.
  std::chrono::nanoseconds own_cpu{0};
  std::int64_t unsent = 0;        // Open loop: due in the window and never sent, because the broker fell behind.
  std::int64_t acknowledged = 0;  // Records, from the first request to the last.
  std::int64_t log_grew = 0;      // By so many offsets in that time.
};

}  // namespace muir::server

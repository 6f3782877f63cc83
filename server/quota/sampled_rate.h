#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/quota/quota_type.h"

namespace muir::server {

// How much a second, over the last `samples` windows: Kafka's Rate, to the millisecond.  A window begins with the first
// thing that is recorded after the one before it was full, so idle time costs no window.
// Pure: the time comes in, in milliseconds of any clock that does not go back.  Owner: whoever holds it.
class SampledRate {
 public:
  explicit SampledRate(QuotaWindows windows) : windows_(windows) {}

  // `value` may be negative: then something that was recorded has not happened after all.
  void record(double value, std::int64_t now_ms);

  // Per second.  What is older than all windows is forgotten first.
  double measure(std::int64_t now_ms);

  // The time that measure() divides by: what has passed since the oldest window began, and never less than all windows
  // but one, so that a first burst does not look like a high rate.
  std::int64_t span_ms(std::int64_t now_ms);

 private:
  struct Sample {
    std::int64_t start_ms = 0;
    std::int64_t last_event_ms = 0;
    double value = 0;
  };

  Sample& current(std::int64_t now_ms);
  Sample& advance(std::int64_t now_ms);
  void forget_old(std::int64_t now_ms);

  QuotaWindows windows_;
  std::vector<Sample> samples_;  // One more than there are windows: the oldest may reach into what is looked at.
  std::size_t current_ = 0;
};

// How long nothing may be recorded until `rate` is down to `bound`, in milliseconds; 0 if it is not above.
std::int64_t throttle_time_ms(SampledRate& rate, double bound, std::int64_t now_ms);

}  // namespace muir::server

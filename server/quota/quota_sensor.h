#pragma once

#include <cstdint>

#include "server/quota/quota_entity.h"
#include "server/quota/sampled_rate.h"
#include "server/quota/token_bucket.h"

namespace muir::server {

// What one entity has used of one quota.  All its connections record here, and are told how long to pause.
// The bound comes with each call, so that a quota that changes counts at once.
// Pure.  Owner: the QuotaSensors that made it; used on their shard.
class QuotaSensor {
 public:
  QuotaSensor(QuotaEntity entity, QuotaWindows windows, std::int64_t now_ms);

  const QuotaEntity& entity() const { return entity_; }

  // Counts `value` and returns how long the client is to be held up, in milliseconds; 0: not at all.  A rate of bytes
  // can take longer to come down than all windows; request time is never held up for more than one window, as in Kafka.
  std::int64_t record(double value, double bound, std::int64_t now_ms);

  // Counts it and asks nothing: also what has not happened after all, as a negative value.
  void record_only(double value, double bound, std::int64_t now_ms);

  // For mutations.  Strict: while the bucket is overdrawn no permit is taken, and the mutation is refused.  Permissive:
  // they are taken in any case.  Either way `throttle_ms` is how long the debt, if there is one, takes to be paid.
  struct Mutation {
    bool is_refused = false;
    std::int64_t throttle_ms = 0;
  };
  enum class Mode { strict, permissive };
  Mutation mutate(double permits, Mode mode, double bound, std::int64_t now_ms);

  // A client was told to wait for so long.
  void throttled(std::int64_t throttle_ms, std::int64_t now_ms);

  // What Kafka's metrics of the entity show.
  struct Metrics {
    double bound = 0;
    double rate = 0;           // byte-rate, request-time, mutation-rate
    double tokens = 0;         // tokens; of a controller_mutation sensor only.
    double throttle_time = 0;  // throttle-time: the average of those that there were, in milliseconds.
  };
  Metrics metrics(std::int64_t now_ms);

  std::int64_t last_used_ms() const { return last_used_ms_; }

 private:
  // The average of what was recorded lately: Kafka's Avg, over windows of time.
  class Average {
   public:
    explicit Average(QuotaWindows windows) : sum_(windows), count_(windows) {}
    void record(double value, std::int64_t now_ms);
    double measure(std::int64_t now_ms);

   private:
    SampledRate sum_;
    SampledRate count_;
  };

  bool is_of_mutations() const { return entity_.type == QuotaType::controller_mutation; }

  const QuotaEntity entity_;
  const QuotaWindows windows_;
  SampledRate rate_;
  TokenBucket bucket_;  // Of mutations.
  Average throttle_times_;
  double bound_ = 0;
  std::int64_t last_used_ms_ = 0;
};

}  // namespace muir::server

#pragma once

#include <cstdint>
#include <memory>

#include "server/quota/quota_sensors.h"
#include "server/runtime/shard.h"
#include "wire/base/task.h"

namespace muir::server {

// One shard's share of what an entity may use.  The entity's sensor lives on one shard, its home, and only that one
// counts; another shard keeps to itself what its clients use until it comes to a lease, and then reports it by one
// message (ADR 090).  So nothing is locked, and a fast client does not cost a message a request.
// What is not reported yet is at most kLeaseMs of the quota on all shards together.
// Owner: ShardQuotas; used on its shard.
class QuotaShare {
 public:
  static constexpr double kLeaseMs = 10;

  // `sensors` are those of `home`, and outlive this.  `other_shards`: how many share the lease.
  QuotaShare(QuotaEntity entity, Shard& home, QuotaSensors& sensors, std::size_t other_shards)
      : entity_(std::move(entity)), home_(home), sensors_(sensors), other_shards_(other_shards) {}

  const QuotaEntity& entity() const { return entity_; }
  Instant last_used() const { return last_used_; }

  // Counts `value`; how long the client is to be held up, in milliseconds.
  Task<std::int64_t> record(double value, double bound);

  // What was counted last has not happened: the answer that it was is not sent.
  Task<void> take_back(double value, double bound);

  // A client is held up for so long, because of this quota.
  Task<void> throttled(std::int64_t throttle_ms);

 private:
  struct Report {
    double value = 0;
    double bound = 0;
    bool asks = true;  // Else it is counted only.
  };

  bool is_at_home() const { return Shard::current() == &home_; }
  double lease(double bound) const { return bound * kLeaseMs / 1000 / static_cast<double>(other_shards_); }
  QuotaSensor& sensor(std::int64_t now_ms);
  std::int64_t record_at_home(Report report);
  Task<std::int64_t> report_home(Report report);
  void note_throttled(std::int64_t throttle_ms);

  const QuotaEntity entity_;
  Shard& home_;
  QuotaSensors& sensors_;
  const std::size_t other_shards_;
  double unreported_ = 0;
  Instant last_used_{};
  std::shared_ptr<QuotaSensor> sensor_;  // Of home_, and touched there only; null until the first report.
};

}  // namespace muir::server

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::storage {

// One fetch by a follower, as the leader saw it.  A fetch at offset f proves that the follower holds everything below
// f.
struct FollowerFetch {
  NodeId replica = kNoNode;
  Offset fetch_offset = kNoOffset;
  Offset log_start_offset = kNoOffset;  // The follower's own.
  Offset leader_end_offset{};           // The leader's end when it read, so that later appends do not count against it.
  std::int64_t broker_epoch = -1;       // kAnyBrokerEpoch if the request carried none.
};

// A follower as its leader sees it.  Pure; owned by the PartitionState of the leader.
class RemoteReplica {
 public:
  void fetched(const FollowerFetch& fetch, Instant now);

  // At the start of a leader epoch.  `new_leader`: this broker did not lead before and knows nothing of the follower.
  // A follower outside the ISR counts as never caught up, so that it does not hold back the high watermark.
  void begin_epoch(Instant now, Offset leader_end_offset, bool new_leader, bool in_sync);

  // It holds all that the leader holds, or did so less than `lag_max` ago.
  bool is_caught_up(Offset leader_end_offset, Instant now, std::chrono::milliseconds lag_max) const;

  Offset end_offset() const { return end_offset_; }              // -1 until it has fetched.
  Offset log_start_offset() const { return log_start_offset_; }  // -1 until it has fetched.
  std::optional<std::int64_t> broker_epoch() const { return broker_epoch_; }

 private:
  Offset end_offset_ = kNoOffset;
  Offset log_start_offset_ = kNoOffset;
  Offset leader_end_at_last_fetch_{0};
  std::optional<Instant> last_fetch_;
  std::optional<Instant> last_caught_up_;  // Nothing: never.
  std::optional<std::int64_t> broker_epoch_;
};

}  // namespace muir::storage

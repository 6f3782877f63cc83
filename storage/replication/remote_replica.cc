#include "storage/replication/remote_replica.h"

#include <algorithm>

namespace muir::storage {

void RemoteReplica::fetched(const FollowerFetch& fetch, Instant now) {
  if (fetch.fetch_offset >= fetch.leader_end_offset)
    last_caught_up_ = std::max(last_caught_up_, std::optional(now));
  else if (fetch.fetch_offset >= leader_end_at_last_fetch_)
    last_caught_up_ = std::max(last_caught_up_, last_fetch_);  // It has since got all that there was at its last fetch.

  end_offset_ = fetch.fetch_offset;
  log_start_offset_ = fetch.log_start_offset;
  leader_end_at_last_fetch_ = std::max(fetch.leader_end_offset, leader_end_at_last_fetch_);
  last_fetch_ = now;
  broker_epoch_ = fetch.broker_epoch;
}

void RemoteReplica::begin_epoch(Instant now, Offset leader_end_offset, bool new_leader, bool in_sync) {
  const auto since = in_sync ? std::optional(now) : std::nullopt;
  if (new_leader) {
    *this = RemoteReplica{};
    leader_end_at_last_fetch_ = kNoOffset;
  } else {
    leader_end_at_last_fetch_ = leader_end_offset;
    last_fetch_ = since;
  }
  last_caught_up_ = since;
}

bool RemoteReplica::is_caught_up(Offset leader_end_offset, Instant now, std::chrono::milliseconds lag_max) const {
  return end_offset_ == leader_end_offset || (last_caught_up_ && now - *last_caught_up_ <= lag_max);
}

}  // namespace muir::storage

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::storage {

// At most one request to a peer at a time, and a pause after one that failed or was never answered.  An answer counts
// only while its request is the one in flight: a late one could make a follower truncate what it has acknowledged.
class RequestPacing {
 public:
  RequestPacing(std::chrono::milliseconds request_timeout, std::chrono::milliseconds retry_backoff)
      : request_timeout_(request_timeout), retry_backoff_(retry_backoff) {}

  bool is_ready(NodeId peer, Instant now) const {
    const auto busy = busy_until_.find(peer);
    return busy == busy_until_.end() || busy->second.until <= now;
  }
  // The number of the request, never used before.
  std::uint64_t sent(NodeId peer, Instant now) {
    busy_until_[peer] = {now + request_timeout_, ++last_request_};
    return last_request_;
  }
  bool answered(NodeId peer, std::uint64_t request) {
    const auto busy = busy_until_.find(peer);
    if (busy == busy_until_.end() || busy->second.request != request) return false;
    busy_until_.erase(busy);
    return true;
  }
  void failed(NodeId peer, Instant now) { busy_until_[peer] = {now + retry_backoff_, 0}; }
  // Forgets what is in flight: its answers will not count.
  void reset() { busy_until_.clear(); }

  // When the next peer becomes ready.
  std::optional<Instant> next(Instant now) const {
    std::optional<Instant> soonest;
    for (const auto& [peer, busy] : busy_until_)
      if (busy.until > now && (!soonest || busy.until < *soonest)) soonest = busy.until;
    return soonest;
  }

 private:
  struct Busy {
    Instant until;
    std::uint64_t request = 0;  // 0: none, only a pause.
  };

  std::chrono::milliseconds request_timeout_;
  std::chrono::milliseconds retry_backoff_;
  std::map<NodeId, Busy> busy_until_;
  std::uint64_t last_request_ = 0;
};

}  // namespace muir::storage

#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <unordered_map>

#include "server/fetching/fetch_session.h"
#include "wire/base/clock.h"

namespace muir::server {

// A session unused for this long may be evicted by anyone, and one younger than this by nobody of its own kind.
inline constexpr std::chrono::minutes kFetchSessionEvictionMin{2};

// The fetch sessions of one shard.  The ids of shard k of n are those of the k-th n-th of the positive int32, so that
// an id tells its owner, as Apache Kafka's do.
//
// A new session takes a free slot, or that of one which is worth less: unused for kFetchSessionEvictionMin, or a
// consumer's where a follower asks, or one that is not new and has fewer partitions (KIP-227).
// Owner: its shard.
class FetchSessionCache {
 public:
  // `slots`: this shard's part of max.incremental.fetch.session.cache.slots.
  FetchSessionCache(std::size_t slots, std::uint32_t shard, std::uint32_t shards, std::uint64_t seed);

  static std::uint32_t shard_of(FetchSessionId id, std::uint32_t shards);

  // The pointers stay good until the session is removed; nothing if there is no such session.
  std::shared_ptr<FetchSession> find(FetchSessionId id) const;

  // A session for `partitions` partitions, which the caller fills before it calls touch(); nothing if there is no room.
  std::shared_ptr<FetchSession> create(bool privileged, bool uses_topic_ids, std::size_t partitions, Instant now);
  // It was used now, and may have changed its size.
  void touch(FetchSession& session, Instant now);
  void remove(FetchSessionId id);

  std::size_t size() const { return sessions_.size(); }
  std::size_t partitions() const { return partitions_; }  // Of all sessions, for metrics.
  std::uint64_t evictions() const { return evictions_; }

 private:
  struct Worth {
    bool privileged;
    std::size_t size;
    FetchSessionId id;
    auto operator<=>(const Worth&) const = default;
  };
  struct LastUsed {
    Instant time;
    FetchSessionId id;
    auto operator<=>(const LastUsed&) const = default;
  };
  struct Slot {
    std::shared_ptr<FetchSession> session;
    Instant last_used{};
    std::size_t counted = 0;  // Its size when it was last touched.
  };

  bool evict_for(const Worth& wanted, Instant now);
  void forget(const Slot& slot);
  FetchSessionId unused_id();

  const std::size_t slots_;
  std::mt19937_64 random_;
  std::uniform_int_distribution<FetchSessionId> ids_;
  std::unordered_map<FetchSessionId, Slot> sessions_;
  std::set<LastUsed> by_last_use_;
  std::set<Worth> evictable_by_all_;
  std::set<Worth> evictable_by_privileged_;
  std::size_t partitions_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace muir::server

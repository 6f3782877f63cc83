#include "server/fetching/fetch_session_cache.h"

#include <algorithm>
#include <limits>

#include "wire/base/check.h"

namespace muir::server {
namespace {

FetchSessionId ids_per_shard(std::uint32_t shards) {
  return std::numeric_limits<FetchSessionId>::max() / static_cast<FetchSessionId>(shards);
}

}  // namespace

FetchSessionCache::FetchSessionCache(std::size_t slots, std::uint32_t shard, std::uint32_t shards, std::uint64_t seed)
    : slots_(slots), random_(seed) {
  CHECK(shard < shards);
  const FetchSessionId range = ids_per_shard(shards);
  const FetchSessionId first = static_cast<FetchSessionId>(shard) * range;
  ids_ = std::uniform_int_distribution<FetchSessionId>(std::max(1, first), first + range - 1);
}

std::uint32_t FetchSessionCache::shard_of(FetchSessionId id, std::uint32_t shards) {
  if (id < 0) return 0;  // Not an id that was ever given out: any shard will not find it.
  return std::min(static_cast<std::uint32_t>(id / ids_per_shard(shards)), shards - 1);
}

std::shared_ptr<FetchSession> FetchSessionCache::find(FetchSessionId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.session;
}

std::shared_ptr<FetchSession> FetchSessionCache::create(bool privileged, bool uses_topic_ids, std::size_t partitions,
                                                        Instant now) {
  if (sessions_.size() >= slots_ && !evict_for({privileged, partitions, 0}, now)) return nullptr;
  const FetchSessionId id = unused_id();
  auto session = std::make_shared<FetchSession>(id, privileged, uses_topic_ids, now);
  sessions_.emplace(id, Slot{session, now, 0});
  touch(*session, now);
  return session;
}

void FetchSessionCache::touch(FetchSession& session, Instant now) {
  const auto found = sessions_.find(session.id());
  if (found == sessions_.end()) return;
  Slot& slot = found->second;
  forget(slot);
  slot.last_used = now;
  slot.counted = session.size();
  partitions_ += slot.counted;
  by_last_use_.insert({now, session.id()});

  const Worth worth{session.privileged(), slot.counted, session.id()};
  const bool settled = now - session.created() > kFetchSessionEvictionMin;
  if (!session.privileged() || settled) evictable_by_privileged_.insert(worth);
  if (settled) evictable_by_all_.insert(worth);
}

void FetchSessionCache::remove(FetchSessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  forget(found->second);
  sessions_.erase(found);
}

bool FetchSessionCache::evict_for(const Worth& wanted, Instant now) {
  if (by_last_use_.empty()) return false;
  const LastUsed oldest = *by_last_use_.begin();
  if (now - oldest.time > kFetchSessionEvictionMin) {
    remove(oldest.id);
  } else {
    const auto& evictable = wanted.privileged ? evictable_by_privileged_ : evictable_by_all_;
    if (evictable.empty() || wanted < *evictable.begin()) return false;
    remove(evictable.begin()->id);
  }
  ++evictions_;
  return true;
}

void FetchSessionCache::forget(const Slot& slot) {
  const Worth worth{slot.session->privileged(), slot.counted, slot.session->id()};
  by_last_use_.erase({slot.last_used, slot.session->id()});
  evictable_by_all_.erase(worth);
  evictable_by_privileged_.erase(worth);
  partitions_ -= slot.counted;
}

FetchSessionId FetchSessionCache::unused_id() {
  for (;;) {
    const FetchSessionId id = ids_(random_);
    if (!sessions_.contains(id)) return id;
  }
}

}  // namespace muir::server

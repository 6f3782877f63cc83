#include "server/fetching/fetch_session.h"

#include <limits>

namespace muir::server {

std::int32_t next_fetch_epoch(std::int32_t epoch) {
  if (epoch < 0) return kFinalFetchEpoch;
  return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
}

void FetchSession::update(std::span<const FetchPartition> wanted, std::span<const FetchTarget> forgotten) {
  for (const FetchPartition& partition : wanted) {
    const auto found = by_target_.find(partition.target);
    if (found != by_target_.end()) {
      StoredTopic name = std::move(found->second->wanted.target.topic);  // Once resolved, it stays.
      found->second->wanted = partition;
      if (!name.name.empty()) found->second->wanted.target.topic = std::move(name);
    } else {
      partitions_.push_back({partition});
      by_target_.emplace(partition.target, std::prev(partitions_.end()));
    }
  }
  for (const FetchTarget& target : forgotten) {
    const auto found = by_target_.find(target);
    if (found == by_target_.end()) continue;
    partitions_.erase(found->second);
    by_target_.erase(found);
  }
}

void FetchSession::open(const FetchPartition& wanted, const FetchAnswerMark& told) {
  if (by_target_.contains(wanted.target)) return;
  partitions_.push_back({wanted, told.high_watermark, told.log_start_offset});
  by_target_.emplace(wanted.target, std::prev(partitions_.end()));
}

bool FetchSession::would_tell(const FetchTarget& target, const FetchAnswerMark& answer) const {
  const auto found = by_target_.find(target);
  if (found == by_target_.end()) return false;  // Forgotten meanwhile.
  const CachedPartition& cached = *found->second;
  return answer.must_tell || cached.high_watermark != answer.high_watermark ||
         cached.log_start_offset != answer.log_start_offset;
}

bool FetchSession::tell(const FetchTarget& target, const FetchAnswerMark& answer) {
  const auto found = by_target_.find(target);
  const bool must_tell = would_tell(target, answer);
  if (found == by_target_.end()) return false;
  CachedPartition& cached = *found->second;
  cached.high_watermark = answer.has_error ? kNoOffset : answer.high_watermark;
  cached.log_start_offset = answer.log_start_offset;
  if (answer.has_records) partitions_.splice(partitions_.end(), partitions_, found->second);
  return must_tell;
}

}  // namespace muir::server

#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "server/fetching/fetch_partition.h"
#include "wire/base/clock.h"

namespace muir::server {

using FetchSessionId = std::int32_t;

inline constexpr FetchSessionId kNoFetchSession = 0;
inline constexpr std::int32_t kInitialFetchEpoch = 0;  // Opens a session, after closing the one that is named.
inline constexpr std::int32_t kFinalFetchEpoch = -1;   // Closes the session that is named and opens none.

// 1, 2, ... and 1 again after the largest; the final epoch stays what it is.
std::int32_t next_fetch_epoch(std::int32_t epoch);

// The parts of a partition's answer that decide whether an incremental answer may leave it out.
struct FetchAnswerMark {
  bool must_tell = false;  // Records, an error, a diverging epoch or a preferred replica: always told.
  bool has_records = false;
  bool has_error = false;
  Offset high_watermark = kNoOffset;
  Offset log_start_offset = kNoOffset;
};

// A list of partitions that a broker remembers, so that each request and answer carries only changes (KIP-227).
// Owner: a FetchSessionCache; used on its shard only.
class FetchSession {
 public:
  struct CachedPartition {
    FetchPartition wanted;
    Offset high_watermark = kNoOffset;    // As last told; -1 after an error, so that its end is told.
    Offset log_start_offset = kNoOffset;  // As last told.
  };

  FetchSession(FetchSessionId id, bool privileged, bool uses_topic_ids, Instant created)
      : id_(id), privileged_(privileged), uses_topic_ids_(uses_topic_ids), created_(created) {}

  // What a request adds or changes, then what it forgets.
  void update(std::span<const FetchPartition> wanted, std::span<const FetchTarget> forgotten);
  // Adds a partition of the opening request with what it was told.
  void open(const FetchPartition& wanted, const FetchAnswerMark& told);

  // Whether the answer must carry the partition.
  bool would_tell(const FetchTarget& target, const FetchAnswerMark& answer) const;
  // Whether the answer must carry the partition; remembers what it says.  A partition that brought records goes to the
  // end of the line, so that within max.bytes everybody's turn comes.
  bool tell(const FetchTarget& target, const FetchAnswerMark& answer);

  FetchSessionId id() const { return id_; }
  bool privileged() const { return privileged_; }  // A follower's: consumers cannot evict it.
  bool uses_topic_ids() const { return uses_topic_ids_; }
  Instant created() const { return created_; }
  std::size_t size() const { return by_target_.size(); }
  std::int32_t epoch() const { return epoch_; }  // That of the next request.
  void advance_epoch() { epoch_ = next_fetch_epoch(epoch_); }
  std::list<CachedPartition>& partitions() { return partitions_; }

 private:
  FetchSessionId id_;
  bool privileged_;
  bool uses_topic_ids_;
  Instant created_;
  std::int32_t epoch_ = 1;
  std::list<CachedPartition> partitions_;  // In the order in which they are fetched.
  std::unordered_map<FetchTarget, std::list<CachedPartition>::iterator> by_target_;
};

}  // namespace muir::server

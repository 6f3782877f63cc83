#pragma once

#include <optional>

#include "wire/base/ids.h"

namespace muir::storage {

// An epoch and where it ended: what one replica's leader epoch cache knows, from disk or from a Fetch answer.
struct EpochEnd {
  Epoch epoch = kNoEpoch;
  Offset end_offset = kNoOffset;
};

struct Truncation {
  Offset offset;
  bool complete;  // False: the logs may still differ below; ask again with the epoch that is then the last.
};

// Where a follower whose log diverged cuts it off (KIP-595, KIP-320).  `leader` is the leader's answer: the largest
// epoch of its log that is not above the follower's last, and where it ends there.  `local` is the same question asked
// of the follower's own log with `leader.epoch`, nothing if it knows no such epoch.
Truncation plan_truncation(const EpochEnd& leader, const std::optional<EpochEnd>& local, Offset local_end,
                           Offset fetch_offset);

}  // namespace muir::storage

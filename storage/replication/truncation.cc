#include "storage/replication/truncation.h"

#include <algorithm>

namespace muir::storage {

Truncation plan_truncation(const EpochEnd& leader, const std::optional<EpochEnd>& local, Offset local_end,
                           Offset fetch_offset) {
  // A leader without any epoch for us: all that is sure is where this replica began to fetch.
  if (leader.end_offset == kNoOffset) return {fetch_offset, true};
  if (leader.epoch == kNoEpoch || !local) return {std::min(leader.end_offset, local_end), true};

  // We have records of epochs that the leader has not, and lack its epoch: cut those off, then compare again.
  if (local->epoch != leader.epoch) return {std::min(local->end_offset, local_end), false};
  return {std::min({leader.end_offset, local->end_offset, local_end}), true};
}

}  // namespace muir::storage

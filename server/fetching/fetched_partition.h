#pragma once

#include <optional>
#include <vector>

#include "server/fetching/fetch_partition.h"
#include "server/fetching/fetch_session.h"
#include "server/replica/partition_read.h"
#include "wire/base/result.h"

namespace muir::server {

// What a Fetch answers for one partition.  With an error there are no records, and the offsets are -1.
struct FetchedPartition {
  FetchTarget target;
  Error error;
  PartitionRead read;

  FetchAnswerMark mark() const {
    return {error || read.records.size_bytes > 0 || read.diverging_epoch || read.preferred_read_replica != kNoNode,
            read.records.size_bytes > 0, error.failed(), read.high_watermark, read.log_start_offset};
  }
};

}  // namespace muir::server

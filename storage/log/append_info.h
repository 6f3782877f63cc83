#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::storage {

// Who appends, which decides what is checked.
enum class AppendOrigin {
  client,       // A Produce request: offsets are assigned, sequence numbers and epochs checked.
  replication,  // A follower copies its leader: taken as it is.
  coordinator,  // A group or transaction coordinator of this broker: epochs are checked, sequences are not.
  raft_leader,  // The leader of the metadata quorum: batches already carry its epoch.
};

// What became of the batches of one append.
struct AppendInfo {
  Offset first_offset = kNoOffset;
  Offset last_offset = kNoOffset;  // Inclusive.
  std::int64_t max_timestamp = kNoTimestamp;
  std::int64_t log_append_time = kNoTimestamp;  // Set with message.timestamp.type=LogAppendTime; else -1.
  Offset log_start_offset;
  std::size_t size_bytes = 0;  // As appended.
  bool is_duplicate = false;   // An idempotent producer's retry: the offsets are the original's, nothing was appended.
};

}  // namespace muir::storage

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/raft/action.h"
#include "storage/raft/voter_set.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"

namespace muir::server {

// Records that the metadata quorum writes for itself: into control batches of the log, and at both ends of a snapshot.
// The key says the type; markers of transactions (0, 1) never stand here.
enum class ControlType : std::int16_t {
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

struct ControlRecord {
  ControlType type;
  OwnedBytes key;
  OwnedBytes value;
};

ControlRecord leader_change_record(const storage::AppendEpochStart& opening);
ControlRecord snapshot_header_record(std::int64_t last_contained_timestamp_ms);
ControlRecord snapshot_footer_record();
ControlRecord kraft_version_record(std::int16_t version);
ControlRecord kraft_voters_record(const storage::VoterSet& voters);

// The type that a key names; none for one that this version does not know, which is to be skipped.
// Fails with malformed_control_record.
Result<std::optional<ControlType>> control_type(ByteView key);

// What the values say.  Fail with malformed_control_record; the version also with unsupported_kraft_version.
Result<std::int64_t> read_snapshot_header(ByteView value);
Result<std::int16_t> read_kraft_version(ByteView value);
Result<storage::VoterSet> read_kraft_voters(ByteView value);

}  // namespace muir::server

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/disk/disk.h"
#include "storage/raft/election_state.h"
#include "storage/raft/voter_set.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// `__cluster_metadata-0/quorum-state`: one line of JSON.  Format: docs/formats/metadata-log.md.
inline constexpr std::uint64_t kQuorumStateBytesMax = 1 << 20;

// Either version.  Fails with malformed_quorum_state or unsupported_quorum_state.
Result<storage::ElectionState> parse_quorum_state(std::string_view text);

// Version 0 under kraft.version 0, where `voters` are the configured ones; version 1, which knows directories, above.
std::string format_quorum_state(const storage::ElectionState& election, std::int16_t kraft_version,
                                const storage::VoterSet& voters);

// The file in `directory`.  None: this replica has never voted.
Task<Result<std::optional<storage::ElectionState>>> read_quorum_state(storage::Disk& disk, std::string directory);

// On the disk when it ends; a crash leaves the old state or the new.
Task<Result<void>> write_quorum_state(storage::Disk& disk, std::string directory, std::string text);

}  // namespace muir::server

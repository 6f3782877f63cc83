#pragma once

#include <map>
#include <string>
#include <string_view>

#include "storage/disk/disk.h"
#include "storage/log/errc.h"
#include "wire/base/ids.h"

namespace muir::storage {

// The checkpoint files of a log directory, each one offset for each of its partitions.
inline constexpr std::string_view kRecoveryPointCheckpoint = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kReplicationCheckpoint = "replication-offset-checkpoint";  // High watermarks.
inline constexpr std::string_view kLogStartCheckpoint = "log-start-offset-checkpoint";
inline constexpr std::string_view kCleanerCheckpoint = "cleaner-offset-checkpoint";

// A partition by the name of its topic, as files name it.
struct PartitionName {
  std::string topic;
  PartitionId partition;

  auto operator<=>(const PartitionName&) const = default;
};

using OffsetCheckpoint = std::map<PartitionName, Offset>;

// Format: docs/formats/log-directory.md.  Fails with malformed_file, unsupported_file_version.
Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text);
std::string format_offset_checkpoint(const OffsetCheckpoint& checkpoint);

// A missing file has no entries.
Task<Result<OffsetCheckpoint>> read_offset_checkpoint(Disk& disk, std::string log_dir, std::string_view name);
Task<Result<void>> write_offset_checkpoint(Disk& disk, std::string log_dir, std::string_view name,
                                           OffsetCheckpoint checkpoint);

}  // namespace muir::storage

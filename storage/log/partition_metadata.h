#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/disk/disk.h"
#include "wire/base/uuid.h"

namespace muir::storage {

inline constexpr std::string_view kPartitionMetadataFile = "partition.metadata";

// The topic id in a partition's directory.  Format: docs/formats/log-directory.md.
// Fails with malformed_file, unsupported_file_version.
Result<Uuid> parse_partition_metadata(std::string_view text);
std::string format_partition_metadata(const Uuid& topic_id);

// Of the partition in `directory`; nothing when it has no such file.
Task<Result<std::optional<Uuid>>> read_partition_metadata(Disk& disk, std::string directory);
Task<Result<void>> write_partition_metadata(Disk& disk, std::string directory, Uuid topic_id);

}  // namespace muir::storage

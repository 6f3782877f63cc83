#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/ids.h"

namespace muir::storage {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTxnIndexSuffix = ".txnindex";
inline constexpr std::string_view kSnapshotSuffix = ".snapshot";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kCleanedSuffix = ".cleaned";
inline constexpr std::string_view kSwapSuffix = ".swap";
inline constexpr std::string_view kDeleteDirSuffix = "-delete";
inline constexpr std::string_view kFutureDirSuffix = "-future";
inline constexpr std::string_view kStrayDirSuffix = "-stray";

// "00000000000000000042.log": 20 digits, so that names sort as offsets do.
std::string offset_file_name(Offset offset, std::string_view suffix);

// The offset before the first dot of a file name; nothing when there is none.
std::optional<Offset> offset_of_file(std::string_view name);

// What the name of a partition's directory says.
struct PartitionDirectory {
  std::string topic;  // Cut short, when the whole name would not fit, in one that is to be deleted.
  PartitionId partition;
  enum class State { live, deleted, future, stray } state = State::live;
};

std::string partition_directory_name(std::string_view topic, PartitionId partition);

// Nothing unless `name` is that of a partition's directory, in any state.
std::optional<PartitionDirectory> parse_partition_directory(std::string_view name);

// "<topic>-<partition>.<32 hex digits><suffix>", the topic cut so that the name has at most 255 bytes.
std::string unique_directory_name(std::string_view topic, PartitionId partition, std::string_view suffix);

}  // namespace muir::storage

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/log/errc.h"
#include "storage/log/file_names.h"

namespace muir::storage {

inline constexpr std::string_view kLockFile = ".lock";

// Keeps other processes, Apache Kafka among them, out of a log directory.  Fails with EWOULDBLOCK.
Io<std::unique_ptr<DiskLock>> lock_log_directory(Disk& disk, const std::string& log_dir);

// A partition's directory in a log directory.
struct FoundPartition {
  std::string path;
  PartitionDirectory name;
};

// All of them, those that are to be deleted, moved or are stray included, in order of their names.
Task<Result<std::vector<FoundPartition>>> list_partitions(Disk& disk, std::string log_dir);

// Removes a partition's directory with everything in it, for good.
Task<Result<void>> remove_partition_directory(Disk& disk, std::string path);

}  // namespace muir::storage

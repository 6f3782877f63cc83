#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/disk/disk.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::storage {

// The directory of a partition that is to get its first log.
struct NewPartitionDirectory {
  std::string path;
  Uuid topic_id;
  std::optional<Epoch> first_epoch;  // As in LogOpenParams.
};

// Makes many directories with partition.metadata and leader-epoch-checkpoint in them, for one sync instead of two each:
// all files are written under temporary names, `sync` makes everything in the log directory durable, and then they get
// their names, so that no crash leaves one with half of its content.  Log::open() finds them as if it had made them.
// What is there already is left alone.  After a failure Log::open() makes what is missing.
// Blocking: `disk` must answer inline.
Result<void> make_partition_directories(Disk& disk, std::vector<NewPartitionDirectory> directories,
                                        const std::function<Result<void>()>& sync);

}  // namespace muir::storage

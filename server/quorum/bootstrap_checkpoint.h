#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/quorum/feature_levels.h"
#include "storage/disk/disk.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// `bootstrap.checkpoint`, in every log directory: the records that the first controller of a new cluster writes into an
// empty metadata log; nobody reads it later.  A snapshot in form, with nothing of the quorum in it.

// The frames of the FeatureLevelRecords of `levels`: metadata.version, then the others above 0 by name.  kraft.version
// has none: it lives in a control record.
std::vector<OwnedBytes> feature_level_records(const FeatureLevels& levels);

Task<Result<void>> write_bootstrap_checkpoint(storage::Disk& disk, std::string log_dir, std::vector<OwnedBytes> records,
                                              std::int64_t now_ms);

// None when there is no such file: then the cluster begins with metadata.version alone, as in Kafka.
Task<Result<std::optional<std::vector<OwnedBytes>>>> read_bootstrap_checkpoint(storage::Disk& disk,
                                                                               std::string log_dir);

}  // namespace muir::server

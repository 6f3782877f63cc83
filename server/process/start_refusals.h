#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config/config_error.h"
#include "server/quorum/metadata_log.h"
#include "storage/disk/disk.h"
#include "wire/base/bytes.h"

namespace muir::server {

// Clusters that this version must not run, found before it has changed anything: a sentence for the operator.

// A metadata.version of the future, records that cannot be followed, topics with tiered storage.  Blocking.
ConfigResult<> check_cluster(MetadataLog& log);

// A cluster that would begin at a metadata.version of the future: `bootstrap` counts while there is no metadata log in
// `metadata_log_dir`.  Before that log is opened, which would make one.
ConfigResult<> check_bootstrap(storage::Disk& disk, const std::string& metadata_log_dir,
                               const std::optional<std::vector<OwnedBytes>>& bootstrap);

}  // namespace muir::server

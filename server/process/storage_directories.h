#pragma once

#include <string>
#include <vector>

#include "server/config/broker_config.h"
#include "storage/disk/disk.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"

namespace muir::server {

// The log directories of this node as `format` left them.
struct StorageDirectories {
  struct Dir {
    std::string path;
    Uuid id;
    bool is_unusable = false;  // It could not be read: offline from the start, and of unknown id.
  };
  std::string cluster_id;
  std::vector<Dir> dirs;       // log.dirs, in their order.
  Uuid metadata_directory_id;  // Of metadata.log.dir.
};

// Reads and checks meta.properties of every log directory; a directory without an id gets one.  One that cannot be read
// is left to the others, but for metadata.log.dir.  On failure a sentence for the operator: not formatted, of another
// node, of another cluster, no directory left.
ConfigResult<StorageDirectories> open_storage_directories(storage::Disk& disk, const BrokerConfig& config);

// Whether no log directory has been formatted.
bool is_unformatted(storage::Disk& disk, const BrokerConfig& config);

}  // namespace muir::server

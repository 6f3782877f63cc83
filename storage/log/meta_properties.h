#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/disk/disk.h"
#include "storage/log/errc.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::storage {

inline constexpr std::string_view kMetaPropertiesFile = "meta.properties";

// Whose log directory this is: written by `format`, checked at every start.  Format: docs/formats/log-directory.md.
struct MetaProperties {
  std::string cluster_id;
  NodeId node_id = kNoNode;
  std::optional<Uuid> directory_id;  // KIP-858; older directories have none until they are started once.

  bool operator==(const MetaProperties&) const = default;
};

// Reads version 1, and version 0 (broker.id, no directory id).  Fails with malformed_file, unsupported_file_version.
Result<MetaProperties> parse_meta_properties(std::string_view text);
std::string format_meta_properties(const MetaProperties& properties);  // As version 1.

// Nothing when the directory has not been formatted.
Task<Result<std::optional<MetaProperties>>> read_meta_properties(Disk& disk, std::string log_dir);
Task<Result<void>> write_meta_properties(Disk& disk, std::string log_dir, MetaProperties properties);

}  // namespace muir::storage

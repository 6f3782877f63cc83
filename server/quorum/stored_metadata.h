#pragma once

#include <optional>
#include <span>

#include "server/metadata/metadata_image.h"
#include "server/quorum/metadata_log.h"

namespace muir::server {

// The cluster as the files of the metadata log describe it, its last records included, committed or not.  What a
// start-up looks at before it changes anything: a cluster that this version cannot follow is left to the one that can.
struct StoredMetadata {
  MetadataImagePtr image;                         // Up to the first record that cannot be applied.
  std::optional<FeatureLevel> unsupported_level;  // A metadata.version that Kafka 4.3.1 does not know either.
};

// Fails with a MetadataErrc for records that cannot be followed for another reason, and with what MetadataLog says.
Task<Result<StoredMetadata>> read_stored_metadata(MetadataLog& log);

// The same of records that stand in no log yet, those of bootstrap.checkpoint.
std::optional<FeatureLevel> unsupported_metadata_version(std::span<const ByteView> records);

}  // namespace muir::server

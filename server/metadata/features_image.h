#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/metadata/metadata_version.h"
#include "wire/base/result.h"
#include "wire/schema/feature_level_record.h"

namespace muir::server {

struct MetadataChanges;

// The levels that the cluster has agreed on (KIP-584).  kraft.version is not here: it lives in a control record.
class FeaturesImage {
 public:
  // Absent before the first records of a cluster.
  std::optional<FeatureLevel> metadata_version() const { return metadata_version_; }

  // 0, which means "off", for a feature that was never finalized.
  FeatureLevel level_of(std::string_view feature) const;

  // Every feature above level 0 but metadata.version, by name.
  const std::map<std::string, FeatureLevel, std::less<>>& finalized() const { return finalized_; }

  bool is_elr_enabled() const { return level_of(kElrFeature) >= 1; }

  // How records of this cluster are written.
  RecordOptions record_options() const;

  // Fails with MetadataErrc::unsupported_version for a metadata.version outside what this node knows.
  Result<> apply(const wire::FeatureLevelRecord& record, MetadataChanges& changes);

  bool operator==(const FeaturesImage&) const = default;

 private:
  std::optional<FeatureLevel> metadata_version_;
  std::map<std::string, FeatureLevel, std::less<>> finalized_;
};

}  // namespace muir::server

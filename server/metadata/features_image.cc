#include "server/metadata/features_image.h"

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

FeatureLevel FeaturesImage::level_of(std::string_view feature) const {
  if (feature == kMetadataVersionFeature) return metadata_version_.value_or(0);
  const auto at = finalized_.find(feature);
  return at == finalized_.end() ? FeatureLevel{0} : at->second;
}

RecordOptions FeaturesImage::record_options() const {
  return {.metadata_version = metadata_version_.value_or(kMetadataVersionMin), .is_elr_enabled = is_elr_enabled()};
}

Result<> FeaturesImage::apply(const wire::FeatureLevelRecord& record, MetadataChanges& changes) {
  if (record.name == kMetadataVersionFeature) {
    if (record.feature_level < kMetadataVersionMin || record.feature_level > kMetadataVersionMax)
      return make_error_code(MetadataErrc::unsupported_version);
    metadata_version_ = record.feature_level;
  } else if (record.name == kKRaftVersionFeature) {
    return ok();  // Some releases wrote it by mistake (KAFKA-18979); the control record is what counts.
  } else if (record.feature_level == 0) {
    const auto at = finalized_.find(record.name);
    if (at != finalized_.end()) finalized_.erase(at);
  } else {
    finalized_[std::string(record.name)] = record.feature_level;
  }
  changes.features = true;
  return ok();
}

}  // namespace muir::server
